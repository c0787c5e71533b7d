"""The swapped pair: two matches on one seed in which two captains change seats. It is the unit of
every statistic here: its two legs share their luck and are no two observations.

Only whole pairs count. A score is what the first captain got: 1 a win, ½ a level match, 0 a loss;
an adjusted one has the luck taken out, is any real number, and is never clipped.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from statistics import fmean
from typing import Final

from engine.cricket.choices import Seat
from engine.events import EndReason
from engine.result import EpisodeResult
from tournaments.plan import pair_of
from tournaments.standings import EpisodeOutcome

LEGS: Final = 2
MATCH_INNINGS: Final = 2  # later ones are super overs


class Outcome(StrEnum):
    """What a match was to a captain."""

    WIN = "W"
    DRAW = "D"
    LOSS = "L"

    @property
    def score(self) -> float:
        return _SCORE[self]

    @property
    def turned(self) -> Outcome:
        """What it was to the other captain."""
        return _TURNED[self]


_SCORE: Final = {Outcome.WIN: 1.0, Outcome.DRAW: 0.5, Outcome.LOSS: 0.0}
_TURNED: Final = {
    Outcome.WIN: Outcome.LOSS,
    Outcome.DRAW: Outcome.DRAW,
    Outcome.LOSS: Outcome.WIN,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LegScore:
    """One match of a pair, as the pair's first captain sees it.

    `margin` in runs, of the match without super overs; None where it was forfeited. `toss`: 1 where
    he won it, -1 where the other did, 0 unknown. `digest` is the play's: equal ones are the same
    match played twice.
    """

    outcome: Outcome
    adjusted: float
    margin: int | None = None
    toss: int = 0
    digest: str = ""

    def turned(self) -> LegScore:
        return LegScore(
            outcome=self.outcome.turned,
            adjusted=1.0 - self.adjusted,
            margin=None if self.margin is None else -self.margin,
            toss=-self.toss,
            digest=self.digest,
        )


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Both legs of a pair; `first` is at home in the first one."""

    pair_id: str
    seed: int
    first: str
    second: str
    legs: tuple[LegScore, LegScore]

    @cached_property
    def score(self) -> float:
        """0, ¼, ½, ¾ or 1: the mean of the two results."""
        return fmean(leg.outcome.score for leg in self.legs)

    @cached_property
    def adjusted(self) -> float:
        return fmean(leg.adjusted for leg in self.legs)

    @cached_property
    def margin(self) -> float | None:
        """The mean of both margins, in runs; None unless both were played out."""
        margins = [leg.margin for leg in self.legs if leg.margin is not None]
        return fmean(margins) if len(margins) == len(self.legs) else None

    @property
    def outcomes(self) -> tuple[Outcome, Outcome]:
        return self.legs[0].outcome, self.legs[1].outcome

    def score_of(self, captain: str) -> float:
        """As one of the two sees it; theirs add up to 1."""
        return self.score if captain == self.first else 1.0 - self.score

    def adjusted_of(self, captain: str) -> float:
        return self.adjusted if captain == self.first else 1.0 - self.adjusted

    def margin_of(self, captain: str) -> float | None:
        if self.margin is None:
            return None
        return self.margin if captain == self.first else -self.margin

    def opponent(self, captain: str) -> str:
        return self.second if captain == self.first else self.first

    def seen_by(self, captain: str) -> Pair:
        """The same pair with `captain` as its first; the leg in which he was at home leads."""
        if captain == self.first:
            return self
        one, other = self.legs
        return Pair(
            pair_id=self.pair_id,
            seed=self.seed,
            first=self.second,
            second=self.first,
            legs=(other.turned(), one.turned()),
        )


def pairs_of(results: Iterable[EpisodeResult]) -> list[Pair]:
    """The pairs that are whole, in the order in which their second legs came.

    A void leg does not count. Of a leg that is told twice the first telling stands.
    """
    legs: dict[str, dict[str, EpisodeResult]] = {}
    whole: list[str] = []
    for result in results:
        if result.end_reason.is_void:
            continue
        pair_id = pair_of(result.episode_id)
        told = legs.setdefault(pair_id, {})
        if result.episode_id not in told:
            told[result.episode_id] = result
            whole += [pair_id] * (len(told) == LEGS)
    return [_pair(pair_id, legs[pair_id]) for pair_id in whole]


def pair_of_outcomes(seed: int, leg_a: EpisodeOutcome, leg_b: EpisodeOutcome) -> Pair:
    """The same pair from what the table knows of its legs: without margins and digests."""
    first = leg_a.home
    return Pair(
        pair_id=pair_of(leg_a.episode_id),
        seed=seed,
        first=first,
        second=leg_a.away,
        legs=(_told(leg_a, first), _told(leg_b, first)),
    )


def _told(leg: EpisodeOutcome, captain: str) -> LegScore:
    outcome = Outcome.DRAW
    if leg.winner is not None:
        outcome = Outcome.WIN if leg.winner == captain else Outcome.LOSS
    luck = leg.luck if leg.home == captain else -leg.luck
    return LegScore(outcome=outcome, adjusted=outcome.score - luck)


def between(pairs: Iterable[Pair], first: str, second: str) -> list[Pair]:
    """The pairs of two captains, as `first` sees them."""
    return [pair.seen_by(first) for pair in pairs if {pair.first, pair.second} == {first, second}]


def without_repeats(pairs: Iterable[Pair]) -> list[Pair]:
    """Each play once: captains that do not draw play a seed the same way every time, and what is
    known already is no new evidence.
    """
    return list(_new(pairs))


def _new(pairs: Iterable[Pair]) -> Iterator[Pair]:
    seen: set[tuple[object, ...]] = set()
    for pair in pairs:
        play = (pair.seed, *sorted((leg.digest, _home(pair, n)) for n, leg in enumerate(pair.legs)))
        if all(leg.digest for leg in pair.legs):
            if play in seen:
                continue
            seen.add(play)
        yield pair


def _home(pair: Pair, leg: int) -> str:
    return pair.second if leg else pair.first


def _pair(pair_id: str, legs: dict[str, EpisodeResult]) -> Pair:
    """Named from the leg that the plan calls A, whichever ended first."""
    leg_a, leg_b = (legs[episode_id] for episode_id in sorted(legs))
    return Pair(
        pair_id=pair_id,
        seed=leg_a.seed,
        first=leg_a.home,
        second=leg_a.away,
        legs=(_leg(leg_a, Seat.HOME), _leg(leg_b, Seat.AWAY)),
    )


def _leg(result: EpisodeResult, seat: Seat) -> LegScore:
    return LegScore(
        outcome=_outcome(result, seat),
        adjusted=result.adjusted(seat),
        margin=_margin(result, seat),
        toss=_toss(result, seat),
        digest=result.record_digest,
    )


def _outcome(result: EpisodeResult, seat: Seat) -> Outcome:
    if result.winner is None:
        return Outcome.DRAW
    return Outcome.WIN if result.winner == seat else Outcome.LOSS


def _toss(result: EpisodeResult, seat: Seat) -> int:
    if result.toss is None:
        return 0
    return 1 if result.toss.winner is seat else -1


def _margin(result: EpisodeResult, seat: Seat) -> int | None:
    """Runs more than the other side; None where the match was not played out."""
    lines = [line for line in result.innings if line.innings <= MATCH_INNINGS]
    if result.end_reason is not EndReason.COMPLETED or len(lines) < MATCH_INNINGS:
        return None
    return sum(line.runs if line.batting == seat.value else -line.runs for line in lines)
