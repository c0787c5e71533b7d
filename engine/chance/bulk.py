"""Many baseline-against-baseline matches at once, with numpy: for calibrating the fit and for
tables.

Both sides make the reference choice on every ball, bat in natural order and bowl by
`engine.chance.rotation`. The chances are those of `BallModel`, read from the same tables; only the
sampling is vectorised.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.random import Generator

from engine.chance.classes import (
    FREES,
    IS_LEGAL,
    IS_WICKET,
    RUNS_OF,
    Bools,
    Floats,
    Ints,
)
from engine.chance.conditions import draw_towards, spreads_of_conditions
from engine.chance.design import (
    BALLS_PER_OVER,
    FACED_BINS,
    FACED_STARTS,
    ORDERS,
    PHASES,
    WICKETS,
)
from engine.chance.elevens import HANDS, BulkSource, draw_elevens
from engine.chance.logs import InningsLog, MatchLogs, Played, Small
from engine.chance.lookup import FACED_BIN, Lookup
from engine.chance.model import BallModel
from engine.chance.sides import Seasons, Sides, sides_from
from engine.chance.tables import RATE_SIZE, RATE_STEPS
from engine.cricket.formats import Format
from engine.cricket.laws import up_to_winning_run
from engine.cricket.outcomes import OUTCOME_INDEX, OUTCOMES, Dismissal, End
from engine.cricket.players import SQUAD_SIZE
from engine.cricket.state import ALL_OUT

_MOST_DELIVERIES: Final = 5  # for each legal ball; real innings need 1.04
_LEAVES: Final[Bools] = np.array([o.dismissal is not None for o in OUTCOMES])
_OTHER_OUT: Final[Bools] = np.array([o.non_striker_out for o in OUTCOMES])
_SWAPS: Final[Bools] = np.array([o.dismissal is None and o.run_between % 2 == 1 for o in OUTCOMES])
# Where the new batter comes in at the bowler's end: the wicket fell there, or it was the other's.
_NEW_AT_BOWLER: Final[Bools] = np.array(
    [
        o.end is End.BOWLER if o.dismissal is Dismissal.RUN_OUT else o.non_striker_out
        for o in OUTCOMES
    ]
)
_IS_WIDE: Final[Bools] = np.array([o.wides > 0 for o in OUTCOMES])
_SEEN: Final[Bools] = ~_IS_WIDE  # faced by the striker
_MOST_RUNS: Final = int(RUNS_OF.max())


def _counting() -> Ints:
    """(runs needed to win, outcome): which outcome is scored; itself where that does not win."""
    scored = np.tile(np.arange(len(OUTCOMES)), (_MOST_RUNS + 1, 1))
    for place, outcome in enumerate(OUTCOMES):
        for needed in range(1, outcome.runs + 1):
            scored[needed, place] = OUTCOME_INDEX[up_to_winning_run(outcome, needed).key]
    return scored


_SCORED: Final = _counting()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Now:
    """Who meets whom in each match, (matches): `order` of the striker from 0, `batter` his index in
    flat arrays of all players.
    """

    ball: Ints
    phase: Ints
    order: Ints
    batter: Ints
    faced: Ints
    bowler: Ints


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
        self.tables = Lookup(
            model, fmt, (batting, bowling), towards, when, chasing=target is not None
        )
        self.max_balls = fmt.max_balls
        self.target = target
        self.plan, self.style, self.hand = bowling.plan, bowling.style.ravel(), batting.hand.ravel()
        self.overs = fmt.max_overs
        self.rows = np.arange(n)
        self.players = self.rows * SQUAD_SIZE  # of a match, in flat arrays
        self.alive = np.ones(n, dtype=bool)
        self.runs, self.lost, self.legal = (np.zeros(n, dtype=np.intp) for _ in range(3))
        self.striker, self.other = np.zeros(n, dtype=np.intp), np.ones(n, dtype=np.intp)
        self.next_in = np.full(n, 2, dtype=np.intp)
        self.free = np.zeros(n, dtype=np.intp)
        self.faced = np.zeros(n * SQUAD_SIZE, dtype=np.intp)
        self.history: list[tuple[Small, ...]] = []

    def ball(self, uniforms: Floats) -> None:
        """Bowl one delivery in every match that is not over. `uniforms` (2, matches)."""
        now = self._now()
        drawn = self._as_scored(self._draw(now, uniforms))
        alive = self.alive
        self.history.append(
            tuple(
                column.astype(np.int16)
                for column in (
                    np.where(alive, drawn, -1),
                    self.legal,
                    self.lost,
                    now.order + 1,
                    self.other + 1,
                    now.faced,
                    now.bowler,
                )
            )
        )
        self.faced[now.batter] += alive & _SEEN.take(drawn)
        self.runs += alive * RUNS_OF.take(drawn)
        self.lost += alive & IS_WICKET.take(drawn)
        legal = alive & IS_LEGAL.take(drawn)
        self.legal += legal
        self.free = (FREES.take(drawn) | (_IS_WIDE.take(drawn) & (self.free == 1))).astype(np.intp)
        self._change_ends(drawn, legal)
        alive &= (self.lost < ALL_OUT) & (self.legal < self.max_balls)
        alive &= self.next_in <= SQUAD_SIZE
        if self.target is not None:
            alive &= self.runs < self.target

    def chances(self) -> Floats:
        """The chance of every class now, (matches, classes)."""
        weights = self._weights(self._now())
        return np.asarray(weights / weights.sum(axis=1, keepdims=True))

    def _now(self) -> _Now:
        ball = np.minimum(self.legal, self.max_balls - 1)
        order = np.minimum(self.striker, SQUAD_SIZE - 1)
        batter = self.players + order
        return _Now(
            ball=ball,
            phase=self.tables.phase.take(ball),
            order=order,
            batter=batter,
            faced=self.faced.take(batter),
            bowler=self.plan.take(self.rows * self.overs + ball // BALLS_PER_OVER),
        )

    def _weights(self, now: _Now) -> Floats:
        """Chances up to a constant a match. The log-odds are small: none overflows."""
        t, bowler = self.tables, self.players + now.bowler
        lost = np.minimum(self.lost, WICKETS - 1)
        eta = t.base.take((t.era * self.max_balls + now.ball) * WICKETS + lost, axis=0)
        settled = FACED_BIN.take(np.minimum(now.faced, FACED_STARTS[-1]))
        eta += t.batter.take((now.ball * ORDERS + now.order) * FACED_BINS + settled, axis=0)
        eta += t.skill.take(now.batter, axis=0)
        eta += t.bowler.take(bowler, axis=0)
        pair = self.style.take(bowler) * len(HANDS) + self.hand.take(now.batter)
        eta += t.match_up.take(pair * len(PHASES) + now.phase, axis=0)
        if self.target is not None:
            left = self.max_balls - now.ball
            needed = np.maximum(self.target - self.runs, 0)
            rate = (needed * (BALLS_PER_OVER * RATE_STEPS) + left // 2) // left
            eta += t.rate.take(now.ball * RATE_SIZE + np.minimum(rate, RATE_SIZE - 1), axis=0)
        free = np.flatnonzero(self.free)
        if len(free):
            eta[free] += t.free_hit
        return np.exp(eta, out=eta)

    def _draw(self, now: _Now, uniforms: Floats) -> Ints:
        """A class, then an outcome of that class."""
        totals = np.cumsum(self._weights(now), axis=1)
        drawn = (totals < uniforms[0][:, None] * totals[:, -1:]).sum(axis=1)
        return self.tables.outcome.draw(self.free, now.phase, drawn, uniforms[1])

    def _as_scored(self, drawn: Ints) -> Ints:
        """Nothing counts after the winning run (Law 16.6)."""
        if self.target is None:
            return drawn
        needed = self.target - self.runs
        won = np.flatnonzero(self.alive & (RUNS_OF.take(drawn) >= needed))
        drawn[won] = _SCORED[needed[won], drawn[won]]
        return drawn

    def _change_ends(self, drawn: Ints, legal: Bools) -> None:
        """Who is at which end for the next ball. A new batter faces, or comes in where the wicket
        was put down.
        """
        over = legal & (self.legal % BALLS_PER_OVER == 0)
        leaves = np.flatnonzero(self.alive & _LEAVES.take(drawn))
        swap = self.alive & _SWAPS.take(drawn)
        striker, other = self.striker[leaves], self.other[leaves]
        self.striker, self.other = _exchanged(self.striker, self.other, swap)
        if len(leaves):
            out = drawn[leaves]
            stays = np.where(_OTHER_OUT.take(out), striker, other)
            at_bowler = _NEW_AT_BOWLER.take(out)
            self.striker[leaves] = np.where(at_bowler, stays, self.next_in[leaves])
            self.other[leaves] = np.where(at_bowler, self.next_in[leaves], stays)
            self.next_in[leaves] += 1
        self.striker, self.other = _exchanged(self.striker, self.other, over)

    def log(self) -> InningsLog:
        outcome, legal, lost, order, other, faced, bowler = (
            np.stack(column) for column in zip(*self.history, strict=True)
        )
        return InningsLog(
            outcome=outcome,
            legal=legal,
            lost=lost,
            order=order,
            other=other,
            faced=faced,
            bowler=bowler,
            runs=self.runs,
            wickets=self.lost,
            balls=self.legal,
        )


def _exchanged(a: Ints, b: Ints, where: Bools) -> tuple[Ints, Ints]:
    """The two with places changed where asked."""
    return np.where(where, b, a), np.where(where, a, b)


def play_drawn(
    model: BallModel,
    fmt: Format,
    when: Seasons,
    draws: Generator,
    sides: tuple[Sides, Sides] | None = None,
) -> Played:
    """One match for each season of `when`; squads that are not given, venue, day and innings are
    drawn for it.
    """
    matches, skills = len(when.era), model.coefficients.spreads
    if sides is None:
        source = BulkSource(draws, matches)
        first, second = (sides_from(draw_elevens(source, skills), fmt) for _ in range(2))
    else:
        first, second = sides
    spreads = spreads_of_conditions(model.coefficients, fmt, when.game)
    towards = draw_towards(draws, matches, spreads)
    one = play_innings(model, fmt, first, second, towards[0], draws, seasons=when)
    two = play_innings(model, fmt, second, first, towards[1], draws, one.runs + 1, when)
    return Played(logs=MatchLogs(first=one, second=two), sides=(first, second))
