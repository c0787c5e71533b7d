"""Balls that are to come, many at once: what both captains know of them before either chooses.

Read from the tables of `BallModel` as `BallModel.log_odds` reads them, but for the match-ups, which
whoever asks adds for the choices that he looks at. Venue, squads, game and season are known, and
what pitch and day do is not. All balls of one call belong to one match and one format.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from engine.chance.aggression import natural_aggression, overreaching, pressing
from engine.chance.classes import CLASS_OF, CLASSES, Floats
from engine.chance.design import WICKETS, faced_bin
from engine.chance.model import BallModel
from engine.chance.tables import FormatTables
from engine.chance.usual import rates_of
from engine.cricket.distribution import WinModel
from engine.cricket.players import Bowling, Hand, Player
from engine.cricket.state import Innings, MatchView

# (class, outcome): 1 where the outcome is of the class.
_OF_CLASS: Final[Floats] = np.equal.outer(np.arange(CLASSES), CLASS_OF).astype(np.float64)


class Meeting(NamedTuple):
    """Who meets whom in which state. `order` 1…11 is the striker's natural place, `faced` the balls
    that he has faced.
    """

    innings: Innings
    striker: Player
    order: int
    faced: int
    bowler: Player


class Kind(NamedTuple):
    """What of a ball the match-ups depend on, beside the choices."""

    style: Bowling
    hand: Hand
    phase: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Balls:
    """Balls about to be bowled.

    `weight` (ball, class) the chances up to a constant with no match-up at all, at the aggression
    of real batters, `unpressed` (ball, class) with that taken out, `worth` (ball, class) the mean
    value to the batting side after a ball of that class.
    """

    tables: FormatTables
    weight: Floats
    unpressed: Floats
    worth: Floats
    kinds: tuple[Kind, ...]

    def take(self, places: Sequence[int]) -> Balls:
        """Those at these places, in this order; one may come more than once."""
        return Balls(
            tables=self.tables,
            weight=self.weight[places],
            unpressed=self.unpressed[places],
            worth=self.worth[places],
            kinds=tuple(self.kinds[place] for place in places),
        )

    def at(self, aggressions: Sequence[float | None]) -> Floats:
        """(ball, class): `weight` with this aggression at each; None is that of real batters."""
        given = [0.0 if each is None else each for each in aggressions]
        natural = np.array([each is None for each in aggressions])
        pressed = self.unpressed * pressed_by(self.tables, given)
        return np.where(natural[:, None], self.weight, pressed)


def balls_of(model: BallModel, value: WinModel, views: Sequence[MatchView]) -> Balls:
    """The coming ball of each view."""
    innings = [innings_of(view) for view in views]
    tables = tables_of(model, views[0], innings[0])
    meetings = [_meeting(view, each) for view, each in zip(views, innings, strict=True)]
    phases = phases_of(tables, innings)
    weight = np.exp(levels(tables, views[0].venue, meetings))
    natural = [natural_aggression(each.innings, each.faced) for each in meetings]
    return Balls(
        tables=tables,
        weight=weight,
        unpressed=weight * pressed_by(tables, natural, sign=-1.0),
        worth=worths(tables, innings, value),
        kinds=tuple(
            Kind(each.bowler.bowls, each.striker.bats, phase)
            for each, phase in zip(meetings, phases, strict=True)
        ),
    )


def levels(tables: FormatTables, venue: float, meetings: Sequence[Meeting]) -> Floats:
    """(ball, class): the log-odds of the classes up to a constant, without any match-up."""
    innings = [each.innings for each in meetings]
    ball = np.minimum([each.legal_balls for each in innings], tables.balls - 1)
    lost = np.minimum([each.wickets for each in innings], WICKETS - 1)
    chasing = np.array([each.target is not None for each in innings], dtype=np.intp)
    faced = faced_bin(np.array([each.faced for each in meetings]))
    order = np.array([each.order for each in meetings]) - 1
    found: Floats = tables.base[chasing, ball, lost] + tables.crease[ball, faced, order]
    found += np.array([_from_average(each, venue) for each in meetings]) @ tables.effects
    if len(chases := np.flatnonzero(chasing)):
        needed = np.array([innings[place].needed for place in chases])
        left = np.maximum(1, [innings[place].balls_left for place in chases])
        found[chases] += tables.rate[ball[chases], rates_of(needed, left)]
    if len(free := np.flatnonzero([each.free_hit for each in innings])):
        found[free] += tables.free_hit
    return found


def worths(tables: FormatTables, innings: Sequence[Innings], value: WinModel) -> Floats:
    """(ball, class): the mean value to the batting side after a ball of each class."""
    after = np.asarray(value.after_each(innings))
    free_hits = [int(each.free_hit) for each in innings]
    return np.asarray((tables.split[free_hits, phases_of(tables, innings)] * after) @ _OF_CLASS.T)


def pressed_by(tables: FormatTables, aggressions: Sequence[float], sign: float = 1.0) -> Floats:
    """(aggression, class): the factor of each, or with `sign` -1 what takes it away again."""
    press = np.array([pressing(each) for each in aggressions])
    beyond = np.array([overreaching(each) for each in aggressions])
    return np.exp(sign * press[:, None] * tables.press + sign * beyond[:, None] * tables.overreach)


def phases_of(tables: FormatTables, innings: Iterable[Innings]) -> list[int]:
    """The phase of the coming ball of each."""
    last = tables.balls - 1
    return [tables.phase.item(min(each.legal_balls, last)) for each in innings]


def tables_of(model: BallModel, view: MatchView, innings: Innings) -> FormatTables:
    """Those of the innings' own format: a super over is not of the match's."""
    return model.tables(innings.format, view.era, view.squads.home.game)


def innings_of(view: MatchView) -> Innings:
    if view.innings is None:
        raise ValueError("no innings is in progress")
    return view.innings


def _meeting(view: MatchView, innings: Innings) -> Meeting:
    striker, bowler = innings.striker, innings.bowler
    if striker is None or bowler is None:
        raise ValueError("an end is empty")
    return Meeting(
        innings=innings,
        striker=view.squads.of(innings.batting)[striker],
        order=striker + 1,
        faced=innings.batters[striker].balls,
        bowler=view.squads.of(innings.fielding)[bowler],
    )


def _from_average(meeting: Meeting, venue: float) -> tuple[float, float, float, float]:
    """How far players and venue lie from average, in the order of `FormatTables.effects`."""
    bat, bowl = meeting.striker.skill, meeting.bowler.skill
    return bat.scoring, bowl.economy, bowl.strike - bat.survival, venue
