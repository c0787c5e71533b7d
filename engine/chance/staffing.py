"""What it is worth to give an over to a bowler, or the crease to a batter.

An over of a bowler costs his side what it will miss him for later: the overs that are left are
shared out among the quotas as well as can be, part of the innings by part, and the price of one of
a bowler's overs there is taken from what he is worth now. A batter is worth what he adds a ball,
for as long as he can expect to bat.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Final, NamedTuple, TypeVar

import numpy as np

from engine.chance.classes import Floats
from engine.chance.coming import Meeting, innings_of, levels, phases_of, tables_of, worths
from engine.chance.design import PHASES
from engine.chance.elevens import LEFT_HANDED
from engine.chance.factors import factors_of
from engine.chance.model import BallModel
from engine.chance.prices import prices
from engine.chance.tables import ECONOMY, WICKET, FormatTables
from engine.cricket.distribution import WinModel
from engine.cricket.formats import BALLS_PER_OVER
from engine.cricket.legality import quotas_left
from engine.cricket.players import SQUAD_SIZE, Bowling, Hand, Player, PlayerIndex, Role, Squad
from engine.cricket.state import BatterLine, Innings, MatchView
from engine.making import by_identity, replacer

# Balls that a batter can expect to face: 120 balls to 6.4 wickets and two not out (targets, T20).
_STAY: Final = 14.0
_FACED: Final = 10  # by a batter of whom nothing is known yet
# What an innings makes and loses a ball while nobody knows better (targets, T20 majors 2019-24).
_RUNS_A_BALL: Final = 1.37
_WICKETS_A_BALL: Final = 0.053
_BATTER: Final = Player(name="?", role=Role.BATTER, bats=Hand.RIGHT, bowls=Bowling.NONE)
_BOWLER: Final = replace(_BATTER, role=Role.BOWLER, bowls=Bowling.RIGHT_MEDIUM)
_AT_ONCE: Final = 1 + len(PHASES)  # the coming over, and the rest by phase

_COME_IN: Final = BatterLine(position=SQUAD_SIZE, balls=_FACED)

_T = TypeVar("_T")
Asked = tuple[MatchView, Sequence[PlayerIndex]]  # who may be chosen
_changed = replacer(Innings)


class _Part(NamedTuple):
    """Overs of one phase: `overs` of them, `innings` as it stands at the middle one, bowled to so
    large a share of left-handers.
    """

    innings: Innings
    overs: int
    left_handed: float


class _Stretch(NamedTuple):
    """So many overs of one phase, and the legal balls bowled by the middle of them."""

    overs: int
    middle: int


class Staffing:
    """Values bowlers and batters with one ball model and one win probability; the questions of one
    call are of one match and one format.
    """

    __slots__ = ("_bowlers", "_factors", "_model", "_value")

    def __init__(self, model: BallModel, value: WinModel) -> None:
        self._model, self._value = model, value
        self._factors = factors_of(model)
        self._bowlers: dict[tuple[int, int, int, float], tuple[object, Floats]] = {}

    def bowlers(self, asked: Sequence[Asked]) -> list[Floats]:
        """By question, (legal): the value to the batting side when each of them bowls the coming
        over, up to a constant a question.
        """
        found = [np.zeros(0)] * len(asked)
        for squad, places in _by_fielding_side(asked):
            views = [asked[place][0] for place in places]
            bowlers = squad.bowlers
            for place, values in zip(places, self._overs_of(squad, views), strict=True):
                found[place] = values[[bowlers.index(player) for player in asked[place][1]]]
        return found

    def batters(self, asked: Sequence[Asked]) -> list[Floats]:
        """By question, (legal): the value to the batting side when each of them comes in, up to a
        constant a question.
        """
        innings = [innings_of(view) for view, _ in asked]
        tables = tables_of(self._model, asked[0][0], innings[0])
        phases, style = phases_of(tables, innings), self._factors.style
        meetings: list[Meeting] = []
        effects: list[Floats] = []
        for (view, legal), phase in zip(asked, phases, strict=True):
            mine = [_coming_in(view, player) for player in legal]
            meetings += mine
            effects += [
                style(each.bowler.bowls, float(each.striker.bats is Hand.LEFT), phase)
                for each in mine
            ]
        stays = np.array([min(_STAY, each.balls_left / 2.0) for each in innings])
        worth = stays[:, None] * self._worth(tables, innings)
        of_each = np.repeat(worth, [len(legal) for _, legal in asked], axis=0)
        chances = _chances(levels(tables, asked[0][0].venue, meetings) + np.array(effects))
        gains = (chances * of_each).sum(axis=-1)
        return np.split(gains, np.cumsum([len(legal) for _, legal in asked])[:-1])

    def _overs_of(self, squad: Squad, views: Sequence[MatchView]) -> Floats:
        """(view, bowler): the coming over of each, and what the side will miss him for later."""
        innings = [innings_of(view) for view in views]
        tables = tables_of(self._model, views[0], innings[0])
        bowlers = squad.bowlers
        parts = [self._parts(tables, view) for view in views]
        values = self._worths(tables, squad, bowlers, views[0].venue, parts)
        overs = np.array([_filled([float(p.overs) for p in mine], 0.0) for mine in parts])[:, 1:]
        left = np.array([_overs_left(each, bowlers) for each in innings])
        price = prices(values[:, 1:], left, overs)
        return values[:, 0] + np.where(overs.sum(axis=1)[:, None] > 0.0, price, 0.0)

    def _parts(self, tables: FormatTables, view: MatchView) -> list[_Part]:
        """The coming over, then those after it, by phase."""
        innings = innings_of(view)
        later = [
            _Part(_moved_on(innings, stretch.middle), stretch.overs, LEFT_HANDED)
            for stretch in _stretches(tables, innings.over + 1)
        ]
        return [_Part(innings, 1, _left_handed(view, innings)), *later]

    def _worths(
        self,
        tables: FormatTables,
        squad: Squad,
        bowlers: Sequence[PlayerIndex],
        venue: float,
        parts: Sequence[Sequence[_Part]],
    ) -> Floats:
        """(question, part, bowler): what an over of each is worth to the batting side, up to a
        constant. Where there are fewer parts the last is told again.
        """
        each = [part for mine in parts for part in mine]
        innings = [part.innings for part in each]
        usual = levels(tables, venue, [_of_nobody(state) for state in innings])
        theirs = np.array(
            [
                self._of_bowlers(tables, squad, bowlers, part.left_handed, phase)
                for part, phase in zip(each, phases_of(tables, innings), strict=True)
            ]
        )
        over = _chances(usual[:, None] + theirs) @ self._worth(tables, innings)[:, :, None]
        number = iter(range(len(each)))
        places = [_filled(own := [next(number) for _ in mine], own[-1]) for mine in parts]
        return np.asarray(BALLS_PER_OVER * over[:, :, 0][places])

    def _of_bowlers(
        self,
        tables: FormatTables,
        squad: Squad,
        bowlers: Sequence[PlayerIndex],
        left_handed: float,
        phase: int,
    ) -> Floats:
        """(bowler, class): what the bowlers' skills change, and their styles in a phase."""
        key = id(tables), id(squad), phase, left_handed
        found = self._bowlers.get(key)
        if found is None:  # tables and squad are kept, so that their ids are their own
            players = [squad[player] for player in bowlers]
            skills = np.array([[p.skill.economy, p.skill.strike] for p in players])
            styles = [self._factors.style(p.bowls, left_handed, phase) for p in players]
            change = skills @ tables.effects[[ECONOMY, WICKET]] + np.array(styles)
            found = self._bowlers[key] = (tables, squad), change
        return found[1]

    def _worth(self, tables: FormatTables, innings: Sequence[Innings]) -> Floats:
        """(innings, class): of a ball, beside a ball of nothing."""
        worth = worths(tables, innings, self._value)
        return np.asarray(worth - worth[:, :1])


def _by_fielding_side(asked: Sequence[Asked]) -> Iterator[tuple[Squad, list[int]]]:
    """The two sides, with the places of their questions."""
    for squad in {id(s): s for s in map(_fielding, asked)}.values():
        yield squad, [place for place, each in enumerate(asked) if _fielding(each) is squad]


def _fielding(asked: Asked) -> Squad:
    view = asked[0]
    return view.squads.of(innings_of(view).fielding)


def _coming_in(view: MatchView, player: PlayerIndex) -> Meeting:
    """The next ball with this batter on strike."""
    innings = innings_of(view)
    bowling = view.squads.of(innings.fielding)
    return Meeting(
        innings=innings,
        striker=view.squads.of(innings.batting)[player],
        order=player + 1,
        faced=innings.batters[player].balls,
        bowler=_BOWLER if innings.bowler is None else bowling[innings.bowler],
    )


def _of_nobody(innings: Innings) -> Meeting:
    """The next ball to a batter of whom nothing is known but his place in the order."""
    order = min(SQUAD_SIZE, innings.wickets + 2)
    return Meeting(innings=innings, striker=_BATTER, order=order, faced=_FACED, bowler=_BOWLER)


# Asked for every over of every match, of the same few tables: T20s and ODIs together have 70.
@partial(by_identity, kept=512)
def _stretches(tables: FormatTables, begin: int) -> tuple[_Stretch, ...]:
    """The overs from `begin` on, by phase."""
    first_balls = tables.phase[::BALLS_PER_OVER]
    found = []
    for phase in range(len(PHASES)):
        mine = np.flatnonzero(np.equal(first_balls, phase))
        mine = mine[mine >= begin]
        if len(mine):
            middle = (int(mine[0]) + int(mine[-1]) + 1) * BALLS_PER_OVER // 2
            found.append(_Stretch(overs=len(mine), middle=middle))
    return tuple(found)


def _left_handed(view: MatchView, innings: Innings) -> float:
    """The share of left-handers among the two at the crease."""
    squad = view.squads.of(innings.batting)
    hands = [squad[p].bats for p in (innings.striker, innings.non_striker) if p is not None]
    return hands.count(Hand.LEFT) / len(hands) if hands else LEFT_HANDED


def _moved_on(innings: Innings, legal_balls: int) -> Innings:
    """The innings as it can be expected to stand after so many balls, an over just beginning and
    the next batters in by the natural order.
    """
    balls = legal_balls - innings.legal_balls
    a_ball = _RUNS_A_BALL
    if innings.needed is not None:
        a_ball = innings.needed / max(1, innings.balls_left)
    lost = min(round(innings.wickets + _WICKETS_A_BALL * balls), innings.max_wickets - 1)
    batters, crease = list(innings.batters), [innings.striker, innings.non_striker]
    coming = [PlayerIndex(i) for i, line in enumerate(batters) if not line.position]
    for place, player in enumerate(coming[: max(0, lost - innings.wickets)]):
        batters[player] = _COME_IN
        crease[place % 2] = player
    return _changed(
        innings,
        legal_balls=legal_balls,
        runs=innings.runs + int(a_ball * balls),
        wickets=lost,
        repeat=0,
        free_hit=False,
        striker=crease[0],
        non_striker=crease[1],
        batters=tuple(batters),
    )


def _overs_left(innings: Innings, bowlers: Sequence[PlayerIndex]) -> list[float]:
    """Overs that their quotas leave them, and that the innings can give to one bowler."""
    left, room = quotas_left(innings), (innings.format.max_overs - innings.over + 1) // 2
    return [float(min(left[p], room)) for p in bowlers]


def _filled(values: list[_T], filling: _T) -> list[_T]:
    """One for the coming over and for each phase after it."""
    return values + [filling] * (_AT_ONCE - len(values))


def _chances(levels: Floats) -> Floats:
    weight = np.exp(levels)
    return np.asarray(weight / weight.sum(axis=-1, keepdims=True))
