"""How far a strength may lie from where it was found: 95 % intervals, of which an end is open where
a captain, or a group, may have won or lost all.

The spread seen near a mean score of 0 or 1 says little about the surprises that did not come, so
the covariance is made wider there; what is tested and allocated by it is as careful as what is
shown.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import sqrt
from typing import Final

import numpy as np

from tournaments.stats.across import Across, surely
from tournaments.stats.arrays import Floats
from tournaments.stats.bradley_terry import Fit, are_level
from tournaments.stats.means import LEAST_SPREAD
from tournaments.stats.student import reach

LEAST_CLUSTERS: Final = 2  # of a captain: fewer say nothing of how sure he is
FURTHEST: Final = 20.0  # nats
_BISECTIONS: Final = 100
_NO_SPREAD: Final = 1e-9  # of a mean score: what rounding leaves
_UNKNOWN: Final = 5.0  # nats: the standard error of who played one seed, on which all may be luck


def widened(found: Fit, *, adjusted: bool = False) -> Fit:
    """With a wider covariance for captains and groups who won or lost nearly all, and with who
    these are.
    """
    return Intervals(found, adjusted=adjusted).widened


class Intervals:
    """`ends` of every captain, by place, in nats; None is open. `covariance` of the strengths,
    widened; `widened` the fit with it. `bounded`: of who has an open end, the score beyond which
    5 % lie.
    """

    def __init__(self, found: Fit, *, adjusted: bool) -> None:
        self.fit, self.adjusted = found, adjusted
        self.count = len(found.captains)
        self.reach = np.array([reach(max(int(n) - 1, 1)) for n in found.clusters])
        self.covariance = _without_noise(found.covariance[: self.count, : self.count])
        self._floor()
        self.bounded = dict[int, float]()
        groups = [group for group in self._groups() if self._stands_apart(*group)]
        self.ends = [self._ends(place) for place in range(self.count)]
        apart = [*self._alone(), *(above for above, _ in groups)]
        for above, _ in groups:
            self._open(above)
        covariance = found.covariance.copy()
        covariance[: self.count, : self.count] = self.covariance
        self.widened = replace(found, covariance=covariance, apart=tuple(apart))

    def _floor(self) -> None:
        """Of who always scored alike no spread was seen, which is not to be sure of him: he is
        taken to be as unsure as if one cluster were half a point off.
        """
        for one in np.flatnonzero(self.fit.errors < _NO_SPREAD):
            error = 0.5 / float(self.fit.clusters[one]) / self._slope(int(one))
            self.covariance[one, one] = max(self.covariance[one, one], error**2)

    def _slope(self, one: int) -> float:
        """How much his mean score rises with his strength."""
        expected = 1 / (1 + np.exp(self.fit.strengths - self.fit.strengths[one]))
        return float(self.fit.shares_met(one) @ (expected * (1 - expected)))

    def _ends(self, one: int) -> tuple[float | None, float | None]:
        """Both ends of the interval, in nats. Widens the covariance where the score nears 0 or 1,
        as the spread seen there says little about the surprises that did not come.
        """
        if self.fit.clusters[one] < LEAST_CLUSTERS:
            self.covariance[one, one] = _UNKNOWN**2
            return None, None
        strength, score = float(self.fit.strengths[one]), float(self.fit.scores[one])
        low_score, high_score = self._score_ends(self._of_captain(one))
        margin = float(self.reach[one] * sqrt(max(self.covariance[one, one], 0.0)))
        if low_score > 0 and high_score < 1:
            return strength - margin, strength + margin
        if low_score <= 0 and high_score >= 1:
            return None, None
        most = surely(int(self.fit.clusters[one]))
        bounded = min(low_score, most) if high_score >= 1 else max(high_score, 1 - most)
        self.bounded[one] = bounded
        bound = self._strength_at(one, bounded)
        far = max(abs(strength - bound), margin)
        self.covariance[one, one] = (far / self.reach[one]) ** 2
        return (min(bound, strength), None) if score > 0.5 else (None, max(bound, strength))

    def _of_captain(self, one: int) -> Across:
        fit = self.fit
        return Across(
            score=float(fit.scores[one]),
            error=float(fit.errors[one]),
            games=float(fit.games[one]),
            clusters=int(fit.clusters[one]),
        )

    def _score_ends(self, found: Across) -> tuple[float, float]:
        """Of the mean score."""
        if not self.adjusted and found.score in (0.0, 1.0):
            most = surely(found.clusters)
            return (most, 1.0) if found.score else (0.0, 1 - most)
        return found.ends(least_spread=LEAST_SPREAD if self.adjusted else 0.0)

    def _groups(self) -> list[tuple[frozenset[int], Across]]:
        """The strongest, two or more, and what they scored against the others, two or more, who are
        not level with them.
        """
        fit, places = self.fit, self.fit.best_first.tolist()
        return [
            (frozenset(places[:size]), cut)
            for size, cut in enumerate(fit.cuts, start=2)
            if not are_level(fit.strengths, fit.scores, places[size - 1], places[size])
        ]

    def _stands_apart(self, above: frozenset[int], cut: Across) -> bool:
        """Whether nothing bounds the group above the others; widens the covariance then, so that
        the lower end of what lies between them is that of the score.
        """
        low, high = self._score_ends(cut)
        if cut.clusters < LEAST_CLUSTERS or low <= 0 or high < 1:
            return False
        off = self._shift_to(above, min(low, surely(cut.clusters))) / reach(cut.clusters - 1)
        apart = np.array([0.5 if one in above else -0.5 for one in range(self.count)])
        apart -= apart.mean()
        self.covariance += off**2 * np.outer(apart, apart)
        return True

    def _shift_to(self, above: frozenset[int], score: float) -> float:
        """By how much all who are above must be weaker to score so much against the others."""
        is_above = np.array([one in above for one in range(self.count)])
        met = self.fit.met[np.ix_(is_above, ~is_above)]
        between = self.fit.strengths[is_above][:, None] - self.fit.strengths[~is_above][None, :]

        def scored(shift: float) -> float:
            return float((met / (1 + np.exp(shift - between))).sum() / met.sum())

        return _halved(lambda shift: scored(shift) > score)

    def _alone(self) -> list[frozenset[int]]:
        """Captains whom nothing bounds above the others, and the others of those below them."""
        everybody = frozenset(range(self.count))
        up = [frozenset({one}) for one, (_, high) in enumerate(self.ends) if high is None]
        return up + [everybody - {one} for one, (low, _) in enumerate(self.ends) if low is None]

    def _open(self, above: frozenset[int]) -> None:
        """The ends of a group and the others that lie on the other side of the mean."""
        for one, (low, high) in enumerate(self.ends):
            self.ends[one] = (low, None) if one in above else (None, high)

    def _strength_at(self, one: int, score: float) -> float:
        """The strength that makes this mean score against the others whom he met."""
        met = self.fit.shares_met(one)

        def expected(strength: float) -> float:
            return float(met @ (1 / (1 + np.exp(self.fit.strengths - strength))))

        return _halved(lambda strength: expected(strength) < score)


def _halved(is_below: Callable[[float], bool]) -> float:
    """The number up to which that holds, by bisection."""
    low, high = -FURTHEST, FURTHEST
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        low, high = (middle, high) if is_below(middle) else (low, middle)
    return low


def _without_noise(covariance: Floats) -> Floats:
    """A copy; a variance of nought may have been rounded to just below it."""
    clean = covariance.copy()
    np.fill_diagonal(clean, np.maximum(clean.diagonal(), 0))
    return clean
