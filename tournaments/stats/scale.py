"""Elo: a score as a difference of strength, and back.

A score of 0 or 1 has no Elo; here it is None, never an infinity.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log, log10
from typing import Final

ELO_A_NAT: Final = 400 / log(10)
NELO_A_SIGMA: Final = 800 / log(10)  # of the result of one match (Van den Bergh, normalized Elo)
FURTHEST_ELO: Final = 1_000.0  # of a hypothesis that may be tested, above or below level


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """An estimate with its 95 % interval. An end that is None is open: nothing bounds it there."""

    mean: float | None
    low: float | None
    high: float | None

    def turned(self) -> Interval:
        """As the other captain sees it."""
        mean, low, high = (
            None if one is None else -one for one in (self.mean, self.high, self.low)
        )
        return Interval(mean=mean, low=low, high=high)


def elo_of(score: float) -> float | None:
    """The difference at which this score is expected; None outside of (0, 1)."""
    return 400 * log10(score / (1 - score)) if 0 < score < 1 else None


def score_at(elo: float) -> float:
    """The score that is expected of who is `elo` better."""
    return float(1 / (1 + 10 ** (-elo / 400)))
