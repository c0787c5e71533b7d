"""Win probability: what a state is worth to the side batting in it.

Between usual sides it is solved by dynamic programming (`engine.chance.solving`); the players and
conditions at hand shift the score at which it is read (`engine.chance.worth`): who is in and how
long he has been, who is to come, who has overs left, pitch and day. Two views of one model: the
umpire's knows all that was drawn for the match, the public one what both captains may know.

Luck, which the driver keeps from these values, does not depend on their being right: its
expectation is zero under the very distribution that was sampled. The nearer they are to the
players, the less is left to chance in what luck does not explain.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from engine.chance.classes import Floats
from engine.chance.grid import Grid, blurred_grid, grid_of, spread_of_conditions
from engine.chance.model import BallModel
from engine.chance.rotation import usual_plan
from engine.chance.solving import CHASE, FIRST
from engine.chance.usual import Stage
from engine.chance.worth import MOST_FACED, Worth, worth_of
from engine.cricket.choices import Seat
from engine.cricket.formats import SUPER_OVER, Format
from engine.cricket.laws import SUPER_OVER_WICKETS
from engine.cricket.match import Captaincy, MatchSetup
from engine.cricket.players import SQUAD_SIZE, PlayerIndex, Squad
from engine.cricket.state import ALL_OUT, Conditions, Innings, MatchView, Squads
from engine.making import by_identity

_EQUAL: Final = Captaincy()


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

    def before_conditions(self, innings: Innings) -> float:
        """The mean of `of` over conditions that are yet to be drawn, venue, day and innings;
        exact. For a value that does not know them.
        """
        side = self._side(innings)
        if innings.is_super_over:
            return side.at(innings)
        which = FIRST if innings.target is None else CHASE
        spread = spread_of_conditions(self._stage, self._model, which, venue=True)
        return side.at(innings, unknown=spread)

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
        reply = 0.0
        if which == FIRST:
            reply = self._players(innings.batting.other, CHASE).at_the_start()
        players = self._players(innings.batting, which, reply)
        if self._conditions is None:
            return _Side(blurred_grid(self._stage, self._model, which), players)
        return _Side(grid_of(self._stage, self._model, ALL_OUT, which), players)

    def _players(self, batting: Seat, which: int, reply: float = 0.0) -> _Players:
        known = self._conditions
        towards = self._venue if known is None else known.venue + known.day + known.innings[which]
        return _Players(
            worth_of(self._stage, self._model, ALL_OUT, which),
            self._squads.of(batting),
            bowling_of(self._squads.of(batting.other), self._stage.format),
            towards + self._captaincy.towards_runs(batting),
            reply,
        )


def _stage_of(setup: MatchSetup) -> Stage:
    return Stage(format=setup.format, era=setup.conditions.era, game=setup.conditions.game)


@by_identity
def bowling_of(squad: Squad, fmt: Format) -> Floats:
    """Economy and strike by over, (overs, 2), of those who usually bowl it."""
    skills = [squad[place].skill for place in usual_plan(squad, fmt)]
    return np.array([[skill.economy, skill.strike] for skill in skills])


class _Side:
    """One side's innings: the grid that its states are read from, and what shifts the place."""

    __slots__ = ("_grid", "_players")

    def __init__(self, grid: Grid, players: _Players | None = None) -> None:
        self._grid, self._players = grid, players

    def at(self, innings: Innings, unknown: Floats | None = None) -> float:
        """The value, or its mean over a shift of `unknown` (balls left, wickets) deviations."""
        left, lost = max(0, innings.balls_left), min(innings.wickets, innings.max_wickets)
        place = self._place(innings) + (
            self._players.shift(innings, left, lost) if self._players else 0.0
        )
        if unknown is None:
            return self._grid.at(left, lost, place)
        return self._grid.mean(left, lost, place, float(unknown[left, lost]))

    def after(self, innings: Innings) -> Floats:
        left, lost = max(1, innings.balls_left), min(innings.wickets, innings.max_wickets - 1)
        if self._players is None:
            return self._grid.after(left, lost, self._place(innings), 0.0, 0.0)
        stays, falls = self._players.shifts_after(innings, left, lost)
        return self._grid.after(left, lost, self._place(innings), stays, falls)

    def _place(self, innings: Innings) -> int:
        return innings.runs if innings.target is None else self._grid.cap - (innings.needed or 0)


class _Players:
    """Runs to the batting side that the players at hand add to a state. `reply` runs of the other
    side's innings are taken off throughout.
    """

    __slots__ = ("_base", "_bowling", "_known", "_order", "_reply", "_skills", "_towards", "_worth")

    def __init__(
        self, worth: Worth, batting: Squad, bowling: Floats, towards: float, reply: float = 0.0
    ) -> None:
        self._worth, self._bowling = worth, bowling.ravel()
        self._towards, self._reply = towards, reply
        self._skills = np.array([[p.skill.scoring, p.skill.survival] for p in batting.players])
        self._base: Floats | None = None
        self._order: Floats = np.zeros(0)
        self._known: dict[_Crease, _Coming] = {}

    def at_the_start(self) -> float:
        """Before the first ball, the openers in."""
        worth = self._worth
        total = worth.conditions[-1, 0] * self._towards + worth.bowling[-1, 0] @ self._bowling
        total += worth.batting[0, -1, : 2 * (SQUAD_SIZE - 1)] @ _from_the_crease(self._skills, 0, 1)
        total += worth.order[0, 0, -1] + worth.order[0, 1, -1] + 2.0 * worth.settled[-1, 0, 0]
        return float(total) - self._reply

    def shift(self, innings: Innings, left: int, lost: int) -> float:
        """Of the state as it is."""
        if lost >= innings.max_wickets or left == 0:
            return -self._reply
        if left == innings.format.max_balls and innings.striker is None:
            return self.at_the_start()
        striker, other = _pair(innings)
        coming = self._coming(innings, lost, striker, other)
        settled, lines = self._worth.settled, innings.batters
        return (
            self._there(lost, left, striker, other)
            + coming.stays_of(left)
            + settled.item(left, lost, min(lines[striker].balls, MOST_FACED))
            + settled.item(left, lost, min(lines[other].balls, MOST_FACED))
        )

    def shifts_after(self, innings: Innings, left: int, lost: int) -> tuple[float, float]:
        """Of the state after the next legal ball, without a wicket and with the striker out."""
        striker, other = _pair(innings)
        coming = self._coming(innings, lost, striker, other)
        left -= 1
        settled, lines = self._worth.settled, innings.batters
        faced = min(lines[striker].balls + 1, MOST_FACED)
        waited = min(lines[other].balls, MOST_FACED)
        stays = (
            self._there(lost, left, striker, other)
            + coming.stays_of(left)
            + settled.item(left, lost, faced)
            + settled.item(left, lost, waited)
        )
        lost += 1
        falls = (
            self._there(lost, left, other, coming.following)
            + coming.falls_of(left)
            + settled.item(left, lost, waited)
            + settled.item(left, lost, 0)
        )
        return stays, falls

    def _there(self, lost: int, left: int, one: int, other: int) -> float:
        """What does not depend on who is to come out of his turn, with these two in."""
        if self._base is None:
            self._base = self._tables()
        order = self._order
        return float(
            self._base.item(lost, left)
            + order.item(lost, one, left)
            + order.item(lost, other, left)
        )

    def _tables(self) -> Floats:
        """(wickets, balls left) for those who come in by the natural order; sets `_order` (wickets,
        player, balls left) for those who are in.
        """
        worth, skills = self._worth, self._skills
        crease = worth.batting[:, :, :2] @ skills.T
        self._order = worth.order + crease.swapaxes(1, 2)
        base = (worth.conditions * self._towards + worth.bowling @ self._bowling).T - self._reply
        for lost in range(len(base)):
            base[lost] += _worth_of(worth, lost, skills[lost + 2 :])
        return np.ascontiguousarray(base)

    def _coming(
        self, innings: Innings, lost: int, striker: PlayerIndex, other: PlayerIndex
    ) -> _Coming:
        key = (lost, striker, other)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._new_coming(_coming(innings, striker, other), lost)
        return found

    def _new_coming(self, players: Sequence[PlayerIndex], lost: int) -> _Coming:
        following = players[0] if players else SQUAD_SIZE - 1
        if list(players) == list(range(lost + 2, SQUAD_SIZE)):
            return _Coming(following)
        worth, skills = self._worth, self._skills
        stays, falls = (
            _worth_of(worth, lost + out, skills[list(players[out:])])
            - _worth_of(worth, lost + out, skills[lost + out + 2 :])
            for out in (0, 1)
        )
        return _Coming(following, stays, falls)


_Crease = tuple[int, PlayerIndex, PlayerIndex]


class _Coming:
    """Who comes in next, and by balls left what those who are to come add beside the natural order,
    as it is and with the striker out.
    """

    __slots__ = ("_falls", "_stays", "following")

    def __init__(
        self, following: int, stays: Floats | None = None, falls: Floats | None = None
    ) -> None:
        self.following, self._stays, self._falls = following, stays, falls

    def stays_of(self, left: int) -> float:
        return 0.0 if self._stays is None else self._stays.item(left)

    def falls_of(self, left: int) -> float:
        return 0.0 if self._falls is None else self._falls.item(left)


def _worth_of(worth: Worth, lost: int, coming: Floats) -> Floats:
    """(balls left): what those who are yet to come in, (player, 2), are worth."""
    return np.asarray(worth.batting[lost, :, 2 : 2 + coming.size] @ coming.ravel())


def _from_the_crease(skills: Floats, one: int, other: int) -> Floats:
    """Skills in the order of `Worth.batting`: the two who are in together, then the others."""
    there = skills[one] + skills[other]
    return np.concatenate([there, np.delete(skills, [one, other], axis=0).ravel()])


def _pair(innings: Innings) -> tuple[PlayerIndex, PlayerIndex]:
    """Who is in, or will be by the natural order."""
    striker, other = innings.striker, innings.non_striker
    if striker is not None and other is not None:
        return striker, other
    coming = _coming(innings, striker, other)
    if striker is None:
        striker = coming.pop(0) if coming else PlayerIndex(SQUAD_SIZE - 1)
    if other is None:
        other = coming.pop(0) if coming else PlayerIndex(SQUAD_SIZE - 1)
    return striker, other


def _coming(
    innings: Innings, striker: PlayerIndex | None, other: PlayerIndex | None
) -> list[PlayerIndex]:
    """Those who have not been in, in natural order."""
    return [
        PlayerIndex(i)
        for i, line in enumerate(innings.batters)
        if not line.position and i not in (striker, other)
    ]
