"""What it is worth to give an over to a bowler, or the crease to a batter.

An over of a bowler costs his side what it will miss him for later: the overs that are left are
shared out among the quotas as well as can be, part of the innings by part, and the price of one of
a bowler's overs there is taken from what he is worth now. A batter is worth what he adds a ball,
for as long as he can expect to bat.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from engine.chance.classes import Floats
from engine.chance.design import PHASES
from engine.chance.elevens import LEFT_HANDED
from engine.chance.model import BallModel
from engine.chance.options import USUAL_BALL, USUAL_SHOT, known_conditions, worth_of_classes
from engine.chance.tables import FormatTables
from engine.cricket.distribution import WinModel
from engine.cricket.formats import BALLS_PER_OVER
from engine.cricket.nodes import DeliveryContext
from engine.cricket.players import SQUAD_SIZE, Bowling, Hand, Player, PlayerIndex, Role, Squad
from engine.cricket.state import BatterLine, Innings, MatchView
from engine.making import maker, replacer

# Balls that a batter can expect to face: 120 balls to 6.4 wickets and two not out (targets, T20).
_STAY: Final = 14.0
_FACED: Final = 10  # by a batter of whom nothing is known yet
# What an innings makes and loses a ball while nobody knows better (targets, T20 majors 2019-24).
_RUNS_A_BALL: Final = 1.37
_WICKETS_A_BALL: Final = 0.053
# The overs are shared out in proportion to exp(-worth / temperature); the temperature is this share
# of the widest difference between two bowlers, so that what is nearly equal is shared.
_TEMPERATURE: Final = 0.04
_ROUNDS: Final = 5
_HARDLY_ANY: Final = 1e-3  # of an over, where there is none: a price stays finite
_BATTER: Final = Player(name="?", role=Role.BATTER, bats=Hand.RIGHT, bowls=Bowling.NONE)
_BOWLER: Final = replace(_BATTER, role=Role.BOWLER, bowls=Bowling.RIGHT_MEDIUM)
_HANDS: Final = {Hand.RIGHT: 1.0 - LEFT_HANDED, Hand.LEFT: LEFT_HANDED}  # of the balls faced


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """Overs of one phase: `overs` of them, seen from the middle one. `level` (class) without a
    bowler, `worth` (class) to the batting side.
    """

    phase: int
    overs: int
    level: Floats
    worth: Floats


_changed, _delivery, _made_part = replacer(Innings), maker(DeliveryContext), maker(_Part)


class Staffing:
    """Values bowlers and batters with one ball model and one win probability."""

    __slots__ = ("_model", "_skills", "_styles", "_value")

    def __init__(self, model: BallModel, value: WinModel) -> None:
        self._model, self._value = model, value
        self._skills: dict[int, tuple[Squad, Floats]] = {}
        self._styles: dict[tuple[int, int, float], tuple[Squad, Floats]] = {}

    def bowlers(self, view: MatchView, legal: Sequence[PlayerIndex]) -> Floats:
        """(legal): the value to the batting side when each of them bowls the coming over."""
        innings = _innings(view)
        squad = view.squads.of(innings.fielding)
        bowlers = squad.bowlers
        skills = self._skills_of(view, innings, squad)
        hands = _hands_in(view, innings)
        now = self._worths(self._part(view, innings, 1), squad, skills, hands)
        later = self._later(view, innings)
        if later:
            worths = [self._worths(part, squad, skills, _HANDS) for part in later]
            left = np.array(_overs_left(innings, bowlers))
            now = now + _prices(np.array(worths), left, np.array([float(p.overs) for p in later]))
        chosen = now[[bowlers.index(player) for player in legal]]
        return np.asarray(self._value.of(innings) + chosen - chosen.mean())

    def batters(self, view: MatchView, legal: Sequence[PlayerIndex]) -> Floats:
        """(legal): the value to the batting side when each of them comes in."""
        innings = _innings(view)
        bowling = view.squads.of(innings.fielding)
        bowler = _BOWLER if innings.bowler is None else bowling[innings.bowler]
        levels = [self._model.log_odds(_context(view, innings, bowler, player)) for player in legal]
        stay = min(_STAY, innings.balls_left / 2.0)
        gains = stay * (_chances(np.array(levels)) @ self._worth(view, innings))
        return np.asarray(self._value.of(innings) + gains - gains.mean())

    def _later(self, view: MatchView, innings: Innings) -> list[_Part]:
        """The overs after the coming one, by phase."""
        tables = self._tables(view, innings)
        overs = range(innings.over + 1, innings.format.max_overs)
        found = []
        for phase in range(len(PHASES)):
            mine = [over for over in overs if tables.phase[over * BALLS_PER_OVER] == phase]
            if mine:
                middle = (mine[0] + mine[-1] + 1) * BALLS_PER_OVER // 2
                found.append(self._part(view, _moved_on(innings, middle), len(mine)))
        return found

    def _part(self, view: MatchView, innings: Innings, overs: int) -> _Part:
        tables = self._tables(view, innings)
        phase = int(tables.phase[innings.legal_balls])
        level = self._model.log_odds(_context(view, innings, _BOWLER))
        return _made_part(
            phase=phase,
            overs=overs,
            level=level - self._effect(_BOWLER.bowls, {_BATTER.bats: 1.0}, phase),
            worth=self._worth(view, innings),
        )

    def _worths(
        self, part: _Part, squad: Squad, skills: Floats, hands: dict[Hand, float]
    ) -> Floats:
        """(bowler): what an over of each is worth to the batting side, up to a constant."""
        levels = part.level + skills + self._styles_of(squad, hands, part.phase)
        return np.asarray(BALLS_PER_OVER * (_chances(levels) @ part.worth))

    def _skills_of(self, view: MatchView, innings: Innings, squad: Squad) -> Floats:
        """(bowler, class): what the bowlers' skills change, at every ball alike."""
        found = self._skills.get(id(squad))
        if found is None:
            usual = self._model.log_odds(_context(view, innings, _BOWLER))
            skills = [
                self._model.log_odds(
                    _context(view, innings, replace(_BOWLER, skill=squad[player].skill))
                )
                - usual
                for player in squad.bowlers
            ]
            found = self._skills[id(squad)] = squad, np.array(skills)
        return found[1]

    def _styles_of(self, squad: Squad, hands: dict[Hand, float], phase: int) -> Floats:
        """(bowler, class): what the bowlers' styles do in a phase to batters of these hands."""
        key = id(squad), phase, hands.get(Hand.LEFT, 0.0)
        found = self._styles.get(key)
        if found is None:
            styles = [self._effect(squad[p].bowls, hands, phase) for p in squad.bowlers]
            found = self._styles[key] = squad, np.array(styles)
        return found[1]

    def _effect(self, style: Bowling, hands: dict[Hand, float], phase: int) -> Floats:
        """(class): the match-up of a style with batters of these hands."""
        effect = self._model.matchups.effect
        shot = USUAL_SHOT.shot
        parts = [
            share * effect(USUAL_BALL, shot, style, hand, phase) for hand, share in hands.items()
        ]
        return np.asarray(sum(parts[1:], parts[0]))

    def _tables(self, view: MatchView, innings: Innings) -> FormatTables:
        return self._model.tables(innings.format, view.era, view.squads.home.game)

    def _worth(self, view: MatchView, innings: Innings) -> Floats:
        tables = self._tables(view, innings)
        worth = worth_of_classes(tables, innings, self._value)
        return np.asarray(worth - worth[0])


def _innings(view: MatchView) -> Innings:
    if view.innings is None:
        raise ValueError("no innings is in progress")
    return view.innings


def _context(
    view: MatchView, innings: Innings, bowler: Player, player: PlayerIndex | None = None
) -> DeliveryContext:
    """A ball of the bowler to `player`, or to a batter of whom nothing is known but his place in
    the order.
    """
    return _delivery(
        innings=innings,
        striker=_BATTER if player is None else view.squads.of(innings.batting)[player],
        striker_order=min(SQUAD_SIZE, innings.wickets + 2) if player is None else player + 1,
        balls_faced=_FACED if player is None else innings.batters[player].balls,
        bowler=bowler,
        conditions=known_conditions(view),
        delivery=USUAL_BALL,
        shot=USUAL_SHOT,
    )


def _hands_in(view: MatchView, innings: Innings) -> dict[Hand, float]:
    """The hands of the two at the crease, by share."""
    squad = view.squads.of(innings.batting)
    hands = [squad[p].bats for p in (innings.striker, innings.non_striker) if p is not None]
    if not hands:
        return _HANDS
    return {hand: hands.count(hand) / len(hands) for hand in sorted(set(hands))}


def _moved_on(innings: Innings, legal_balls: int) -> Innings:
    """The innings as it can be expected to stand after so many balls, an over just beginning."""
    balls = legal_balls - innings.legal_balls
    a_ball = _RUNS_A_BALL
    if innings.needed is not None:
        a_ball = innings.needed / max(1, innings.balls_left)
    lost = min(round(innings.wickets + _WICKETS_A_BALL * balls), innings.max_wickets - 1)
    return _changed(
        _without(innings, lost - innings.wickets),
        legal_balls=legal_balls,
        runs=innings.runs + int(a_ball * balls),
        wickets=lost,
        repeat=0,
        free_hit=False,
    )


def _without(innings: Innings, fallen: int) -> Innings:
    """The innings with so many more batters gone, the next ones in by the natural order."""
    if fallen <= 0:
        return innings
    coming = [PlayerIndex(i) for i, line in enumerate(innings.batters) if not line.position]
    batters, crease = list(innings.batters), [innings.striker, innings.non_striker]
    for place, player in enumerate(coming[:fallen]):
        batters[player] = BatterLine(position=len(batters), balls=_FACED)
        crease[place % 2] = player
    striker, non_striker = crease
    return _changed(innings, striker=striker, non_striker=non_striker, batters=tuple(batters))


def _overs_left(innings: Innings, bowlers: Sequence[PlayerIndex]) -> list[float]:
    """Overs that their quotas leave them, and that the innings can give to one bowler."""
    fmt = innings.format
    most = fmt.quota
    if fmt.bowlers_with_extra_over:
        taken = sum(line.overs > fmt.quota for line in innings.bowlers)
        most += taken < fmt.bowlers_with_extra_over
    room = (fmt.max_overs - innings.over + 1) // 2
    return [float(max(0, min(most - innings.bowlers[p].overs, room))) for p in bowlers]


def _chances(levels: Floats) -> Floats:
    weight = np.exp(levels)
    return np.asarray(weight / weight.sum(axis=-1, keepdims=True))


def _prices(worths: Floats, left: Floats, overs: Floats) -> Floats:
    """(bowler): what the fielding side gives away later on when one of his overs is bowled now;
    0 for a bowler who has overs to spare. `worths` (part, bowler) of an over, `left` (bowler) and
    `overs` (part) how many there are.

    The prices of sharing out the overs, smoothed, found by scaling rows and columns in turn
    (Sinkhorn); a row more takes the overs that nobody needs.
    """
    temperature = max(1e-9, _TEMPERATURE * float(worths.max() - worths.min()))
    share = np.exp((worths.min(axis=1, keepdims=True) - worths) / temperature)
    rows = np.vstack([share, np.ones(len(left))])
    supply = np.maximum(left, _HARDLY_ANY)
    demand = np.append(overs, max(left.sum() - overs.sum(), _HARDLY_ANY))
    free = supply / len(rows)
    wanted = demand / (rows @ free)
    for _ in range(_ROUNDS):
        free = supply / (wanted @ rows)
        wanted = demand / (rows @ free)
    spare = free * wanted[-1]
    return np.asarray(np.maximum(-temperature * np.log(spare), 0.0))
