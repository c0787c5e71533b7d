"""How well captains did on average, and how sure that is.

Where several pairings play the same seeds, what those have in common is no independent evidence, so
an interval over many opponents is clustered by seed. With a seed for each pair that is the pair.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import fmean
from typing import Final

from tournaments.pairs import Pair
from tournaments.stats.student import reach

LEAST_PAIRS: Final = 2  # of a pairing: fewer show no spread
# Between captains of whom one nearly always wins, adjusted scores may hardly differ until the
# surprise comes: a pair's is held to spread at least this much (`bench.luck` measures the cover).
LEAST_SPREAD: Final = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A mean score over `pairs` and its 95 % interval. `low` and `high` are None where too little
    was played to tell how far it may be off.
    """

    mean: float
    low: float | None
    high: float | None
    pairs: int


def of_meeting(pairs: Iterable[Pair], captain: str) -> Estimate | None:
    """The adjusted score of `captain` in the pairs with one opponent."""
    return _estimate([[(pair.seed, pair.adjusted_of(captain)) for pair in pairs]])


def of_captains(pairs: Iterable[Pair]) -> Mapping[str, Estimate]:
    """The adjusted score of each captain against everybody whom he met, each opponent counting
    alike.
    """
    met: dict[str, dict[str, list[tuple[int, float]]]] = defaultdict(lambda: defaultdict(list))
    for pair in pairs:
        for captain in (pair.first, pair.second):
            score = (pair.seed, pair.adjusted_of(captain))
            met[captain][pair.opponent(captain)].append(score)
    found = {captain: _estimate(list(others.values())) for captain, others in met.items()}
    return {captain: estimate for captain, estimate in found.items() if estimate is not None}


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
    least = LEAST_SPREAD / len(met) * sqrt(sum(1 / len(meeting) for meeting in met))
    error = max(least, sqrt(sum(pull * pull for pull in pulls.values())))
    pairs = sum(map(len, met))
    freedom = pairs - len(met) if len(pulls) == pairs else len(pulls) - 1
    return reach(freedom) * error
