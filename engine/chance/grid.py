"""Solved values between whole runs, laid out so that all outcomes of a ball are read at once.

The players at hand shift the place at which a value is read, by `engine.chance.worth`; a shift is
rounded to a step of the grid. Luck is exact whatever the values are, so rounding costs it nothing
but a little variance.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt

from engine.chance.classes import IS_LEGAL, IS_WICKET, RUNS_OF, Floats
from engine.chance.model import BallModel
from engine.chance.solving import CHASE, Solved, solved
from engine.chance.usual import MOST_RUNS, Stage

# Steps a run, by the overs of the format: the longer, the less a run is worth, and the larger the
# table.
_STEPS: Final = ((10, 8), (25, 4), (50, 2))


class Grid:
    """The values of one innings of a stage."""

    __slots__ = ("_flat", "_highest", "_is_chase", "_offsets", "_row", "_steps", "_wickets", "cap")

    def __init__(self, found: Solved, innings: int) -> None:
        overs = found.balls / 6
        self.cap = found.cap
        self._steps = next(steps for most, steps in _STEPS if overs <= most)
        self._highest = found.cap * self._steps
        self._is_chase = innings == CHASE
        self._wickets = found.wickets
        fine = _finer(found.values[innings], self._steps)
        self._row = fine.shape[-1]
        self._flat: npt.NDArray[np.float32] = fine.astype(np.float32).ravel()
        self._offsets: dict[int, npt.NDArray[np.intp]] = {}

    def at(self, left: int, lost: int, place: float) -> float:
        """The value at a place; with the runs made in a first innings, `cap` less the needed in a
        chase.
        """
        step = min(max(round(place * self._steps), 0), self._highest)
        return float(self._flat[(left * (self._wickets + 1) + lost) * self._row + step])

    def after(
        self, left: int, lost: int, runs: int, shift: float, shift_out: float
    ) -> npt.NDArray[np.float32]:
        """The values after each of `OUTCOMES`. `runs` is the whole place before the ball; the shifts
        are those of the state after it, without a wicket and with one.
        """
        steps = self._steps
        step = min(max(round((runs + shift) * steps), 0), self._highest)
        out = min(max(round((runs + shift_out) * steps), 0), self._highest)
        offsets = self._offsets.get(out - step)
        if offsets is None:
            offsets = self._offsets[out - step] = self._offsets_for(out - step)
        base = ((left - 1) * (self._wickets + 1) + lost) * self._row + step
        values = self._flat.take(offsets + base)
        needed = self.cap - runs
        if self._is_chase and needed <= MOST_RUNS:
            values[RUNS_OF >= needed] = 1.0
        return values

    def _offsets_for(self, out: int) -> npt.NDArray[np.intp]:
        again = ~IS_LEGAL * (self._wickets + 1) * self._row
        return np.asarray(RUNS_OF * self._steps + again + IS_WICKET * (self._row + out))


def _finer(values: Floats, steps: int) -> Floats:
    """With `steps - 1` values put between every two of the last axis."""
    size = values.shape[-1]
    fine = np.empty((*values.shape[:-1], (size - 1) * steps + 1))
    fine[..., ::steps] = values
    for k in range(1, steps):
        share = k / steps
        fine[..., k::steps] = (1.0 - share) * values[..., :-1] + share * values[..., 1:]
    return fine


@lru_cache(maxsize=8)  # a T20 innings takes 8 MB, an ODI innings 22 MB
def grid_of(stage: Stage, model: BallModel, wickets: int, innings: int) -> Grid:
    return Grid(solved(stage, model, wickets), innings)
