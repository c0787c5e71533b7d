"""What was drawn before the first ball, and what it was worth: squads, venue, day and innings, and
the toss.

Drawn squads are exchangeable, so the mean of the home side's chance over both ways of sharing them
out takes their luck away exactly; at a toss between captains who are taken to be equal that mean is
one half. Conditions are normal and move the score at which a value is read, so their mean is a sum
over the grid, exact too. Squads that somebody named, and conditions of a start, are nobody's luck.
"""

from __future__ import annotations

from typing import Final

from engine.chance.model import BallModel
from engine.chance.usual import Stage
from engine.chance.value import WinProbability
from engine.cricket.choices import Seat
from engine.cricket.distribution import Opening
from engine.cricket.laws import start_innings
from engine.cricket.setup import MatchSetup
from engine.cricket.state import Conditions, Innings, Squads

EVEN: Final = 0.5
_AVERAGE: Final = Conditions()


class MatchValue(WinProbability):
    """The umpire's view of a match, from before anything was drawn for it. Implements
    `engine.cricket.distribution.MatchModel`.
    """

    __slots__ = ("_opening", "_setup")

    def __init__(self, setup: MatchSetup, model: BallModel) -> None:
        known = setup.conditions
        stage = Stage(format=setup.format, era=known.era, game=known.game)
        super().__init__(stage, model, setup.squads, conditions=known, captaincy=setup.captaincy)
        self._setup = setup
        self._opening: Opening | None = None

    def opening(self) -> Opening:
        """The home side's chance before the draws of squads and conditions, and after them."""
        if self._opening is None:
            after = _home_chance(self, self._setup)
            self._opening = Opening(before=self._expected(), after=after)
        return self._opening

    def after_toss(self, winner: Seat) -> float:
        """The home side's chance once `winner` has won the toss and does what is usual: field."""
        batting = winner.other
        value = self.of(_start(self._setup, batting))
        return value if batting is Seat.HOME else 1.0 - value

    def _expected(self) -> float:
        setup, captaincy = self._setup, self._setup.captaincy
        if setup.drawn.squads and setup.start is None and captaincy.home == captaincy.away:
            return EVEN
        given = self._before_conditions(setup.squads)
        if not setup.drawn.squads:
            return given
        swapped = Squads(home=setup.squads.away, away=setup.squads.home)
        return (given + self._before_conditions(swapped)) / 2.0

    def _before_conditions(self, squads: Squads) -> float:
        """The home side's chance with these squads, over the conditions if they were drawn."""
        setup = self._setup
        value = WinProbability(
            self._stage,
            self._model,
            squads,
            conditions=_AVERAGE if setup.drawn.conditions else setup.conditions,
            captaincy=setup.captaincy,
        )
        return _home_chance(value, setup, before_conditions=setup.drawn.conditions)


def _home_chance(
    value: WinProbability, setup: MatchSetup, *, before_conditions: bool = False
) -> float:
    """Where play begins, or, before a toss, over both ways that it can fall."""
    if setup.start is None:
        home, away = (_start(setup, seat) for seat in (Seat.HOME, Seat.AWAY))
        return (
            _of(value, home, before_conditions) + 1.0 - _of(value, away, before_conditions)
        ) / 2.0
    innings = setup.start.innings
    batting = _of(value, innings, before_conditions)
    return batting if innings.batting is Seat.HOME else 1.0 - batting


def _of(value: WinProbability, innings: Innings, before_conditions: bool) -> float:
    return value.before_conditions(innings) if before_conditions else value.of(innings)


def _start(setup: MatchSetup, batting: Seat) -> Innings:
    return start_innings(number=1, batting=batting, format_=setup.format, target=None)
