"""What some captains score against others, where that may be all."""

from __future__ import annotations

from math import inf, sqrt
from typing import Final, NamedTuple

from tournaments.pairs import LEGS
from tournaments.stats.means import LEAST_SPREAD
from tournaments.stats.student import reach

_ONE_SIDED: Final = 1.6448536269514722  # normal quantile of 95 %


class Across(NamedTuple):
    """What some captains scored on average against the others, the error of it by the spread over
    clusters, out of so many games in so many clusters.
    """

    score: float
    error: float
    games: float
    clusters: int

    @property
    def most(self) -> float:
        """Half a win short of all, were each cluster a match; as a distance from ½."""
        return 0.5 - 0.5 / (self.clusters + 1)

    @property
    def may_be_all(self) -> bool:
        """Whether the interval of the mean reaches 0 or 1."""
        low, high = self.ends(least_spread=LEAST_SPREAD)
        return low <= 0 or high >= 1

    def ends(self, *, least_spread: float = 0.0) -> tuple[float, float]:
        """Of its interval. A pair is held to spread at least so much."""
        error = max(self.error, least_spread / sqrt(self.games / LEGS))
        margin = reach(self.clusters - 1) * error if self.clusters > 1 else inf
        return self.score - margin, self.score + margin


def surely(clusters: int) -> float:
    """What who wins all surely scores: Wilson's bound, one-sided, a cluster counted as a match."""
    return clusters / (clusters + _ONE_SIDED**2)
