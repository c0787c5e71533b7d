"""What players and conditions are worth in runs, beside the usual ones: to first order, along the
line of even states.

In an even state a ball of class c is worth its runs and what it leaves, `par`; a shift of that
class's log-odds by one is therefore worth `p[c] * (worth[c] - mean)` on one ball. Summed over the
balls that a batter may expect to face, a bowler to bowl, or that the innings has left, this says
how many runs a match's players add to the score. All tables are (balls left, wickets, …), in runs
to the batting side, and zero where the innings is over. In a chase all of it is scaled to what one
solution in easier conditions shows (`Solved.easier`).
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any, Final

import numpy as np

from engine.chance.average import ODD
from engine.chance.batting import Chances, batters_of, those_to_come, worth_of_change
from engine.chance.classes import CLASSES, BallClass, Floats
from engine.chance.crease import MOST_FACED
from engine.chance.design import BALLS_PER_OVER, faced_bin
from engine.chance.kept import Tables, kept
from engine.chance.model import BallModel
from engine.chance.solving import EASIER, FIRST, Solved, solved
from engine.chance.tables import CONDITIONS, ECONOMY, SCORING, WICKET
from engine.chance.usual import MOVES, Stage, rates_of

_USUALLY: Final = 0.15  # how far conditions are off: a deviation of them is .10 to .31
_LITTLE: Final = 0.05  # runs; below it a quotient says nothing
_SCALES: Final = (0.5, 2.0)  # between them lie all states that are ever seen
_IS_LEGAL, _FALLS, _FREES = (
    np.array([getattr(move, name) for move in MOVES], dtype=float)
    for name in ("legal", "wicket", "frees")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """Runs to the batting side of one innings.

    By balls left and wickets lost: `conditions` a unit of them, and `curvature` as much more as its
    square · `variance` what chance still adds, in runs squared · `bowling` (…, 3 x over) a unit of
    economy, of strike and of spin in each over · `settled` (…, 2, balls faced) who faces, or waits,
    after so many balls · `coming` what usual batters lose until the end, and those gain who come in
    for them. By wickets lost: `batting` (wickets, balls
    left, 2 x k) a unit of scoring, then of survival, of who faces, of who waits, of the next to
    come in, … · `order` (wickets, 2, place - 1, balls left) who faces, or waits, from there.
    """

    conditions: Floats
    curvature: Floats
    variance: Floats
    bowling: Floats
    batting: Floats
    coming: Floats
    order: Floats
    settled: Floats

    def in_conditions(self, left: Any, lost: Any, towards: Any) -> Any:
        """Runs that conditions add to a state, or each of many."""
        line, bend = self.conditions[left, lost], self.curvature[left, lost]
        return (line + bend * towards) * towards


class _Ball:
    """What the next legal ball is worth in even states, (balls left, wickets, …): `by_class` a unit
    of a class's log-odds, `falls` the chance of a wicket, `odd` that the batters change ends if
    there is none.
    """

    __slots__ = ("by_class", "chances", "falls", "odd", "shape", "worth")

    def __init__(self, found: Solved, innings: int) -> None:
        balls, wickets, usual = found.balls, found.wickets, found.usual
        even = found.even(innings)
        self.shape = balls, wickets
        self.chances = np.zeros((balls + 1, wickets, CLASSES))
        self.worth = np.zeros((balls + 1, wickets, CLASSES))
        self.falls = np.zeros((balls + 1, wickets))
        deliveries = np.ones((balls + 1, wickets))
        for left in range(1, balls + 1):
            phase, ball = usual.tables.phase[balls - left], balls - left
            levels = usual.levels[innings, ball]
            if innings != FIRST:
                needed = np.maximum(np.rint(found.cap - even[left, :-1]).astype(np.intp), 1)
                levels = levels + usual.tables.rate[ball, rates_of(needed, left)]
            chances = usual.chances(levels)
            gain = _gains(even[left - 1], even[left])
            of_class = usual.moves_of_class[0, phase]
            of_move = chances @ of_class
            free_hit = found.free_hits[innings].runs[left, :-1]
            self.chances[left] = chances
            self.worth[left] = (gain + free_hit[:, None] * _FREES) @ of_class.T
            deliveries[left] = 1.0 / (of_move @ _IS_LEGAL)
            self.falls[left] = np.minimum(of_move @ _FALLS * deliveries[left], 1.0)
        mean = (self.chances * self.worth).sum(axis=-1, keepdims=True)
        self.worth = (self.worth - mean) * deliveries[..., None]
        self.by_class = self.chances * self.worth
        changes = self.chances[..., ODD].sum(axis=-1) * deliveries
        self.odd = np.minimum(changes / np.maximum(1.0 - self.falls, 1e-300), 1.0)

    def moved(self, shift: Floats) -> tuple[Floats, Floats]:
        """Runs that one shift (class) of the log-odds adds on this ball, and the chance of a wicket
        with it.
        """
        weight = np.exp(shift)
        total = np.maximum(self.chances @ weight, 1e-300)
        runs = (self.by_class @ weight) / total
        return runs, np.minimum(self.falls * weight[BallClass.WICKET] / total, 1.0)

    def of(self, shifts: Floats) -> Floats:
        """Runs that the log-odds `shifts` (balls left, wickets, …, class) add on this ball."""
        chances = self.chances[(..., *[None] * (shifts.ndim - 3), slice(None))] * np.exp(shifts)
        chances /= np.maximum(chances.sum(axis=-1, keepdims=True), 1e-300)
        worth = self.worth[(..., *[None] * (shifts.ndim - 3), slice(None))]
        return np.asarray((chances * worth).sum(axis=-1))


def _gains(later: Floats, same: Floats) -> Floats:
    """Of every move: runs made and left to make, (wickets, move)."""
    gains = [
        move.runs - (later if move.legal else same)[1:]
        if move.wicket
        else move.runs - (later if move.legal else same)[:-1]
        for move in MOVES
    ]
    return np.stack(gains, axis=-1)


def _worth(found: Solved, innings: int) -> Worth:
    ball = _Ball(found, innings)
    effects = ball.by_class @ found.usual.tables.effects.T
    conditions, curvature = _of_conditions(ball, found.usual.tables.effects[CONDITIONS])
    easier = conditions + curvature * EASIER
    scale = np.ones_like(easier) if innings == FIRST else _scale(easier, found.easier)
    chances = Chances(ball.falls, ball.odd)
    batters = batters_of(
        _settledness(found, ball),
        _order(found, ball),
        effects[:, :, [SCORING, WICKET]] * np.array([1.0, -1.0]),
        chances,
    )
    there = batters.skills.reshape(*batters.skills.shape[:2], -1)
    batting = np.concatenate([there, *those_to_come(batters.skills, chances)], axis=2)
    coming = worth_of_change(batters, found.usual.crease, ball.falls)
    return Worth(
        conditions=conditions * scale,
        curvature=curvature * scale,
        variance=_summed((ball.chances * ball.worth**2).sum(axis=-1)[..., None], ball.falls)[
            ..., 0
        ],
        bowling=_bowling(found, ball, effects) * scale[..., None],
        batting=(batting * scale[..., None]).swapaxes(0, 1).copy(),
        order=(batters.order * scale[..., None, None]).transpose(1, 2, 3, 0).copy(),
        settled=batters.settled * scale[..., None, None],
        coming=coming * scale,
    )


def _bowling(found: Solved, ball: _Ball, effects: Floats) -> Floats:
    """`Worth.bowling`."""
    usual, (balls, wickets) = found.usual, ball.shape
    spin = np.zeros((balls + 1, wickets))
    styles = usual.styles[1] - usual.styles[0]
    spin[1:] = np.einsum("lwc,lc->lw", ball.by_class[1:], styles[usual.tables.phase[::-1]])
    units = np.concatenate([effects[:, :, [ECONOMY, WICKET]], spin[..., None]], axis=-1)
    over = (balls - np.arange(1, balls + 1)) // BALLS_PER_OVER
    overs = np.eye(-(-balls // BALLS_PER_OVER))
    in_over = np.concatenate([np.zeros((1, len(overs))), overs[over]])
    bowled = units[:, :, None] * in_over[:, None, :, None]
    return _summed(bowled.reshape(balls + 1, wickets, -1), ball.falls)


def _of_conditions(ball: _Ball, effect: Floats) -> tuple[Floats, Floats]:
    """`Worth.conditions` and `.curvature`, so that both are right where conditions are as far from
    the usual as they often are: better ones add more than worse ones take.
    """
    better, worse = (_added(ball, effect * far) for far in (_USUALLY, -_USUALLY))
    return (better - worse) / (2.0 * _USUALLY), (better + worse) / (2.0 * _USUALLY**2)


def _added(ball: _Ball, shift: Floats) -> Floats:
    """Runs (balls left, wickets) that a shift of the log-odds (class) adds on all balls to come."""
    now, falls = ball.moved(shift)
    return _summed(now[..., None], falls)[..., 0]


def _scale(summed: Floats, solved_for: Floats) -> Floats:
    """What to multiply first-order sums by so that conditions are worth what was solved for."""
    known = summed > _LITTLE
    return np.clip(np.where(known, solved_for / np.where(known, summed, 1.0), 1.0), *_SCALES)


def _summed(now: Floats, falls: Floats) -> Floats:
    """What `now` (balls left, wickets, n) adds up to over the balls left."""
    total = np.zeros((now.shape[0], now.shape[1] + 1, now.shape[2]))
    for left in range(1, len(now)):
        later, fall = total[left - 1], falls[left][:, None]
        total[left, :-1] = now[left] + (1.0 - fall) * later[:-1] + fall * later[1:]
    return total


def _order(found: Solved, ball: _Ball) -> Floats:
    """(balls left, wickets, place): a ball faced by a batter of that place, beside the usual."""
    rows = found.usual.tables.order[::-1]  # by balls left - 1
    usual = _usual_mean(found, "order")
    return _beside(ball, rows, usual)


def _settledness(found: Solved, ball: _Ball) -> Floats:
    """(balls left, wickets, balls faced 0…50), beside the usual."""
    rows = found.usual.tables.settled[::-1]
    usual = _usual_mean(found, "settled")
    return _beside(ball, rows, usual)[:, :, faced_bin(np.arange(MOST_FACED + 1))]


def _usual_mean(found: Solved, what: str) -> Floats:
    """The shares of the places or bins among those who face, (balls left - 1, wickets, n)."""
    shares = found.usual.crease.facing[::-1, : found.wickets]
    return np.asarray(shares.sum(axis=(2, 4) if what == "order" else (3, 4)))


def _beside(ball: _Ball, rows: Floats, shares: Floats) -> Floats:
    """What each row (balls left - 1, n, class) adds on a ball, less the mean by `shares`."""
    usual = np.einsum("lwn,lnc->lwc", shares, rows)
    shifts = np.zeros((len(rows) + 1, shares.shape[1], rows.shape[1], CLASSES))
    shifts[1:] = rows[:, None] - usual[:, :, None]
    worth = ball.of(shifts)
    worth[1:] -= np.einsum("lwn,lwn->lw", shares, worth[1:])[..., None]
    return worth


@lru_cache(maxsize=8)
def worth_of(stage: Stage, model: BallModel, wickets: int, innings: int) -> Worth:
    """Kept on disk."""

    def work_out() -> Tables:
        worth = _worth(solved(stage, model, wickets), innings)
        return {each.name: getattr(worth, each.name) for each in fields(Worth)}

    return Worth(**kept(model.digest, f"worth {stage} {wickets} {innings}", work_out))
