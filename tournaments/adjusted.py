"""How well captains did with the luck taken out, and how sure that is.

The unit is the swapped pair: its two legs share a seed and are no two observations. Where several
pairings play the same seeds, what those have in common is no independent evidence either, so an
interval over many opponents is clustered by seed. Scores are result less luck, a win 1; they are
never clipped.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import fmean
from typing import Final

from engine.cricket.choices import Seat
from engine.result import EpisodeResult
from tournaments.plan import pair_of
from tournaments.student import reach_95

LEAST_PAIRS: Final = 2  # of a pairing: fewer show no spread
_NO_SPREAD: Final = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class PairScore:
    """A pair of which both legs count: the mean of the first captain's adjusted scores in it."""

    seed: int
    first: str
    second: str
    score: float

    def of(self, captain: str) -> float:
        """The score as one of the two sees it; theirs add up to 1."""
        return self.score if captain == self.first else 1.0 - self.score

    def opponent(self, captain: str) -> str:
        return self.second if captain == self.first else self.first


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A mean score over `pairs` and its 95 % interval. `low` and `high` are None where too little
    was played to tell how far it may be off.
    """

    mean: float
    low: float | None
    high: float | None
    pairs: int


def pair_scores(results: Iterable[EpisodeResult]) -> list[PairScore]:
    """The pairs that are whole, in the order in which their second legs came."""
    waiting: dict[str, EpisodeResult] = {}
    whole: list[PairScore] = []
    for result in results:
        if result.end_reason.is_void:
            continue
        other = waiting.pop(pair_of(result.episode_id), None)
        if other is None:
            waiting[pair_of(result.episode_id)] = result
        else:
            whole.append(_pair_score(other, result))
    return whole


def of_meeting(scores: Iterable[PairScore], captain: str) -> Estimate | None:
    """How `captain` did in the pairs with one opponent."""
    return _estimate([[(score.seed, score.of(captain)) for score in scores]])


def of_captains(scores: Iterable[PairScore]) -> Mapping[str, Estimate]:
    """How each captain did against everybody whom he met, each opponent counting alike."""
    met: dict[str, dict[str, list[tuple[int, float]]]] = defaultdict(lambda: defaultdict(list))
    for score in scores:
        for captain in (score.first, score.second):
            met[captain][score.opponent(captain)].append((score.seed, score.of(captain)))
    found = {captain: _estimate(list(others.values())) for captain, others in met.items()}
    return {captain: estimate for captain, estimate in found.items() if estimate is not None}


def _pair_score(one: EpisodeResult, other: EpisodeResult) -> PairScore:
    """Named from the leg that `_episode` of the plan calls A, whichever ended first."""
    leg_a, leg_b = sorted((one, other), key=lambda leg: leg.episode_id)
    score = (leg_a.adjusted(Seat.HOME) + leg_b.adjusted(Seat.AWAY)) / 2
    return PairScore(seed=leg_a.seed, first=leg_a.home, second=leg_a.away, score=score)


def _estimate(meetings: Sequence[Sequence[tuple[int, float]]]) -> Estimate | None:
    """The mean of the meetings' means; a meeting is (seed, score) of each of its pairs."""
    met = [meeting for meeting in meetings if meeting]
    if not met:
        return None
    means = [fmean(score for _, score in meeting) for meeting in met]
    mean, margin = fmean(means), _margin(met, means)
    return Estimate(
        mean=mean,
        low=None if margin is None else mean - margin,
        high=None if margin is None else mean + margin,
        pairs=sum(map(len, met)),
    )


def _margin(met: Sequence[Sequence[tuple[int, float]]], means: Sequence[float]) -> float | None:
    """Half of the interval: the pulls of one seed on the mean are added before they are squared,
    each meeting's freed of the bias that its own mean brings.
    """
    if min(map(len, met)) < LEAST_PAIRS:
        return None
    pulls: dict[int, float] = defaultdict(float)
    for meeting, mean in zip(met, means, strict=True):
        pairs = len(meeting)
        weight = sqrt(pairs / (pairs - 1)) / (pairs * len(met))
        for seed, score in meeting:
            pulls[seed] += weight * (score - mean)
    error = sqrt(sum(pull * pull for pull in pulls.values()))
    if error < _NO_SPREAD:
        return None
    pairs = sum(map(len, met))
    freedom = pairs - len(met) if len(pulls) == pairs else len(pulls) - 1
    return reach_95(freedom) * error
