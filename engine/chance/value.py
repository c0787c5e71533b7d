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
from functools import lru_cache

import numpy as np

from engine.chance.classes import Floats
from engine.chance.grid import Grid, blurred_grid, grid_of, spread_of_conditions
from engine.chance.model import BallModel
from engine.chance.rotation import plan_overs
from engine.chance.solving import CHASE, FIRST
from engine.chance.usual import Stage
from engine.chance.worth import MOST_FACED, Worth, worth_of
from engine.cricket.choices import Seat
from engine.cricket.formats import SUPER_OVER, Format
from engine.cricket.laws import SUPER_OVER_WICKETS
from engine.cricket.match import MatchSetup
from engine.cricket.players import SQUAD_SIZE, Game, PlayerIndex, Squad
from engine.cricket.state import ALL_OUT, CURRENT_ERA, Conditions, Innings, MatchView, Squads


class WinProbability:
    """Implements `engine.cricket.distribution.WinModel`.

    `squads` None values every state between usual sides, who bats and how long he has been
    included. `conditions` None: day and innings effects are not known, and averaged over.
    """

    __slots__ = ("_conditions", "_model", "_sides", "_squads", "_stage", "_venue")

    def __init__(
        self,
        stage: Stage,
        model: BallModel,
        squads: Squads | None = None,
        *,
        venue: float = 0.0,
        conditions: Conditions | None = None,
    ) -> None:
        self._stage, self._model, self._squads = stage, model, squads
        self._venue = venue
        self._conditions = conditions
        self._sides: dict[tuple[int, Seat], _Side] = {}

    @classmethod
    def of_format(
        cls, fmt: Format, model: BallModel, era: int = CURRENT_ERA, game: Game = Game.MEN
    ) -> WinProbability:
        """Between usual sides on an average day; solved once for each ball model."""
        return _usual(Stage(format=fmt, era=era, game=game), model)

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
        number = min(innings.number, 3) if innings.target is None else min(innings.number, 4)
        found = self._sides.get((number, innings.batting))
        if found is None:
            found = self._sides[number, innings.batting] = self._new_side(innings)
        return found

    def _new_side(self, innings: Innings) -> _Side:
        which = FIRST if innings.target is None else CHASE
        if innings.is_super_over:
            stage = Stage(format=SUPER_OVER, era=self._stage.era, game=self._stage.game)
            return _Side(grid_of(stage, self._model, SUPER_OVER_WICKETS, which))
        if self._squads is None:
            return _Side(grid_of(self._stage, self._model, ALL_OUT, which))
        players = self._players(innings.batting, which)
        if which == FIRST:
            reply = self._players(innings.batting.other, CHASE)
            players.base -= reply.at_the_start()
        if self._conditions is None:
            return _Side(blurred_grid(self._stage, self._model, which), players)
        return _Side(grid_of(self._stage, self._model, ALL_OUT, which), players)

    def _players(self, batting: Seat, which: int) -> _Players:
        assert self._squads is not None
        known = self._conditions
        return _Players(
            worth_of(self._stage, self._model, ALL_OUT, which),
            self._squads.of(batting),
            bowling_of(self._squads.of(batting.other), self._stage.format),
            self._venue if known is None else known.venue + known.day + known.innings[which],
        )


@lru_cache(maxsize=4)
def _usual(stage: Stage, model: BallModel) -> WinProbability:
    return WinProbability(stage, model)


def _stage_of(setup: MatchSetup) -> Stage:
    return Stage(format=setup.format, era=setup.conditions.era, game=setup.conditions.game)


def bowling_of(squad: Squad, fmt: Format) -> Floats:
    """Economy and strike by over, (overs, 2), of those who usually bowl it."""
    bowlers = list(reversed(squad.bowlers))
    plan = plan_overs(fmt, tuple(squad[i].bowls.is_spin for i in bowlers))
    skills = [squad[bowlers[k]].skill for k in plan]
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


Crease = tuple[int, PlayerIndex | None, PlayerIndex | None]


class _Players:
    """Runs to the batting side that the players at hand add to a state.

    `base` (balls left, wickets) is what does not depend on who is in.
    """

    __slots__ = ("_batters", "_columns", "_settled", "_skills", "_worth", "base")

    def __init__(self, worth: Worth, batting: Squad, bowling: Floats, towards: float) -> None:
        overs = worth.bowling.shape[2]
        self._worth = worth
        self._skills = np.array([[p.skill.scoring, p.skill.survival] for p in batting.players])
        self.base: Floats = worth.conditions * towards + np.tensordot(
            worth.bowling, bowling[:overs], axes=((2, 3), (0, 1))
        )
        self._columns: dict[Crease, tuple[list[float], list[float]]] = {}

    def at_the_start(self) -> float:
        """Before the first ball, the openers in."""
        balls, (first, second) = len(self.base) - 1, (PlayerIndex(0), PlayerIndex(1))
        coming = [PlayerIndex(i) for i in range(2, SQUAD_SIZE)]
        fresh = 2.0 * float(self._worth.settled[balls, 0, 0])
        return float(self._column(0, (first, second), coming)[balls]) + fresh

    def shift(self, innings: Innings, left: int, lost: int) -> float:
        striker, other = _pair(innings)
        if lost >= innings.max_wickets:
            return float(self.base[left, lost])
        stays, _ = self._at_crease(innings, lost, striker, other)
        return (
            stays[left]
            + self._in(innings, striker, left, lost)
            + self._in(innings, other, left, lost)
        )

    def shifts_after(self, innings: Innings, left: int, lost: int) -> tuple[float, float]:
        """Of the state after the next legal ball, without a wicket and with the striker out."""
        striker, other = _pair(innings)
        stays, falls = self._at_crease(innings, lost, striker, other)
        left -= 1
        settled = self._worth.settled
        faced = min(innings.batters[striker].balls + 1, MOST_FACED)
        waited = min(innings.batters[other].balls, MOST_FACED)
        still = stays[left] + settled.item(left, lost, faced) + settled.item(left, lost, waited)
        lost += 1
        out = falls[left] + settled.item(left, lost, waited) + settled.item(left, lost, 0)
        return still, out

    def _in(self, innings: Innings, player: PlayerIndex, left: int, lost: int) -> float:
        faced = min(innings.batters[player].balls, MOST_FACED)
        return self._worth.settled.item(left, lost, faced)

    def _at_crease(
        self, innings: Innings, lost: int, striker: PlayerIndex, other: PlayerIndex
    ) -> tuple[list[float], list[float]]:
        """By balls left: with these two in, and with the striker out and the next man in."""
        key = (lost, striker, other)
        found = self._columns.get(key)
        if found is None:
            coming = _coming(innings, striker, other)
            following = coming[0] if coming else striker
            found = self._columns[key] = (
                self._column(lost, (striker, other), coming).tolist(),
                self._column(lost + 1, (other, following), coming[1:]).tolist(),
            )
        return found

    def _column(
        self, lost: int, pair: tuple[PlayerIndex, PlayerIndex], coming: Sequence[PlayerIndex]
    ) -> Floats:
        worth, skills = self._worth, self._skills
        there = skills[list(pair)].sum(axis=0)
        total = self.base[:, lost] + worth.batting[:, lost, 0] @ there
        total += worth.order[:, lost, pair[0]] + worth.order[:, lost, pair[1]]
        if coming:
            total += np.tensordot(
                worth.batting[:, lost, 1 : len(coming) + 1], skills[list(coming)], axes=2
            )
        return np.asarray(total)


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
