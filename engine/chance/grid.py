"""Solved values between whole runs, and those after all outcomes of a ball, read at once.

The players at hand shift the place at which a value is read, by `engine.chance.worth`; a shift is
rounded to a step of the grid. Luck is exact whatever the values are, so rounding costs it nothing
but a little variance.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from engine.chance.classes import (
    FREES,
    IS_LEGAL,
    IS_WICKET,
    RUNS_OF,
    Bools,
    Floats,
    Ints,
    one_by_one,
)
from engine.chance.conditions import spreads_of_conditions
from engine.chance.design import BALLS_PER_OVER
from engine.chance.kept import Tables, kept
from engine.chance.model import BallModel
from engine.chance.solving import CHASE, FIRST, LAST_BALLS, Places, solved
from engine.chance.usual import MOST_RUNS, Stage
from engine.chance.worth import worth_of
from engine.cricket.outcomes import OUTCOMES
from engine.cricket.state import ALL_OUT

# Steps a run, by the overs of the format: the longer, the less a run is worth, and the larger the
# table.
_STEPS: Final = ((10, 8), (25, 4), (50, 2))
_LONG: Final = 25  # overs
# Which shift an outcome takes: one of those in `Shifts`, or bowled again as a free hit; the second
# if this ball is one. A wicket off a ball that does not count is rare, and taken as any.
_SAME, _OTHER, _OUT, _AGAIN, _FREED = range(5)
_CROSSED: Final = np.array([o.run_between % 2 == 1 for o in OUTCOMES])
_CASES, _CASES_FREE = (
    np.select(
        [IS_WICKET, ~IS_LEGAL & frees, ~IS_LEGAL, _CROSSED], [_OUT, _FREED, _AGAIN, _OTHER], _SAME
    )
    for frees in (FREES, ~IS_LEGAL)
)
# Seven points of a Gauss-Hermite rule for a standard normal number (`hermegauss`).
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(7)


class Shifts(NamedTuple):
    """Runs by which the players at hand shift the place of the state after the next ball: if it
    counts and nobody is out, with the same end to face or the other, and if the striker is out; if
    it does not count, and has to be bowled `again`.
    """

    same: float = 0.0
    other: float = 0.0
    out: float = 0.0
    again: float = 0.0


class Unknown(NamedTuple):
    """A normal shift of the place, in runs, by (balls left, wickets)."""

    mean: Floats
    deviation: Floats


class Rows(NamedTuple):
    """The values of one innings at whole places: `values` and, before a free hit, `free` and
    `freed`, as `Solved.values` and `FreeHits.values` and `.runs`.
    """

    values: Floats
    free: Floats
    freed: Floats


class Grid:
    """The values of one innings of a stage."""

    __slots__ = (
        "_below",
        "_cells",
        "_flat",
        "_free",
        "_free_hits",
        "_highest",
        "_is_chase",
        "_row",
        "_steps",
        "_wickets",
        "cap",
    )

    def __init__(self, places: Places, innings: int, rows: Rows) -> None:
        overs = places.balls / BALLS_PER_OVER
        self.cap = places.cap
        self._steps = next(steps for most, steps in _STEPS if overs <= most)
        self._highest, self._below = places.top * self._steps, places.below
        self._is_chase = innings == CHASE
        self._wickets: int = places.wickets
        blocks = [_finer(block, self._steps) for block in (rows.values, rows.free)]
        self._row: int = blocks[0].shape[-1]
        self._free = blocks[0].size
        self._free_hits = one_by_one(rows.freed)
        kind = np.float32 if overs > _LONG else np.float64  # half the memory where there is much
        self._flat: npt.NDArray[Any] = np.concatenate([b.ravel() for b in blocks], dtype=kind)
        # Where the outcomes of a ball lie from where it was bowled.
        self._cells = RUNS_OF * self._steps + (
            (~IS_LEGAL * (self._wickets + 1) + IS_WICKET) * self._row
        )

    def at(self, left: int, lost: int, place: float, *, free_hit: bool = False) -> float:
        """The value at a place; with the runs made in a first innings, `cap` less the needed in a
        chase.
        """
        if free_hit:
            return float(self._flat[self._start(left, lost) + self._freed(left, lost, place)])
        return float(self._flat[self._start(left, lost) + self._step(place)])

    def mean(self, left: int, lost: int, places: Floats, weights: Floats) -> float:
        """The mean of the values, read between the steps too, at many places."""
        exact = np.clip((places + self._below) * self._steps, 0.0, self._highest)
        step = exact.astype(np.intp)
        start, share = self._start(left, lost), exact - step
        here, there = (self._flat[start + step + more] for more in (0, 1))
        return float(weights @ (here * (1.0 - share) + there * share))

    def after(
        self, left: int, lost: int, runs: int, shifts: Shifts, *, free_hit: bool = False
    ) -> Floats:
        """The values after each of `OUTCOMES`. `runs` is the whole place before the ball."""
        start = self._start(left - 1, lost)
        cells = [start + self._step(runs + shift) for shift in shifts]
        cells.append(start + self._freed(left, lost, runs + shifts.again))
        found = np.array(cells)[_CASES_FREE if free_hit else _CASES]
        found += self._cells
        values: Floats = self._flat[found].astype(np.float64, copy=False)
        needed = self.cap - runs
        if self._is_chase and needed <= MOST_RUNS:
            values[needed <= RUNS_OF] = 1.0
        return values

    def after_each(
        self, left: Ints, lost: Ints, runs: Ints, shifts: Floats, free_hits: Bools
    ) -> Floats:
        """(state, outcome): as `after`, of each state, with `shifts` (state, shift)."""
        start = self._start(left - 1, lost)[:, None]
        places = runs[:, None] + shifts
        again = places[:, Shifts._fields.index("again")]
        last = left <= LAST_BALLS
        freed = again + np.where(last, 0.0, np.asarray(self._free_hits)[left, lost])
        steps = self._steps_of(np.column_stack([places, freed]))
        steps[:, -1] += last * self._free
        cases = np.where(free_hits[:, None], _CASES_FREE, _CASES)
        found = np.take_along_axis(start + steps, cases, axis=1) + self._cells
        values: Floats = self._flat[found].astype(np.float64, copy=False)
        if self._is_chase:
            values[(self.cap - runs)[:, None] <= RUNS_OF] = 1.0
        return values

    def _steps_of(self, places: Floats) -> Ints:
        """As `_step`, of each."""
        steps = np.rint((places + self._below) * self._steps)
        return np.asarray(np.clip(steps, 0, self._highest).astype(np.intp))

    def _step(self, place: float) -> int:
        step = round((place + self._below) * self._steps)
        return step if 0 <= step <= self._highest else min(max(step, 0), self._highest)

    def _freed(self, left: int, lost: int, place: float) -> int:
        """How far from the start of its row the value before a free hit lies."""
        if left <= LAST_BALLS:
            return self._free + self._step(place)
        return self._step(place + self._free_hits[left, lost])

    def _start(self, left: Any, lost: Any) -> Any:
        return (left * (self._wickets + 1) + lost) * self._row


def _blurred(values: Floats, unknown: Unknown) -> Floats:
    """The mean of the values over what is not known."""
    size = values.shape[-1]
    blurred = np.zeros_like(values)
    for node, weight in zip(_NODES, _WEIGHTS / _WEIGHTS.sum(), strict=True):
        shifts = unknown.mean + node * unknown.deviation
        for left, lost in np.ndindex(values.shape[:2]):
            shift, row = shifts[left, lost], values[left, lost]
            if shift == 0.0:
                blurred[left, lost] += weight * row
            else:
                blurred[left, lost] += weight * np.interp(
                    np.arange(size) + shift, np.arange(size), row
                )
    return blurred


def _finer(values: Floats, steps: int) -> Floats:
    """With `steps - 1` values put between every two of the last axis, and after the last."""
    after = np.concatenate([values[..., 1:], values[..., -1:]], axis=-1)[..., None]
    shares = np.arange(steps) / steps
    fine = (1.0 - shares) * values[..., None] + shares * after
    return np.asarray(fine.reshape(*values.shape[:-1], -1))


@lru_cache(maxsize=8)  # a T20 innings takes 20 MB, an ODI innings 27 MB
def grid_of(stage: Stage, model: BallModel, wickets: int, innings: int) -> Grid:
    return Grid(Places.of(stage.format, wickets), innings, _rows_of(stage, model, wickets, innings))


@lru_cache(maxsize=4)
def blurred_grid(stage: Stage, model: BallModel, innings: int) -> Grid:
    """A main innings whose day and innings effects are not known."""

    def work_out() -> Tables:
        known = _rows_of(stage, model, ALL_OUT, innings)
        unknown = unknown_conditions(stage, model, innings)
        values, free = (_blurred(block, unknown) for block in (known.values, known.free))
        return Rows(values=values, free=free, freed=known.freed)._asdict()

    rows = Rows(**kept(model.digest, f"blurred {stage} {innings}", work_out))
    return Grid(Places.of(stage.format, ALL_OUT), innings, rows)


def _rows_of(stage: Stage, model: BallModel, wickets: int, innings: int) -> Rows:
    """Kept on disk."""

    def work_out() -> Tables:
        found = solved(stage, model, wickets)
        free, freed = found.free_hits[innings]
        return Rows(values=found.values[innings], free=free, freed=freed)._asdict()

    return Rows(**kept(model.digest, f"rows {stage} {wickets} {innings}", work_out))


def unknown_conditions(stage: Stage, model: BallModel, innings: int) -> Unknown:
    """What day and innings effects may add to a state of a main innings."""
    spreads = spreads_of_conditions(model.coefficients, stage.format, stage.game)
    own = worth_of(stage, model, ALL_OUT, innings)
    line, bend = np.zeros(()), np.zeros(())
    if innings == FIRST:
        reply = worth_of(stage, model, ALL_OUT, CHASE)
        line, bend = -reply.conditions[-1, 0], -reply.curvature[-1, 0]
    return Unknown(
        mean=(own.curvature + bend) * (spreads.day**2 + spreads.innings**2),
        deviation=np.sqrt(
            (own.conditions + line) ** 2 * spreads.day**2
            + (own.conditions**2 + line**2) * spreads.innings**2
        ),
    )
