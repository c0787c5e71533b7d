"""When a league is decided: every neighbour in the table is told apart, or known to be as good.

A rule is stated before anything is played: when it looks, and within how many Elo two captains are
as good as each other. At each look a gap is judged by an interval so wide that all looks at all
gaps together err with `alpha` at most (`looks`; divided among the gaps).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from statistics import NormalDist
from typing import Final

from tournaments.stats.bradley_terry import Fit
from tournaments.stats.gaps import contrast
from tournaments.stats.intervals import widened
from tournaments.stats.looks import fractions_of, looked

LEAST_ERROR_ELO: Final = 1e-6  # below is rounding: nothing has varied yet


class GapState(StrEnum):
    RESOLVED = "resolved"
    TIED = "tied"
    OPEN = "open"


class RankedState(StrEnum):
    """`ranked`: decided, stop. `exhausted`: the last look is over, with gaps open."""

    RANKED = "ranked"
    CONTINUE = "continue"
    EXHAUSTED = "exhausted"


class BadRule(ValueError):
    """A rule that cannot be; the message says what is allowed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RankedRule:
    """`looks`: after how many pairs of every pairing it looks, rising; the last is the most that
    are played. Raises `BadRule`.
    """

    looks: tuple[int, ...]
    margin_elo: float = 25.0
    alpha: float = 0.05

    def __post_init__(self) -> None:
        rising = all(one < other for one, other in pairwise(self.looks))
        if not self.looks or self.looks[0] < 2 or not rising:
            raise BadRule(f"looks {self.looks}: allowed: rising numbers of pairs from 2")
        if self.margin_elo < 0:
            raise BadRule(f"margin {self.margin_elo:g}: allowed: from 0 Elo")
        if not 0 < self.alpha < 0.5:
            raise BadRule(f"alpha {self.alpha:g}: allowed: above 0 and below 0.5")

    def next_look(self, pairs: int) -> int | None:
        """The first look that is not over after so many pairs of every pairing."""
        return next((look for look in self.looks if look > pairs), None)

    def confidence(self, look: int, gaps: int) -> float:
        """Of the intervals at the look `look` (a number of pairs), for each of so many gaps."""
        up_to_it = fractions_of(self.looks)[: self.looks.index(look) + 1]
        return 1 - 2 * NormalDist().cdf(-looked(up_to_it, self.alpha / max(gaps, 1)).bound)


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedGap:
    """Between neighbours, with the interval of this look."""

    better: str
    worse: str
    elo: float
    low: float
    high: float
    state: GapState


@dataclass(frozen=True, slots=True, kw_only=True)
class RankedVerdict:
    """`gaps` best first."""

    look: int
    gaps: tuple[JudgedGap, ...]
    state: RankedState

    @property
    def open_gaps(self) -> tuple[JudgedGap, ...]:
        return tuple(gap for gap in self.gaps if gap.state is GapState.OPEN)


def judge(found: Fit, rule: RankedRule, look: int, *, adjusted: bool = False) -> RankedVerdict:
    """What the rule says at one of its looks, of the fit of all pairs up to there."""
    wide = widened(found, adjusted=adjusted)
    order = [found.captains[place] for place in found.best_first]
    confidence = rule.confidence(look, len(order) - 1)
    gaps = tuple(
        _judged(wide, better, worse, confidence, rule.margin_elo)
        for better, worse in pairwise(order)
    )
    return RankedVerdict(look=look, gaps=gaps, state=_state(gaps, is_last=look == rule.looks[-1]))


def _judged(found: Fit, better: str, worse: str, confidence: float, margin: float) -> JudgedGap:
    apart = contrast(found, better, worse)
    reach = apart.margin(confidence)
    low, high = apart.elo - reach, apart.elo + reach
    state = GapState.OPEN
    varies = apart.error > LEAST_ERROR_ELO
    if varies and low > 0:
        state = GapState.RESOLVED
    elif varies and -margin < low and high < margin:
        state = GapState.TIED
    return JudgedGap(better=better, worse=worse, elo=apart.elo, low=low, high=high, state=state)


def _state(gaps: Sequence[JudgedGap], *, is_last: bool) -> RankedState:
    if all(gap.state is not GapState.OPEN for gap in gaps):
        return RankedState.RANKED
    return RankedState.EXHAUSTED if is_last else RankedState.CONTINUE
