"""Many baseline-against-baseline matches at once, with numpy: for calibrating the fit and for
tables.

Both sides make the reference choice on every ball, bat in natural order and bowl by
`engine.chance.rotation`. The chances are those of `BallModel`, read from the same tables; only the
sampling is vectorised.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.random import Generator

from engine.chance.classes import (
    CLASS_OF,
    CLASSES,
    IS_LEGAL,
    IS_WICKET,
    RUNS_OF,
    Bools,
    Floats,
    Ints,
)
from engine.chance.design import BALLS_PER_OVER, FACED_STARTS, PHASES, WICKETS
from engine.chance.elevens import HANDS, IS_SPIN, STYLES, Elevens, elevens_of
from engine.chance.model import BallModel, towards_runs
from engine.chance.rotation import plan_overs
from engine.chance.tables import RATE_SIZE, RATE_STEPS, FormatTables
from engine.cricket.choices import DeliveryDecision, Shot
from engine.cricket.formats import Format
from engine.cricket.outcomes import OUTCOMES, Dismissal, End
from engine.cricket.players import SQUAD_SIZE, Bowling, Game, Squad
from engine.cricket.state import ALL_OUT, CURRENT_ERA, FIRST_ERA, Conditions

_MOST_DELIVERIES: Final = 5  # for each legal ball; real innings need 1.04
_BASE_THREE: Final = 3 ** np.arange(SQUAD_SIZE)
_LEAVES: Final[Bools] = np.array([o.dismissal is not None for o in OUTCOMES])
_OTHER_OUT: Final[Bools] = np.array([o.non_striker_out for o in OUTCOMES])
_ODD: Final[Bools] = np.array([o.run_between % 2 == 1 for o in OUTCOMES])
_AT_BOWLER: Final[Bools] = np.array([o.end is End.BOWLER for o in OUTCOMES])
_FREES: Final[Bools] = np.array([o.no_balls > 0 for o in OUTCOMES])
_IS_WIDE: Final[Bools] = np.array([o.wides > 0 for o in OUTCOMES])
_IS_RUN_OUT: Final[Bools] = np.array([o.dismissal is Dismissal.RUN_OUT for o in OUTCOMES])
_FACED_BIN: Final = np.searchsorted(
    np.array(FACED_STARTS), np.arange(FACED_STARTS[-1] + 1), side="right"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """The players of one side in many matches, (matches, 11) each, and who bowls each over,
    (matches, overs).
    """

    scoring: Floats
    survival: Floats
    economy: Floats
    strike: Floats
    style: Ints
    hand: Ints
    plan: Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class InningsLog:
    """Every delivery of one innings of many matches, (deliveries, matches), the state being that
    before the ball.

    `outcome` indexes `OUTCOMES`, -1 once the innings is over; `bowler` the bowling squad. `runs`,
    `wickets`, `balls` are the totals (matches).
    """

    outcome: Ints
    legal: Ints
    lost: Ints
    order: Ints
    faced: Ints
    bowler: Ints
    runs: Ints
    wickets: Ints
    balls: Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class Seasons:
    """When each match is played, `era` (matches), and whose game all of them are."""

    era: Ints
    game: Game

    @classmethod
    def current(cls, matches: int) -> Seasons:
        return cls(era=np.full(matches, CURRENT_ERA), game=Game.MEN)

    @classmethod
    def of(cls, conditions: Sequence[Conditions]) -> Seasons:
        """Raises `ValueError` where men's and women's matches are mixed."""
        games = {c.game for c in conditions}
        if len(games) != 1:
            raise ValueError("the matches of one batch are all men's or all women's")
        return cls(era=np.array([c.era for c in conditions]), game=games.pop())


def sides_of(squads: Sequence[Squad], fmt: Format) -> Sides:
    """The arrays of squads, one a match."""
    return sides_from(elevens_of(squads), fmt)


def sides_from(elevens: Elevens, fmt: Format) -> Sides:
    """Squads that are arrays already."""
    return Sides(
        scoring=elevens.scoring,
        survival=elevens.survival,
        economy=elevens.economy,
        strike=elevens.strike,
        style=elevens.bowls,
        hand=elevens.bats,
        plan=_plans(elevens.bowls, fmt),
    )


def _plans(bowls: Ints, fmt: Format) -> Ints:
    """Who bowls each over, (matches, overs), by place: specialists, who bat low, before the part-
    timers. Squads in which the same places spin share a plan.
    """
    bowling = np.where(bowls == STYLES.index(Bowling.NONE), 0, np.where(IS_SPIN[bowls], 2, 1))
    patterns, pattern = np.unique(bowling @ _BASE_THREE, return_inverse=True)
    plans = np.empty((len(patterns), fmt.max_overs), dtype=np.intp)
    for k in range(len(patterns)):
        row = bowling[np.argmax(pattern == k)]
        bowlers = np.flatnonzero(row)[::-1]
        plans[k] = bowlers[list(plan_overs(fmt, tuple((row[bowlers] == 2).tolist())))]
    return np.asarray(plans[pattern])


def match_up_table(model: BallModel) -> Floats:
    """Effects of the reference choices by (style, hand, phase, class)."""
    table = np.zeros((len(STYLES), len(HANDS), len(PHASES), CLASSES))
    for i, style in enumerate(STYLES):
        for j, hand in enumerate(HANDS):
            for k in range(len(PHASES)):
                table[i, j, k] = model.matchups.effect(
                    DeliveryDecision(), Shot.ON_MERIT, style, hand, k
                )
    return table


def play_innings(
    model: BallModel,
    fmt: Format,
    batting: Sides,
    bowling: Sides,
    towards: Floats,
    draws: Generator,
    target: Ints | None = None,
    seasons: Seasons | None = None,
) -> InningsLog:
    """One innings of every match. `towards` conditions (matches); `target` the scores that win,
    None batting first; `seasons` default the current one, men's.
    """
    play = _Play(model, fmt, batting, bowling, towards, target, seasons)
    for _ in range(_MOST_DELIVERIES * fmt.max_balls):
        play.ball(draws.random((2, len(towards))))
        if not play.alive.any():
            break
    return play.log()


class _Play:
    """The state of one innings in all matches."""

    def __init__(
        self,
        model: BallModel,
        fmt: Format,
        batting: Sides,
        bowling: Sides,
        towards: Floats,
        target: Ints | None,
        seasons: Seasons | None = None,
    ) -> None:
        n = len(towards)
        when = seasons or Seasons.current(n)
        self.tables = model.tables(fmt, CURRENT_ERA, when.game)
        self.season = self.tables.seasons[when.era - FIRST_ERA]
        self.match_ups = match_up_table(model)
        self.max_balls = fmt.max_balls
        self.batting, self.bowling, self.towards, self.target = batting, bowling, towards, target
        self.cumulative = _cumulative(self.tables)
        self.rows = np.arange(n)
        self.alive = np.ones(n, dtype=bool)
        self.runs, self.lost, self.legal = (np.zeros(n, dtype=np.intp) for _ in range(3))
        self.striker, self.other = np.zeros(n, dtype=np.intp), np.ones(n, dtype=np.intp)
        self.next_in = np.full(n, 2, dtype=np.intp)
        self.free = np.zeros(n, dtype=np.intp)
        self.faced = np.zeros((n, SQUAD_SIZE + 1), dtype=np.intp)
        self.history: list[tuple[Ints, ...]] = []

    def ball(self, uniforms: Floats) -> None:
        """Bowl one delivery in every match that is not over. `uniforms` (2, matches)."""
        drawn = self._draw(uniforms)
        faced = self.faced[self.rows, self.striker]
        self.history.append(
            (
                np.where(self.alive, drawn, -1),
                self.legal.copy(),
                self.lost.copy(),
                self.striker + 1,
                faced,
                self._bowler(),
            )
        )
        alive = self.alive
        self.faced[self.rows, self.striker] += alive & ~_IS_WIDE[drawn]
        self.runs += np.where(alive, RUNS_OF[drawn], 0)
        self.lost += alive & IS_WICKET[drawn]
        legal = alive & IS_LEGAL[drawn]
        self.legal += legal
        self.free = (_FREES[drawn] | (_IS_WIDE[drawn] & (self.free == 1))).astype(np.intp)
        self._change_ends(drawn, legal)
        self.alive = (
            alive
            & (self.lost < ALL_OUT)
            & (self.legal < self.max_balls)
            & (self.next_in <= SQUAD_SIZE)
        )
        if self.target is not None:
            self.alive &= self.runs < self.target

    def chances(self) -> Floats:
        """The chance of every class now, (matches, classes)."""
        t, ball = self.tables, np.minimum(self.legal, self.max_balls - 1)
        bowler = self._bowler()
        order = np.minimum(self.striker, SQUAD_SIZE - 1)
        faced = np.minimum(self.faced[self.rows, self.striker], FACED_STARTS[-1])
        eta = t.timeless[int(self.target is not None), ball, np.minimum(self.lost, WICKETS - 1)]
        eta = eta + self.season[self.rows, t.phase[ball]]
        eta += t.settled[ball, _FACED_BIN[faced]] + t.order[ball, order]
        wicket = self.bowling.strike[self.rows, bowler] - self.batting.survival[self.rows, order]
        eta += self.batting.scoring[self.rows, order, None] * t.effects[0]
        eta += self.bowling.economy[self.rows, bowler, None] * t.effects[1]
        eta += wicket[:, None] * t.effects[2] + self.towards[:, None] * t.effects[3]
        style, hand = self.bowling.style[self.rows, bowler], self.batting.hand[self.rows, order]
        eta += self.match_ups[style, hand, t.phase[ball]] + self.free[:, None] * t.free_hit
        if self.target is not None:
            left = self.max_balls - ball
            needed = np.maximum(self.target - self.runs, 0)
            rate = (needed * BALLS_PER_OVER * RATE_STEPS + left // 2) // left
            eta += t.rate[ball, np.minimum(rate, RATE_SIZE - 1)]
        weight = np.exp(eta - eta.max(axis=1, keepdims=True))
        return np.asarray(weight / weight.sum(axis=1, keepdims=True))

    def _bowler(self) -> Ints:
        """Who bowls now, by place in the bowling squad."""
        ball = np.minimum(self.legal, self.max_balls - 1)
        return np.asarray(self.bowling.plan[self.rows, ball // BALLS_PER_OVER])

    def _draw(self, uniforms: Floats) -> Ints:
        """A class, then an outcome of that class."""
        totals = np.cumsum(self.chances(), axis=1)
        drawn = np.minimum(
            (totals < uniforms[0][:, None] * totals[:, -1:]).sum(axis=1), CLASSES - 1
        )
        phase = self.tables.phase[np.minimum(self.legal, self.max_balls - 1)]
        inner = self.cumulative[self.free, phase, drawn]
        return np.asarray((inner <= uniforms[1][:, None]).sum(axis=1).clip(max=len(OUTCOMES) - 1))

    def _change_ends(self, drawn: Ints, legal: Bools) -> None:
        """Who is at which end for the next ball. A new batter faces, or comes in where the wicket
        was put down.
        """
        leaves = self.alive & _LEAVES[drawn]
        out = np.where(_OTHER_OUT[drawn], self.other, self.striker)
        stays = np.where(out == self.striker, self.other, self.striker)
        swap = self.alive & ~leaves & _ODD[drawn]
        striker = np.where(swap, self.other, self.striker)
        other = np.where(swap, self.striker, self.other)
        at_bowler = np.where(_IS_RUN_OUT[drawn], _AT_BOWLER[drawn], _OTHER_OUT[drawn])
        self.striker = np.where(leaves, np.where(at_bowler, stays, self.next_in), striker)
        self.other = np.where(leaves, np.where(at_bowler, self.next_in, stays), other)
        self.next_in = self.next_in + leaves
        over = legal & (self.legal % BALLS_PER_OVER == 0)
        self.striker, self.other = (
            np.where(over, self.other, self.striker),
            np.where(over, self.striker, self.other),
        )

    def log(self) -> InningsLog:
        outcome, legal, lost, order, faced, bowler = (
            np.stack(column) for column in zip(*self.history, strict=True)
        )
        return InningsLog(
            outcome=outcome,
            legal=legal,
            lost=lost,
            order=order,
            faced=faced,
            bowler=bowler,
            runs=self.runs,
            wickets=self.lost,
            balls=self.legal,
        )


def _cumulative(tables: FormatTables) -> Floats:
    """Cumulative chances of outcomes within a class, (free hit, phase, class, outcome); 0 before
    the class begins.
    """
    split = tables.split
    inside = np.where(np.arange(CLASSES)[:, None] == CLASS_OF, split[:, :, None, :], 0.0)
    total = np.cumsum(inside, axis=-1)
    return np.asarray(total / total[..., -1:])


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchLogs:
    """Both innings of many matches."""

    first: InningsLog
    second: InningsLog

    @property
    def chase_score(self) -> Floats:
        """1 where the chase won, ½ tied, 0 lost."""
        level = self.second.runs == self.first.runs
        return np.where(self.second.runs > self.first.runs, 1.0, np.where(level, 0.5, 0.0))


def play_matches(
    model: BallModel,
    fmt: Format,
    sides: tuple[Sides, Sides],
    conditions: Sequence[Conditions],
    draws: Generator,
) -> MatchLogs:
    """Every match, the first side batting first."""
    towards = [np.array([towards_runs(c, number) for c in conditions]) for number in (1, 2)]
    when = Seasons.of(conditions)
    first = play_innings(model, fmt, *sides, towards[0], draws, seasons=when)
    second = play_innings(
        model, fmt, sides[1], sides[0], towards[1], draws, first.runs + 1, seasons=when
    )
    return MatchLogs(first=first, second=second)
