"""What a test that stopped by itself says of the difference: without the lean of the plain mean.

Who stops when he is ahead overstates by how much. Outcomes of a test are put in order: stopped
early by the upper bound, later by it, later by the lower, early by the lower; in one look by the
sum. The estimate is the mean under which half of all outcomes lie above the one that came (it is
right as often too high as too low), the interval holds the means under which it is no surprise
(Siegmund 1978; Emerson and Fleming 1990). Sums are taken to be normal and the likelihood ratio to
be linear in the sum, so that its bounds are two parallel lines, between which the walk is followed
look by look on a grid. A line that was crossed goes through what came, one that was not passes
beyond it: of a captain who is far better than either hypothesis the ratio grows slower than near
them, and the test takes longer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from math import ceil, sqrt
from statistics import NormalDist, fmean, stdev
from typing import Final

import numpy as np

from tournaments.stats.arrays import Floats
from tournaments.stats.counts import Counts, Sums
from tournaments.stats.means import LEAST_SPREAD
from tournaments.stats.roots import root
from tournaments.stats.scale import Interval
from tournaments.stats.sprt import LEAST_ADJUSTED, Sprt, State, Verdict
from tournaments.stats.student import reach

_NORMAL: Final = NormalDist()
_POINTS: Final = 4  # of the grid, to the standard deviation of a step
_LEAST_POINTS, _MOST_POINTS = 60, 400
_FURTHEST: Final = 2.0  # a mean score is within ½ of ½, an adjusted one hardly further
_NEAR: Final = 1e-9  # of a mean score
_FURTHEST_STEP: Final = 8.0  # standard deviations
_ALL_ALIKE: Final = 0.5  # the spread of pairs that all scored alike: each counts as one match


def after_stop(
    test: Sprt, scores: Sequence[float], looks: Sequence[int], *, adjusted: bool = False
) -> Interval:
    """The mean score of pairs, with its 95 % interval, after a test that looked at `looks` numbers
    of pairs, the last of them all of the `scores`. Two pairs at least.
    """
    mean, spread = fmean(scores), stdev(scores)
    spread = max(spread, LEAST_SPREAD) if adjusted else spread or _ALL_ALIKE
    zero, one = test.means(spread)
    middle = (zero + one) / 2
    came = len(scores) * (mean - 0.5 - middle)
    told = (
        test.of_adjusted(Sums.of_scores(scores))
        if adjusted
        else test.of_counts(Counts.of_scores(scores))
    )
    a_nat = _sum_a_nat(told, came, near=spread**2 / (one - zero))
    may_stop = [at for at in looks[:-1] if not adjusted or at >= LEAST_ADJUSTED]
    steps = [after - at for at, after in pairwise([0, *may_stop, looks[-1]])]
    walk = _Walk(test.lower * a_nat, test.upper * a_nat, spread, steps)
    surprise = 1 - _NORMAL.cdf(reach(len(scores) - 1))
    found = (_mean_where(walk, came, share) for share in (0.5, surprise, 1 - surprise))
    value, low, high = (0.5 + middle + drift for drift in found)
    return Interval(mean=value, low=low, high=high)


def _sum_a_nat(told: Verdict, came: float, *, near: float) -> float:
    """How far the sum goes for the ratio to grow by 1: as `near` the hypotheses, unless that says
    otherwise than the test whether a bound was crossed.
    """
    is_open = told.state is State.CONTINUE and told.lower * near < came < told.upper * near
    return near if is_open or told.llr * came <= 0 else came / told.llr


def _mean_where(walk: _Walk, came: float, share: float) -> float:
    """The drift under which such a share of outcomes lies above the one that came."""
    return root(lambda drift: walk.above(came, drift) - share, -_FURTHEST, _FURTHEST, _NEAR)


class _Walk:
    """Sums of normal steps between two bounds. `steps`: of how many pairs each is."""

    def __init__(self, lower: float, upper: float, spread: float, steps: Sequence[int]) -> None:
        self.upper, self.spread = upper, spread
        self.steps = _together(steps, (upper - lower) / spread)
        width = (upper - lower) / (spread * sqrt(min(self.steps)))
        points = min(max(ceil(_POINTS * width), _LEAST_POINTS), _MOST_POINTS)
        self.cell = (upper - lower) / points
        self.grid: Floats = lower + self.cell * (np.arange(points, dtype=np.float64) + 0.5)

    def above(self, came: float, drift: float) -> float:
        """The chance of an outcome above the sum that `came` after all steps."""
        *before, last = self.steps
        moves = {size: self._move(size, drift) for size in Counter(before)}
        beyond = {size: self._beyond(self.grid, self.upper, size, drift) for size in moves}
        share, gone = np.zeros(0), 0.0
        for number, size in enumerate(before):
            if number == 0:
                gone = float(self._beyond(np.zeros(1), self.upper, size, drift)[0])
                share = self._density(self.grid, size, drift)
            else:
                gone += self.cell * float(share @ beyond[size])
                share = self.cell * _moved(share, moves[size])
        if not before:
            return float(self._beyond(np.zeros(1), came, last, drift)[0])
        return gone + self.cell * float(share @ self._beyond(self.grid, came, last, drift))

    def _move(self, size: int, drift: float) -> Floats:
        """The density of where a step leads, by cells from its beginning, as far as it can."""
        reach = _FURTHEST_STEP * self.spread * sqrt(size) + abs(size * drift)
        cells = min(ceil(reach / self.cell), len(self.grid) - 1)
        return self._density(
            self.cell * np.arange(-cells, cells + 1, dtype=np.float64), size, drift
        )

    def _density(self, off: Floats, size: int, drift: float) -> Floats:
        spread = self.spread * sqrt(size)
        z = (off - size * drift) / spread
        found: Floats = np.exp(-z * z / 2) / (spread * sqrt(2 * np.pi))
        return found

    def _beyond(self, begin: Floats, bound: float, size: int, drift: float) -> Floats:
        """The chance that a step leads from each beginning beyond the bound."""
        z = (bound - begin - size * drift) / (self.spread * sqrt(size))
        return np.array([_NORMAL.cdf(-one) for one in z.tolist()])


def _moved(share: Floats, move: Floats) -> Floats:
    beyond = len(move) // 2  # cells past either end of the grid
    return np.convolve(share, move)[beyond : beyond + len(share)]


def _together(steps: Sequence[int], width: float) -> list[int]:
    """Steps that are tiny against the `width` between the bounds, several as one: the grid need not
    be finer than that.
    """
    least = (width * _POINTS / _MOST_POINTS) ** 2
    joined, waiting = list[int](), 0
    for step in steps:
        waiting += step
        if waiting >= least:
            joined.append(waiting)
            waiting = 0
    return [*joined, waiting] if waiting else joined
