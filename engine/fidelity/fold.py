"""One fold from deliveries to counts, for real and simulated matches alike.

A `Fold` holds sums over deliveries and a few numbers a match. Folds of different matches add up, so
that a long simulation is folded piece by piece, and what is left out of a sum gives the standard
error (`engine.fidelity.tables`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Final

import numpy as np

from engine.chance.classes import Bools, Floats, Ints
from engine.cricket.outcomes import Dismissal
from engine.fidelity.balls import KINDS, Balls
from engine.fidelity.layout import (
    BALLS_PER_OVER,
    FACED_COLUMNS,
    FACED_ROWS,
    FACED_STARTS,
    LEGAL_OUTCOMES,
    OUTCOME_COLUMNS,
    POSITION_ROWS,
    RATE_ROWS,
    RATE_STARTS,
    WICKET_ROWS,
    WICKET_STARTS,
    Layout,
)

_WIDE: Final = OUTCOME_COLUMNS.index("wide")
_NO_BALL: Final = OUTCOME_COLUMNS.index("no-ball")
_WICKET: Final = LEGAL_OUTCOMES.index("wicket")
_BYE: Final = LEGAL_OUTCOMES.index("bye")
_LEG_BYE: Final = LEGAL_OUTCOMES.index("leg bye")
_RETIRED_OUT: Final = KINDS.index(Dismissal.RETIRED_OUT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fold:
    """`sums` arrays that add up over matches; `each` arrays with one entry a match."""

    layout: Layout
    sums: Mapping[str, Floats]
    each: Mapping[str, Floats]

    @property
    def matches(self) -> int:
        return len(self.each["target"])

    def __add__(self, other: Fold) -> Fold:
        return Fold(
            layout=self.layout,
            sums={name: value + other.sums[name] for name, value in self.sums.items()},
            each={
                name: np.concatenate([value, other.each[name]]) for name, value in self.each.items()
            },
        )


def add_all(folds: Sequence[Fold]) -> Fold:
    return reduce(Fold.__add__, folds)


def fold(balls: Balls, layout: Layout) -> Fold:
    """The counts of these deliveries."""
    state = _State(balls)
    outcome = _outcomes(balls)
    return Fold(
        layout=layout,
        sums={
            **_shares(balls, state, outcome, layout),
            **_batting(balls, state, outcome),
            **_overs(balls, layout),
            "kinds": np.bincount(balls.kind[balls.wicket], minlength=len(KINDS)).astype(np.float64),
        },
        each={
            **_totals(balls, state, layout),
            **_bowling(balls, layout),
            **_residual(balls, layout),
        },
    )


class _State:
    """What had happened before each delivery, worked out from those before it."""

    def __init__(self, balls: Balls) -> None:
        group = balls.innings * balls.matches + balls.match
        starts = np.concatenate([[0], np.flatnonzero(np.diff(group)) + 1]).astype(np.intp)
        length = np.diff(np.append(starts, len(group)))
        self.legal = _before(balls.legal, starts, length)
        self.wickets = _before(balls.wicket, starts, length)
        self.runs = _before(balls.bat + balls.extras, starts, length)
        self.faced = _faced(group, balls)
        self.target = np.where(balls.innings == 2, balls.target[balls.match], 0)


def _before(values: Ints | Bools, starts: Ints, length: Ints) -> Ints:
    """The sum of `values` over the earlier deliveries of the same innings."""
    through = np.cumsum(values, dtype=np.intp)
    own = through - values
    return np.asarray(own - np.repeat(own[starts], length))


def _faced(group: Ints, balls: Balls) -> Ints:
    """Balls that the striker had faced (wides are not)."""
    key = group * (int(balls.batter.max()) + 1) + balls.batter
    order = np.argsort(key, kind="stable")
    sorted_key = key[order]
    starts = np.concatenate([[0], np.flatnonzero(np.diff(sorted_key)) + 1]).astype(np.intp)
    length = np.diff(np.append(starts, len(key)))
    faced = np.empty(len(key), dtype=np.intp)
    faced[order] = _before((balls.wides == 0)[order], starts, length)
    return faced


def _outcomes(balls: Balls) -> Ints:
    """The column of each delivery in `OUTCOME_COLUMNS`. As in the targets, a batter who retires out
    is no wicket of the ball.
    """
    wicket = balls.wicket & (balls.kind != _RETIRED_OUT)
    cases = [balls.wides > 0, balls.no_balls > 0, wicket, balls.byes > 0, balls.leg_byes > 0]
    columns = [_WIDE, _NO_BALL, _WICKET, _BYE, _LEG_BYE]
    return np.select(cases, columns, np.minimum(balls.bat, 6)).astype(np.intp)


def _count(cell: Ints, cells: int, column: Ints, columns: int) -> Floats:
    flat = np.bincount(cell * columns + column, minlength=cells * columns)
    return flat.reshape(cells, columns).astype(np.float64)


def _weighed(cell: Ints, weights: Ints | Bools, cells: int) -> Floats:
    return np.bincount(cell, weights, cells).astype(np.float64)


def _shares(balls: Balls, state: _State, outcome: Ints, layout: Layout) -> dict[str, Floats]:
    """Outcomes by innings × phase × wickets, and by required rate."""
    phase = np.searchsorted(layout.phase_starts, balls.over, side="right")
    lost = np.searchsorted(WICKET_STARTS, state.wickets, side="right")
    phases, bands = len(layout.phase_rows), len(WICKET_ROWS)
    cell = ((balls.innings - 1) * phases + phase) * bands + lost
    columns = len(OUTCOME_COLUMNS)
    chasing = balls.innings == 2
    left = np.maximum(layout.balls - state.legal, 1)[chasing]
    rate = (state.target - state.runs)[chasing] * BALLS_PER_OVER / left
    band = np.searchsorted(RATE_STARTS, rate, side="right")
    return {
        "outcomes": _count(cell, 2 * phases * bands, outcome, columns).reshape(
            2, phases, bands, columns
        ),
        "rates": _count(band, len(RATE_ROWS), outcome[chasing], columns),
    }


def _batting(balls: Balls, state: _State, outcome: Ints) -> dict[str, Floats]:
    """Outcomes, and what batters made of the balls they faced, by balls faced and by position."""
    cuts = {
        "faced": (np.searchsorted(FACED_STARTS, state.faced, side="right"), len(FACED_ROWS)),
        "position": (np.minimum(balls.position, 11) - 1, len(POSITION_ROWS)),
    }
    seen = balls.wides == 0
    made = np.stack(
        [
            balls.bat == 0,
            balls.bat == 4,
            balls.bat >= 6,
            balls.wicket & (balls.striker_out == 1),
            balls.bat,
            np.ones(len(balls)),
        ]
    )
    found: dict[str, Floats] = {}
    for name, (cell, cells) in cuts.items():
        found[f"outcomes by {name}"] = _count(cell, cells, outcome, len(OUTCOME_COLUMNS))
        sums = [np.bincount(cell[seen], row[seen], cells) for row in made]
        found[f"batting by {name}"] = np.stack(sums, axis=1)
    assert len(made) == len(FACED_COLUMNS) + 1
    return found


def _overs(balls: Balls, layout: Layout) -> dict[str, Floats]:
    """Complete overs (innings, over): how many, their runs, their wickets, spin, style known."""
    size = balls.matches * layout.overs
    over = np.minimum(balls.over, layout.overs - 1)
    found = np.zeros((2, 5, layout.overs))
    for i in range(2):
        mine = balls.innings == i + 1
        cell = balls.match[mine] * layout.overs + over[mine]
        legal = np.bincount(cell, balls.legal[mine], size)
        columns = (
            (balls.bat + balls.extras)[mine],
            balls.wicket[mine],
            (balls.spin[mine] == 1) * balls.legal[mine],
            (balls.spin[mine] >= 0) * balls.legal[mine],
        )
        complete = legal == BALLS_PER_OVER
        found[i, 0] = complete.reshape(-1, layout.overs).sum(axis=0)
        for j, column in enumerate(columns):
            total = np.bincount(cell, column, size)
            kept = total * complete if j < 2 else total
            found[i, j + 1] = kept.reshape(-1, layout.overs).sum(axis=0)
    return {"overs": found}


def _totals(balls: Balls, state: _State, layout: Layout) -> dict[str, Floats]:
    """Runs, wickets, extras and half-way scores of both innings of each match."""
    total = balls.bat + balls.extras
    columns = {
        "runs": total,
        "wickets": balls.wicket,
        "extras": balls.extras,
        "half": total * (state.legal < layout.balls // 2),
    }
    found = {"target": balls.target.astype(np.float64)}
    for name, column in columns.items():
        for i in (1, 2):
            mine = balls.innings == i
            found[f"{name} {i}"] = _weighed(balls.match[mine], column[mine], balls.matches)
    return found


def _bowling(balls: Balls, layout: Layout) -> dict[str, Floats]:
    """How many bowlers bowled in each innings, and how many of them their whole quota (rounded up
    to overs).
    """
    found: dict[str, Floats] = {}
    most = int(balls.bowler.max()) + 1
    for i in (1, 2):
        mine = balls.innings == i
        key, place = np.unique(balls.match[mine] * most + balls.bowler[mine], return_inverse=True)
        legal = np.bincount(place, balls.legal[mine])
        full = legal > (layout.quota - 1) * BALLS_PER_OVER
        found[f"bowlers {i}"] = np.bincount(key // most, minlength=balls.matches).astype(np.float64)
        found[f"full quota {i}"] = _weighed(key // most, full, balls.matches)
    return found


def _residual(balls: Balls, layout: Layout) -> dict[str, Floats]:
    """Of the first innings, (matches, overs): legal balls, runs and squared runs off the bat, and
    all runs.
    """
    first = balls.innings == 1
    over = np.minimum(balls.over, layout.overs - 1)[first]
    cell = balls.match[first] * layout.overs + over
    legal, bat = balls.legal[first], balls.bat[first]
    columns = {
        "balls by over": legal,
        "bat by over": bat * legal,
        "bat squared by over": bat * bat * legal,
        "runs by over": bat + balls.extras[first],
    }
    size = balls.matches * layout.overs
    return {
        name: np.bincount(cell, column, size).reshape(-1, layout.overs).astype(np.float32)
        for name, column in columns.items()
    }
