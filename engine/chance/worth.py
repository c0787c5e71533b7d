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

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from engine.chance.classes import CLASSES, Floats
from engine.chance.design import BALLS_PER_OVER, FACED_STARTS, faced_bin
from engine.chance.model import BallModel
from engine.chance.solving import FIRST, Solved, solved
from engine.chance.usual import CONDITIONS, MOVES, Stage, rates_of

SCORING, ECONOMY, WICKET = range(3)  # rows of `FormatTables.effects`
MOST_FACED: Final = FACED_STARTS[-1]  # beyond it a batter is as settled as he will be
_LITTLE: Final = 0.05  # runs; below it a quotient says nothing
_SCALES: Final = (0.5, 2.0)  # between them lie all states that are ever seen
_FACING: Final = 0.5  # of the balls are faced by either batter


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """Runs to the batting side of one innings.

    By balls left and wickets lost: `conditions` a unit of them · `variance` what chance still adds,
    in runs squared · `bowling` (…, 2 x over) a unit of economy, then of strike, in each over ·
    `settled` (…, balls faced) a batter at the crease who has faced so many. By wickets lost:
    `batting` (wickets, balls left, 2 x k) a unit of scoring, then of survival, of a batter at the
    crease (k = 0) or the k-th to come in · `order` (wickets, place - 1, balls left) a batter at the
    crease from there.
    """

    conditions: Floats
    variance: Floats
    bowling: Floats
    batting: Floats
    order: Floats
    settled: Floats


class _Ball:
    """What the next legal ball is worth in even states, (balls left, wickets, …): `by_class` a unit
    of a class's log-odds, `falls` the chance of a wicket.
    """

    __slots__ = ("by_class", "chances", "falls", "shape", "worth")

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
            weight = np.exp(levels)
            chances = weight / weight.sum(axis=-1, keepdims=True)
            gain, legal, falls = _gains(even[left - 1], even[left])
            self.chances[left] = chances
            self.worth[left] = gain @ usual.moves_of_class[phase].T
            of_move = chances @ usual.moves_of_class[phase]
            deliveries[left] = 1.0 / (of_move @ legal)
            self.falls[left] = np.minimum(of_move @ falls * deliveries[left], 1.0)
        mean = (self.chances * self.worth).sum(axis=-1, keepdims=True)
        self.worth = (self.worth - mean) * deliveries[..., None]
        self.by_class = self.chances * self.worth

    def of(self, shifts: Floats) -> Floats:
        """Runs that the log-odds `shifts` (balls left, wickets, …, class) add on this ball."""
        chances = self.chances[(..., *[None] * (shifts.ndim - 3), slice(None))] * np.exp(shifts)
        chances /= np.maximum(chances.sum(axis=-1, keepdims=True), 1e-300)
        worth = self.worth[(..., *[None] * (shifts.ndim - 3), slice(None))]
        return np.asarray((chances * worth).sum(axis=-1))


def _gains(later: Floats, same: Floats) -> tuple[Floats, Floats, Floats]:
    """Of every move: runs made and left to make (wickets, move), whether it counts, whether a
    wicket falls.
    """
    gains = [
        move.runs - (later if move.legal else same)[1:]
        if move.wicket
        else move.runs - (later if move.legal else same)[:-1]
        for move in MOVES
    ]
    legal = np.array([float(move.legal) for move in MOVES])
    falls = np.array([float(move.wicket) for move in MOVES])
    return np.stack(gains, axis=-1), legal, falls


def _worth(found: Solved, innings: int) -> Worth:
    ball = _Ball(found, innings)
    tables = found.usual.tables
    effects = ball.by_class @ tables.effects.T
    balls, wickets = ball.shape
    over = (balls - np.arange(1, balls + 1)) // BALLS_PER_OVER
    overs = np.eye(-(-balls // BALLS_PER_OVER))
    in_over = np.concatenate([np.zeros((1, len(overs))), overs[over]])
    bowled = effects[:, :, None, [ECONOMY, WICKET]] * in_over[:, None, :, None]
    faced = effects[:, :, [SCORING, WICKET]] * np.array([1.0, -1.0]) * _FACING
    conditions = _summed(effects[:, :, CONDITIONS, None], ball.falls, stays=1.0)[..., 0]
    scale = np.ones_like(conditions) if innings == FIRST else _scale(conditions, found.easier)
    by_wickets = scale.T[:, :, None]
    return Worth(
        conditions=conditions * scale,
        variance=_summed(
            (ball.chances * ball.worth**2).sum(axis=-1)[..., None], ball.falls, stays=1.0
        )[..., 0],
        bowling=_summed(bowled.reshape(balls + 1, wickets, -1), ball.falls, stays=1.0)
        * scale[..., None],
        batting=_batting(faced, ball.falls) * by_wickets,
        order=(
            _centred(_summed(_FACING * _order(found, ball), ball.falls, stays=0.5), found, "order")
            * scale[..., None]
        )
        .transpose(1, 2, 0)
        .copy(),
        settled=_centred(
            _settled(_FACING * _settledness(found, ball), ball.falls), found, "settled"
        )
        * scale[..., None],
    )


def _centred(total: Floats, found: Solved, what: str) -> Floats:
    """Less its mean over usual batters: those who come in later make up for those who are in."""
    shares = _usual_mean(found, what)
    if what == "settled":
        bins = faced_bin(np.arange(MOST_FACED + 1))
        count = np.bincount(bins, minlength=shares.shape[-1])
        shares = (shares / np.maximum(count, 1))[..., bins]
        shares /= shares.sum(axis=-1, keepdims=True)
    mean = np.zeros(total.shape[:2])
    mean[1:, : found.wickets] = np.einsum("lwn,lwn->lw", shares, total[1:, : found.wickets])
    return total - mean[..., None]


def _scale(summed: Floats, solved_for: Floats) -> Floats:
    """What to multiply first-order sums by so that conditions are worth what was solved for."""
    known = summed > _LITTLE
    return np.clip(np.where(known, solved_for / np.where(known, summed, 1.0), 1.0), *_SCALES)


def _summed(now: Floats, falls: Floats, stays: float) -> Floats:
    """What `now` (balls left, wickets, n) adds up to over the balls left, if a wicket leaves a
    share of `stays` of it.
    """
    total = np.zeros((now.shape[0], now.shape[1] + 1, now.shape[2]))
    for left in range(1, len(now)):
        later, fall = total[left - 1], falls[left][:, None]
        total[left, :-1] = now[left] + (1.0 - fall) * later[:-1] + fall * stays * later[1:]
    return total


def _batting(faced: Floats, falls: Floats) -> Floats:
    """(wickets, balls left, 2 x k): at the crease, and the k-th to come in."""
    layers = [_summed(faced, falls, stays=0.5)]
    for _ in range(faced.shape[1]):
        before, total = layers[-1], np.zeros_like(layers[0])
        for left in range(1, len(faced)):
            fall = falls[left][:, None]
            total[left, :-1] = (1.0 - fall) * total[left - 1, :-1] + fall * before[left - 1, 1:]
        layers.append(total)
    return np.concatenate(layers, axis=2).swapaxes(0, 1).copy()


def _settled(now: Floats, falls: Floats) -> Floats:
    """(balls left, wickets, balls faced): he faces every other ball, and every other wicket is
    his.
    """
    total = np.zeros((now.shape[0], now.shape[1] + 1, now.shape[2]))
    for left in range(1, len(now)):
        later, fall = total[left - 1], falls[left][:, None]
        older = np.concatenate([later[:-1, 1:], later[:-1, -1:]], axis=1)
        stays = (1.0 - fall) * (_FACING * older + (1.0 - _FACING) * later[:-1])
        total[left, :-1] = now[left] + stays + fall * 0.5 * later[1:]
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
    """The shares of the places or bins among usual batters, (balls left - 1, wickets, n)."""
    shares = found.usual.shares[::-1, : found.wickets]
    return np.asarray(shares.sum(axis=2 if what == "order" else 3))


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
    return _worth(solved(stage, model, wickets), innings)
