"""Win probability: what a state is worth to the side batting in it, by dynamic programming.

V(balls left, wickets, runs needed) of a chase, and V(balls left, wickets, runs made) of a first
innings whose end is worth what the chase that follows leaves. Both sides are `baseline` with
average players on an average day; a tie is worth ½, and so is the super over after it. The chances
are the ball model's own. Which batter is in, and how long he has been, is not in the state: the
usual pair for so many balls and wickets stands in for it.

Luck, which the driver keeps from these values, needs no such assumption: its expectation is zero
under the very distribution that was sampled.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np

from engine.chance.bulk import match_up_table
from engine.chance.classes import (
    CLASS_OF,
    CLASSES,
    IS_LEGAL,
    IS_WICKET,
    RUNS_OF,
    Floats,
    Ints,
)
from engine.chance.coefficients import PHASES
from engine.chance.design import BALLS_PER_OVER, ORDERS, WICKETS, faced_bin
from engine.chance.elevens import LEFT_HANDED
from engine.chance.model import BallModel
from engine.chance.rotation import spin_share
from engine.chance.tables import RATE_SIZE, RATE_STEPS, FormatTables
from engine.cricket.formats import SUPER_OVER, Format
from engine.cricket.outcomes import OUTCOMES
from engine.cricket.players import Bowling, Hand
from engine.cricket.state import ALL_OUT, Innings

SUPER_OVER_WICKETS: Final = 2  # ICC super over clause: the innings ends at the second wicket
HALF: Final = 0.5  # what a tie is worth
_ROUNDS: Final = (
    6  # illegal deliveries lead back to the same ball; each round shrinks the error by .05
)
# Runs an over beyond which no chase is won and no total is passed: three sigma above the quickest
# real innings.
_MOST_RUNS_PER_OVER: Final = 15
_SPARE_RUNS: Final = 45
# Balls faced by the striker as a share of the balls since the last wicket: a new batter has faced
# half of them, and the spread around it is that of a uniform number. Three points of a Gauss-
# Legendre rule.
_NODES: Final = ((0.1127, 5 / 18), (0.5, 8 / 18), (0.8873, 5 / 18))
_SURVIVOR: Final = 1.5  # the other batter has faced about as much again before the last wicket fell


class WinProbability:
    """Implements `engine.cricket.distribution.WinModel` for one format and its super overs."""

    __slots__ = ("_main", "_model", "_super")

    def __init__(self, fmt: Format, model: BallModel) -> None:
        self._model = model
        self._main = _Solution(fmt, model, ALL_OUT)
        self._super: _Solution | None = None

    @classmethod
    def of_format(cls, fmt: Format, model: BallModel) -> WinProbability:
        """The win probability of a format, solved once for each ball model."""
        return _solved(fmt, model)

    def of(self, innings: Innings) -> float:
        """The value, 0…1, to the side batting before the next ball."""
        return self._solution(innings).at(innings)

    def after(self, innings: Innings) -> list[float]:
        """The values to the side batting after each of `OUTCOMES`."""
        return self._solution(innings).after(innings)

    def _solution(self, innings: Innings) -> _Solution:
        if not innings.is_super_over:
            return self._main
        if self._super is None:
            self._super = _Solution(SUPER_OVER, self._model, SUPER_OVER_WICKETS)
        return self._super


@lru_cache(maxsize=4)  # a solved ODI takes 42 MB, a T20 7 MB
def _solved(fmt: Format, model: BallModel) -> WinProbability:
    return WinProbability(fmt, model)


class _Solution:
    """The tables of one format: `chase` (balls left, wickets, needed), `first` (balls left,
    wickets, runs made).
    """

    __slots__ = ("_balls", "_cap", "_chase", "_first", "_lost", "_wickets")

    def __init__(self, fmt: Format, model: BallModel, wickets: int) -> None:
        self._balls, self._wickets = fmt.max_balls, wickets
        self._cap = fmt.max_overs * _MOST_RUNS_PER_OVER + _SPARE_RUNS
        usual = _Usual(fmt, model, wickets)
        self._chase = self._solve_chase(usual)
        self._first = self._solve_first(usual)

    def at(self, innings: Innings) -> float:
        left, lost = max(0, innings.balls_left), min(innings.wickets, self._wickets)
        if innings.needed is None:
            return float(self._first[left, lost, min(innings.runs, self._cap)])
        return float(self._chase[left, lost, min(innings.needed, self._cap)])

    def after(self, innings: Innings) -> list[float]:
        left = np.maximum(innings.balls_left - IS_LEGAL, 0)
        lost = np.minimum(innings.wickets + IS_WICKET, self._wickets)
        if innings.target is None:
            runs = np.minimum(innings.runs + RUNS_OF, self._cap)
            return list(self._first[left, lost, runs].tolist())
        needed = np.clip(innings.target - innings.runs - RUNS_OF, 0, self._cap)
        return list(self._chase[left, lost, needed].tolist())

    def _solve_chase(self, usual: _Usual) -> Floats:
        """Backwards over balls left. Need 0 is won; out of balls or wickets, need 1 is a tie and
        more is lost.
        """
        size = self._cap + 1
        needed = np.arange(size)
        table = np.zeros((self._balls + 1, self._wickets + 1, size))
        table[:, :, 0] = 1.0
        table[0, :, 1] = HALF
        table[:, self._wickets, 1] = HALF
        for left in range(1, self._balls + 1):
            chances = usual.moves(left, needed)
            table[left, :-1] = self._step(table[left - 1], table[left], chances, -usual.runs)
            table[left, :, 0] = 1.0
        return table

    def _solve_first(self, usual: _Usual) -> Floats:
        """Backwards over balls left; an innings that ends with `s` runs is worth what the chase of
        `s` + 1 leaves.
        """
        runs = np.arange(self._cap + 1)
        end = 1.0 - self._chase[self._balls, 0, np.minimum(runs + 1, self._cap)]
        table = np.zeros((self._balls + 1, self._wickets + 1, self._cap + 1))
        table[0] = end
        table[:, self._wickets] = end
        for left in range(1, self._balls + 1):
            chances = usual.moves(left, None)
            table[left, :-1] = self._step(table[left - 1], table[left], chances, usual.runs)
        return table

    def _step(self, later: Floats, same: Floats, chances: Floats, shifts: Ints) -> Floats:
        """The values (wickets, scores) of one ball. `chances` (move, wickets, scores or 1),
        `shifts` (move) of score.

        `later` is the table with a ball fewer, `same` that of this ball (only its last row, all
        out, is set).
        """
        scores = np.arange(self._cap + 1)
        legal = np.zeros((self._wickets, len(scores)))
        again: list[tuple[Floats, Ints, bool]] = []
        for chance, shift, move in zip(chances, shifts, _MOVES, strict=True):
            to = np.clip(scores + shift, 0, self._cap)
            if move.legal:
                row = later[1:] if move.wicket else later[:-1]
                legal += chance * row[:, to]
            else:
                again.append((chance, to, move.wicket))
        values = later[:-1]
        for _ in range(_ROUNDS):
            whole = np.concatenate([values, same[-1:]])
            values = legal + sum(
                chance * (whole[1:] if wicket else whole[:-1])[:, to]
                for chance, to, wicket in again
            )
        return np.asarray(values)


class _Move:
    """What an outcome does to the state: does the ball count, runs, does a wicket fall."""

    __slots__ = ("legal", "runs", "wicket")

    def __init__(self, legal: bool, runs: int, wicket: bool) -> None:
        self.legal, self.runs, self.wicket = legal, runs, wicket


_KINDS_OF_MOVE: Final = sorted({(o.is_legal, o.runs, o.is_wicket) for o in OUTCOMES})
_MOVES: Final = tuple(_Move(*kind) for kind in _KINDS_OF_MOVE)
_MOVE_OF: Final[Ints] = np.array(
    [_KINDS_OF_MOVE.index((o.is_legal, o.runs, o.is_wicket)) for o in OUTCOMES], dtype=np.intp
)


class _Usual:
    """The chances of every move with the usual batters and bowlers for a ball and a number of
    wickets.
    """

    __slots__ = ("_balls", "_levels", "_moves_of_class", "_tables", "_wickets", "runs")

    def __init__(self, fmt: Format, model: BallModel, wickets: int) -> None:
        self._tables, self._wickets, self._balls = model.tables(fmt), wickets, fmt.max_balls
        self.runs: Ints = np.array([m.runs for m in _MOVES], dtype=np.intp)
        self._moves_of_class = _moves_of_class(self._tables)
        self._levels = _usual_levels(self._tables, fmt, match_up_table(model))

    def moves(self, left: int, needed: Ints | None) -> Floats:
        """(move, wickets, needed or 1), `left` balls from the end; `needed` None batting first."""
        ball = self._balls - left
        levels = self._levels[0 if needed is None else 1, ball, : self._wickets, None, :]
        if needed is not None:
            rate = (needed * BALLS_PER_OVER * RATE_STEPS + left // 2) // left
            levels = levels + self._tables.rate[ball, np.minimum(rate, RATE_SIZE - 1)]
        weight = np.exp(levels)
        chances = weight / weight.sum(axis=-1, keepdims=True)
        moves = chances @ self._moves_of_class[self._tables.phase[ball]]
        return np.ascontiguousarray(np.moveaxis(moves, -1, 0))


def _moves_of_class(tables: FormatTables) -> Floats:
    """The chance of each move given a class, (phase, class, move); free hits are left out."""
    table = np.zeros((len(PHASES), CLASSES, len(_MOVES)))
    for phase in range(len(PHASES)):
        np.add.at(table[phase], (CLASS_OF, _MOVE_OF), tables.split[0, phase])
    return table


def _usual_levels(tables: FormatTables, fmt: Format, match_ups: Floats) -> Floats:
    """Log-chances (innings, ball, wickets, class) averaged over the batters and bowlers who may be
    in.
    """
    ball, lost = np.meshgrid(np.arange(fmt.max_balls), np.arange(WICKETS), indexing="ij")
    spin = np.array([spin_share(b // BALLS_PER_OVER, fmt.max_overs) for b in range(fmt.max_balls)])
    total = np.zeros((2, fmt.max_balls, WICKETS, CLASSES))
    for order, faced, share in _pairs(ball, lost):
        eta = tables.base + tables.settled[ball, faced_bin(faced)]
        eta = eta + tables.order[ball, np.minimum(order, ORDERS) - 1]
        for styles, chance in ((_PACE, 1.0 - spin), (_SPIN, spin)):
            effect = _mean_effect(match_ups, styles)[tables.phase]
            weight = np.exp(eta + effect[:, None, :])
            weight /= weight.sum(axis=-1, keepdims=True)
            total += share * chance[:, None, None] * weight
    return np.log(total)


_PACE: Final = tuple(i for i, b in enumerate(Bowling) if not b.is_spin and b is not Bowling.NONE)
_SPIN: Final = tuple(i for i, b in enumerate(Bowling) if b.is_spin)


def _mean_effect(match_ups: Floats, styles: tuple[int, ...]) -> Floats:
    """(phase, class), styles alike, hands as they come."""
    hands = np.array([1.0 - LEFT_HANDED if hand is Hand.RIGHT else LEFT_HANDED for hand in Hand])
    return np.asarray(np.einsum("shpc,h->pc", match_ups[list(styles)], hands) / len(styles))


def _pairs(ball: Ints, lost: Ints) -> list[tuple[Ints, Ints, float]]:
    """Natural place, balls faced and share of the striker: the newer batter or the survivor, three
    points of each.
    """
    since = ball / (lost + 1.0)
    found = []
    for node, weight in _NODES:
        spread = 2.0 * node  # a uniform number about its mean
        newer = np.minimum(since * 0.5 * spread, ball / 2.0).astype(np.intp)
        older = np.minimum(since * _SURVIVOR * 0.5 * (0.5 + 0.5 * spread), ball / 2.0).astype(
            np.intp
        )
        found += [(lost + 2, newer, 0.5 * weight), (lost + 1, older, 0.5 * weight)]
    return found
