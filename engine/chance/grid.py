"""Solved values between whole runs, laid out so that all outcomes of a ball are read at once.

The players at hand shift the place at which a value is read, by `engine.chance.worth`; a shift is
rounded to a step of the grid. Luck is exact whatever the values are, so rounding costs it nothing
but a little variance.
"""

from __future__ import annotations

from functools import lru_cache
from math import erf, sqrt
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from engine.chance.classes import IS_LEGAL, IS_WICKET, RUNS_OF, Floats
from engine.chance.conditions import spreads_of_conditions
from engine.chance.design import BALLS_PER_OVER
from engine.chance.model import BallModel
from engine.chance.solving import CHASE, FIRST, Solved, solved
from engine.chance.usual import MOST_RUNS, Stage
from engine.chance.worth import worth_of
from engine.cricket.state import ALL_OUT

# Steps a run, by the overs of the format: the longer, the less a run is worth, and the larger the
# table.
_STEPS: Final = ((10, 8), (25, 4), (50, 2))
_LONG: Final = 25  # overs
_REACH: Final = 6.0  # in deviations times the root of two; beyond it lies less than 1e-16
# Seven points of a Gauss-Hermite rule for a standard normal number (`hermegauss`).
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(7)


class Grid:
    """The values of one innings of a stage."""

    __slots__ = (
        "_below",
        "_flat",
        "_highest",
        "_is_chase",
        "_offsets",
        "_row",
        "_runs",
        "_steps",
        "_wickets",
        "cap",
    )

    def __init__(self, found: Solved, innings: int, unknown: Floats | None = None) -> None:
        """`unknown` (balls left, wickets) blurs the values by a normal shift of so many runs."""
        overs = found.balls / BALLS_PER_OVER
        self.cap = found.cap
        self._steps = next(steps for most, steps in _STEPS if overs <= most)
        self._highest, self._below = found.top * self._steps, found.below
        self._is_chase = innings == CHASE
        self._wickets: int = found.wickets
        values = found.values[innings]
        fine = _finer(values if unknown is None else _blurred(values, unknown), self._steps)
        self._runs: int = fine.shape[-1]
        self._row: int = self._runs * self._steps
        kind = np.float32 if overs > _LONG else np.float64  # half the memory where there is much
        self._flat: npt.NDArray[Any] = fine.astype(kind).ravel()
        self._offsets: dict[tuple[int, int, int], npt.NDArray[np.intp]] = {}

    def at(self, left: int, lost: int, place: float) -> float:
        """The value at a place; with the runs made in a first innings, `cap` less the needed in a
        chase.
        """
        step = min(max(round((place + self._below) * self._steps), 0), self._highest)
        return float(self._flat[self._start(left, lost) + self._column(step)])

    def mean(self, left: int, lost: int, place: float, deviation: float) -> float:
        """The mean of `at` over a normal shift of the place with this standard deviation in runs;
        exact.
        """
        if deviation <= 0.0:
            return self.at(left, lost, place)
        centre, scale = (place + self._below) * self._steps, sqrt(2.0) * deviation * self._steps
        reach = int(_REACH * scale)
        low = min(max(round(centre) - reach, 0), self._highest)
        high = min(max(round(centre) + reach, low + 1), self._highest)
        below = [erf((step + 0.5 - centre) / scale) for step in range(low, high)]
        shares = np.diff(np.array([-1.0, *below, 1.0])) / 2.0
        columns = self._start(left, lost) + self._column(np.arange(low, high + 1))
        return float(shares @ self._flat[columns].astype(np.float64))

    def after(self, left: int, lost: int, runs: int, shift: float, shift_out: float) -> Floats:
        """The values after each of `OUTCOMES`. `runs` is the whole place before the ball; the
        shifts are those of the state after it, without a wicket and with one.
        """
        steps, place = self._steps, runs + self._below
        step = min(max(round((place + shift) * steps), 0), self._highest)
        out = min(max(round((place + shift_out) * steps), 0), self._highest)
        whole, part = divmod(step, steps)
        whole_out, part_out = divmod(out, steps)
        key = part, part_out, whole_out - whole
        offsets = self._offsets.get(key)
        if offsets is None:
            offsets = self._offsets[key] = self._offsets_for(*key)
        base = ((left - 1) * (self._wickets + 1) + lost) * self._row + whole
        values: Floats = self._flat.take(offsets + base).astype(np.float64, copy=False)
        needed = self.cap - runs
        if self._is_chase and needed <= MOST_RUNS:
            values[needed <= RUNS_OF] = 1.0
        return values

    def _start(self, left: int, lost: int) -> int:
        return (left * (self._wickets + 1) + lost) * self._row

    def _column(self, step: Any) -> Any:
        """Where a step, or each of many, stands in a row."""
        return step % self._steps * self._runs + step // self._steps

    def _offsets_for(self, part: int, part_out: int, out: int) -> npt.NDArray[np.intp]:
        again = ~IS_LEGAL * (self._wickets + 1) * self._row
        column = np.where(IS_WICKET, self._row + part_out * self._runs + out, part * self._runs)
        return np.asarray(RUNS_OF + again + column)


def _blurred(values: Floats, unknown: Floats) -> Floats:
    """The mean of the values over a normal shift of the place, by (balls left, wickets)."""
    size = values.shape[-1]
    blurred = np.zeros_like(values)
    for node, weight in zip(_NODES, _WEIGHTS / _WEIGHTS.sum(), strict=True):
        for left, lost in np.ndindex(unknown.shape):
            shift = node * unknown[left, lost]
            row = values[left, lost]
            if shift == 0.0:
                blurred[left, lost] += weight * row
            else:
                blurred[left, lost] += weight * np.interp(
                    np.arange(size) + shift, np.arange(size), row
                )
    return blurred


def _finer(values: Floats, steps: int) -> Floats:
    """With `steps - 1` values put between every two of the last axis, (…, step, whole place): the
    outcomes of a ball lie whole runs apart, so that they stand side by side. Beyond the last place
    its value goes on.
    """
    after = np.concatenate([values[..., 1:], values[..., -1:]], axis=-1)
    shares = (np.arange(steps) / steps)[:, None]
    return np.asarray((1.0 - shares) * values[..., None, :] + shares * after[..., None, :])


@lru_cache(maxsize=8)  # a T20 innings takes 15 MB, an ODI innings 22 MB
def grid_of(stage: Stage, model: BallModel, wickets: int, innings: int) -> Grid:
    return Grid(solved(stage, model, wickets), innings)


@lru_cache(maxsize=4)
def blurred_grid(stage: Stage, model: BallModel, innings: int) -> Grid:
    """A main innings whose day and innings effects are not known."""
    return Grid(
        solved(stage, model, ALL_OUT), innings, unknown=spread_of_conditions(stage, model, innings)
    )


def spread_of_conditions(
    stage: Stage, model: BallModel, innings: int, *, venue: bool = False
) -> Floats:
    """Runs (balls left, wickets), one standard deviation, that day and innings effects (with
    `venue` that of the venue, too) add to a state of a main innings.
    """
    spreads = spreads_of_conditions(model.coefficients, stage.format, stage.game)
    shared = spreads.day**2 + (spreads.venue**2 if venue else 0.0)
    own = worth_of(stage, model, ALL_OUT, innings).conditions
    reply = np.zeros(())
    if innings == FIRST:
        reply = -worth_of(stage, model, ALL_OUT, CHASE).conditions[-1, 0]
    return np.sqrt((own + reply) ** 2 * shared + (own**2 + reply**2) * spreads.innings**2)
