"""Win probability: what a state is worth to the side batting in it.

Between usual sides it is solved by dynamic programming (`engine.chance.solving`); the players and
conditions at hand shift the score at which it is read (`engine.chance.line_up`). Two views of one
model: the umpire's knows all that was drawn for the match, the public one what both captains may
know.

Luck, which the driver keeps from these values, does not depend on their being right: its
expectation is zero under the very distribution that was sampled. The nearer they are to the
players, the less is left to chance in what luck does not explain.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import hypot
from typing import Final

import numpy as np

from engine.chance.classes import Floats
from engine.chance.coefficients import ConditionSpreads
from engine.chance.conditions import spreads_of_conditions
from engine.chance.grid import Grid, Shifts, blurred_grid, grid_of
from engine.chance.line_up import LineUp, bowling_of
from engine.chance.model import BallModel
from engine.chance.solving import CHASE, FIRST
from engine.chance.usual import Stage
from engine.chance.worth import worth_of
from engine.cricket.choices import Seat
from engine.cricket.formats import SUPER_OVER
from engine.cricket.laws import SUPER_OVER_WICKETS
from engine.cricket.outcomes import OUTCOMES
from engine.cricket.setup import Captaincy, MatchSetup
from engine.cricket.state import ALL_OUT, Conditions, Innings, MatchView, Squads

_EQUAL: Final = Captaincy()
# For a standard normal number.
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(15)
_NO_SHIFTS: Final = Shifts()
_MANY: Final = 12  # states: for fewer the calls of numpy cost more than they save


class WinProbability:
    """Implements `engine.cricket.distribution.WinModel`.

    `conditions` None: day and innings effects are not known, and averaged over.
    `captaincy` what the captains are taken to be worth.
    """

    __slots__ = ("_captaincy", "_conditions", "_model", "_sides", "_squads", "_stage", "_venue")

    def __init__(
        self,
        stage: Stage,
        model: BallModel,
        squads: Squads,
        *,
        venue: float = 0.0,
        conditions: Conditions | None = None,
        captaincy: Captaincy = _EQUAL,
    ) -> None:
        self._stage, self._model, self._squads = stage, model, squads
        self._captaincy = captaincy
        self._venue = venue
        self._conditions = conditions
        self._sides: dict[tuple[int, Seat], _Side] = {}

    @classmethod
    def of_match(cls, setup: MatchSetup, model: BallModel) -> WinProbability:
        """The umpire's view: squads, pitch, day and innings effects as they were drawn."""
        stage = _stage_of(setup)
        return cls(stage, model, setup.squads, conditions=setup.conditions)

    @classmethod
    def public(cls, known: MatchSetup | MatchView, model: BallModel) -> WinProbability:
        """What a captain may consult: squads, venue, season and game; day and innings are found out
        by playing.
        """
        if isinstance(known, MatchSetup):
            venue, era = known.conditions.venue, known.conditions.era
        else:
            venue, era = known.venue, known.era
        stage = Stage(format=known.format, era=era, game=known.squads.home.game)
        return cls(stage, model, known.squads, venue=venue)

    def of(self, innings: Innings) -> float:
        """The value, 0…1, to the side batting before the next ball."""
        return self._side(innings).at(innings)

    def after(self, innings: Innings) -> Floats:
        """The values to the side batting after each of `OUTCOMES`."""
        return self._side(innings).after(innings)

    def after_each(self, innings: Sequence[Innings]) -> Floats:
        """(state, outcome): as `after`, of each state; of many in half the time."""
        if len(innings) < _MANY:
            return np.array([self.after(each) for each in innings])
        found = np.empty((len(innings), len(OUTCOMES)))
        alike: dict[tuple[int, Seat], list[int]] = {}
        for place, each in enumerate(innings):
            alike.setdefault((each.number, each.batting), []).append(place)
        for places in alike.values():
            mine = [innings[place] for place in places]
            found[places] = self._side(mine[0]).after_each(mine)
        return found

    def before_conditions(self, innings: Innings) -> float:
        """The mean of `of` over conditions that are yet to be drawn, venue, day and innings; exact
        to five places. For a value in average conditions: one that does not know them is blurred.
        """
        side = self._side(innings)
        if innings.is_super_over:
            return side.at(innings)
        spreads = spreads_of_conditions(
            self._model.coefficients, self._stage.format, self._stage.game
        )
        return side.before(innings, *_drawn(spreads))

    def _side(self, innings: Innings) -> _Side:
        key = innings.number, innings.batting
        found = self._sides.get(key)
        if found is None:
            found = self._sides[key] = self._new_side(innings)
        return found

    def _new_side(self, innings: Innings) -> _Side:
        which = FIRST if innings.target is None else CHASE
        if innings.is_super_over:
            stage = Stage(format=SUPER_OVER, era=self._stage.era, game=self._stage.game)
            return _Side(grid_of(stage, self._model, SUPER_OVER_WICKETS, which))
        reply = self._line_up(innings.batting.other, CHASE) if which == FIRST else None
        line_up = self._line_up(innings.batting, which, reply.at_the_start() if reply else 0.0)
        if self._conditions is None:
            return _Side(blurred_grid(self._stage, self._model, which), line_up, reply)
        return _Side(grid_of(self._stage, self._model, ALL_OUT, which), line_up, reply)

    def _line_up(self, batting: Seat, which: int, reply: float = 0.0) -> LineUp:
        known = self._conditions
        towards = self._venue if known is None else known.venue + known.day + known.innings[which]
        return LineUp(
            worth_of(self._stage, self._model, ALL_OUT, which),
            self._squads.of(batting),
            bowling_of(self._squads.of(batting.other), self._stage.format),
            towards + self._captaincy.towards_runs(batting),
            reply,
        )


def _stage_of(setup: MatchSetup) -> Stage:
    return Stage(format=setup.format, era=setup.conditions.era, game=setup.conditions.game)


class _Side:
    """One side's innings: the grid that its states are read from, what shifts the place, and, in a
    first innings, what does so in the reply.
    """

    __slots__ = ("_grid", "_line_up", "_reply")

    def __init__(
        self, grid: Grid, line_up: LineUp | None = None, reply: LineUp | None = None
    ) -> None:
        self._grid, self._line_up, self._reply = grid, line_up, reply

    def at(self, innings: Innings) -> float:
        """The value."""
        left, lost = _rest(innings)
        free_hit = innings.free_hit and left > 0 and lost < innings.max_wickets
        return self._grid.at(left, lost, self._shifted(innings, left, lost), free_hit=free_hit)

    def before(self, innings: Innings, drawn: Floats, weights: Floats) -> float:
        """The mean of `at` over conditions (innings, n) that may be added, by their weights."""
        left, lost = _rest(innings)
        place = self._shifted(innings, left, lost)
        if self._line_up is None:
            return self._grid.at(left, lost, place)
        own, reply = drawn if self._reply else drawn[::-1]
        more = self._line_up.in_other_conditions(left, lost, own)
        if self._reply:
            more = more - self._reply.in_other_conditions(-1, 0, reply)
        return self._grid.mean(left, lost, place + more, weights)

    def _shifted(self, innings: Innings, left: int, lost: int) -> float:
        shift = self._line_up.shift(innings, left, lost) if self._line_up else 0.0
        return self._place(innings) + shift

    def after(self, innings: Innings) -> Floats:
        left, lost = innings.balls_left or 1, innings.wickets
        if lost >= innings.max_wickets:
            lost = innings.max_wickets - 1
        line_up = self._line_up
        shifts = line_up.shifts_after(innings, left, lost) if line_up else _NO_SHIFTS
        place = self._place(innings)
        return self._grid.after(left, lost, place, shifts, free_hit=innings.free_hit)

    def after_each(self, innings: Sequence[Innings]) -> Floats:
        """(state, outcome): as `after`, of each state."""
        left = np.array([each.balls_left or 1 for each in innings])
        lost = np.array([min(each.wickets, each.max_wickets - 1) for each in innings])
        runs = np.array([self._place(each) for each in innings])
        free_hits = np.array([each.free_hit for each in innings])
        shifts = np.array([_NO_SHIFTS])
        if self._line_up is not None:
            shifts = self._line_up.shifts_after_each(innings, left, lost)
        return self._grid.after_each(left, lost, runs, shifts, free_hits)

    def _place(self, innings: Innings) -> int:
        return innings.runs if innings.target is None else self._grid.cap - (innings.needed or 0)


def _rest(innings: Innings) -> tuple[int, int]:
    """Balls left and wickets lost, within the tables."""
    return max(0, innings.balls_left), min(innings.wickets, innings.max_wickets)


@lru_cache(maxsize=8)
def _drawn(spreads: ConditionSpreads) -> tuple[Floats, Floats]:
    """Conditions of both innings that may be drawn, (2, n), and their weights (n), by a Gauss-
    Hermite rule for what they share and what each has alone.
    """
    scores = np.stack(np.meshgrid(_NODES, _NODES, _NODES, indexing="ij")).reshape(3, -1)
    shared = hypot(spreads.venue, spreads.day) * scores[0]
    weights = np.einsum("i,j,k->ijk", _WEIGHTS, _WEIGHTS, _WEIGHTS).ravel()
    return shared + spreads.innings * scores[1:], weights / weights.sum()
