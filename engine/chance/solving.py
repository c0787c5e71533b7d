"""The win probability between usual sides, by dynamic programming, and where the even states lie.

`Solved.values[innings]` (balls left, wickets, place) is the value to the side batting. Places rise
with the score: runs made in a first innings, and in a chase `cap` less the runs needed. They begin
at `-below`, where the players at hand may move a low score. A tie is worth ½, and so is the super
over after it. The first innings' end is worth what the chase that follows leaves.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np

from engine.chance.classes import Floats
from engine.chance.model import BallModel
from engine.chance.usual import MOST_RUNS, MOVES, Stage, Usual, rates_of
from engine.cricket.formats import Format

HALF: Final = 0.5  # what a tie is worth
# Wides lead back to the same ball; each round shrinks the error by .05, and the first guess, as if
# the ball had to count, is .0005 off. One ball in two hundred is followed by a free hit.
_ROUNDS: Final = 3
_ROUNDS_FREE: Final = 1
# Runs an over beyond which no chase is won and no total is passed: three sigma above the quickest
# real innings.
_MOST_RUNS_PER_OVER: Final = 15
_SPARE_RUNS: Final = 45
# Runs an over that weak players and a hard pitch may cost, and some to spare: four sigma.
_FEWER_RUNS_PER_OVER: Final = 3
_SPARE_BELOW: Final = 10
# Balls before the end from which a free hit has its own values: no shift of a score stands for it.
LAST_BALLS: Final = 12
EASIER: Final = 0.1  # conditions to tell a shift from, about a venue's deviation
FIRST, CHASE = 0, 1
_LEGAL: Final = [i for i, move in enumerate(MOVES) if move.legal]
_NO_BALLS: Final = [i for i, move in enumerate(MOVES) if move.frees]
_WIDES: Final = [i for i, move in enumerate(MOVES) if not (move.legal or move.frees)]


class Places(NamedTuple):
    """How the tables of a stage are laid out: `balls` left and `wickets` lost up to these, and
    places. `cap` the most runs told apart; beyond it a place has the last one's value, for as many
    runs as one ball can make. `below` the places before 0.
    """

    balls: int
    wickets: int
    cap: int
    below: int

    @classmethod
    def of(cls, fmt: Format, wickets: int) -> Places:
        return cls(
            balls=fmt.max_balls,
            wickets=wickets,
            cap=fmt.max_overs * _MOST_RUNS_PER_OVER + _SPARE_RUNS,
            below=fmt.max_overs * _FEWER_RUNS_PER_OVER + _SPARE_BELOW,
        )

    @property
    def size(self) -> int:
        """Places, those beyond `cap` too."""
        return self.below + self.cap + 1 + MOST_RUNS

    @property
    def top(self) -> int:
        """Where the place `cap` stands."""
        return self.below + self.cap


class FreeHits(NamedTuple):
    """States of which the next ball is a free hit: their `values` (balls left up to `LAST_BALLS`,
    wickets, place), and what it is worth in `runs` (balls left, wickets) in an even state.
    """

    values: Floats
    runs: Floats


class Solved:
    """One stage solved. `balls`, `wickets`, `cap`, `below`, `size` and `top` as in `Places`;
    `easier` (balls left, wickets) what a unit of conditions is worth in a chase.
    """

    __slots__ = (
        *("balls", "below", "cap", "size", "top", "wickets"),
        *("easier", "free_hits", "usual", "values"),
    )

    def __init__(self, stage: Stage, model: BallModel, wickets: int) -> None:
        places = Places.of(stage.format, wickets)
        self.balls, self.wickets, self.cap, self.below = places
        self.size, self.top = places.size, places.top
        self.usual = Usual(stage, model, wickets)
        chase, free_in_chase = self._solve(self._ends_of_chase(), CHASE, self.usual)
        self.easier = self._easier(chase, self.usual.moved(EASIER))
        first, free_in_first = self._solve(self._ends_of_first(chase), FIRST, self.usual)
        self.values: tuple[Floats, Floats] = first, chase
        self.free_hits: tuple[FreeHits, FreeHits] = free_in_first, free_in_chase

    def even(self, innings: int) -> Floats:
        """The place, between whole runs, at which a state is even, (balls left, wickets)."""
        return self._even(self.values[innings])

    def _even(self, values: Floats) -> Floats:
        table = values[..., : self.top + 1]
        above = np.clip(np.argmax(table >= HALF, axis=-1), 1, self.top)
        high = np.take_along_axis(table, above[..., None], axis=-1)[..., 0]
        low = np.take_along_axis(table, above[..., None] - 1, axis=-1)[..., 0]
        over = np.clip((high - HALF) / np.maximum(high - low, 1e-12), 0.0, 1.0)
        return np.asarray(above - over - self.below)

    def _ends_of_chase(self) -> Floats:
        """Need 0 is won; need 1 with nothing left is a tie, more is lost."""
        ends = np.zeros(self.size)
        ends[self.top - 1] = HALF
        ends[self.top :] = 1.0
        return ends

    def _ends_of_first(self, chase: Floats) -> Floats:
        """What `s` runs are worth: the chase needs `s` + 1."""
        needed = np.clip(np.arange(self.size) - self.below + 1, 0, self.cap)
        return np.asarray(1.0 - chase[self.balls, 0, self.top - needed])

    def _easier(self, chase: Floats, usual: Usual) -> Floats:
        """Runs (balls left, wickets) that a unit of conditions is worth in a chase: the shift that
        comes nearest to a chase solved in easier conditions.

        Summing what balls are worth in even states misses a seventh of it: a run now eases the
        required rate, and with it what the batters dare; a run that comes later does not.
        """
        ahead = self._solve(self._ends_of_chase(), CHASE, usual)[0] - chase
        slope = np.zeros_like(chase)
        slope[..., 1:-1] = (chase[..., 2:] - chase[..., :-2]) / 2.0
        slope[..., self.top :] = 0.0
        weight = np.maximum((slope**2).sum(axis=-1), 1e-12)
        return np.asarray((slope * ahead).sum(axis=-1) / weight / EASIER)

    def _solve(self, ends: Floats, innings: int, usual: Usual) -> tuple[Floats, FreeHits]:
        """Backwards over balls left."""
        shape = self.wickets + 1, self.size
        table = np.zeros((self.balls + 1, *shape))
        table[0] = table[:, self.wickets] = ends
        last = min(LAST_BALLS, self.balls)
        free_hits = FreeHits(np.zeros((last + 1, *shape)), np.zeros(table.shape[:2]))
        needed = self.top - np.arange(self.top + 1)
        for left in range(1, self.balls + 1):
            rates = None if innings == FIRST else rates_of(needed, left)
            moves, freed = (usual.moves(left, rates, free_hit=free) for free in (False, True))
            free = self._step(table[left - 1], table[left], moves, freed)
            for values in (table[left], free):
                beyond = values[:-1, [self.top]] if rates is None else 1.0
                values[:-1, self.top :] = beyond
            free_hits.runs[left, :-1] = (self._even(table[left]) - self._even(free))[:-1]
            if left <= last:
                free_hits.values[left] = free
        return table, free_hits

    def _step(self, later: Floats, same: Floats, moves: Floats, freed: Floats) -> Floats:
        """Fills `same` (wickets + 1, places), whose last row is set, from the ball after it, by the
        chances of `moves`; what it is on a free hit, by those of `freed`, is returned.
        """
        end, again = self.top + 1, _WIDES + _NO_BALLS
        free = later.copy()
        free[-1] = same[-1]
        legal = self._sum(freed, later, _LEGAL)
        free[:-1, :end] = legal / (1.0 - freed[again].sum(axis=0))
        for _ in range(_ROUNDS_FREE):
            free[:-1, :end] = legal + self._sum(freed, free, again)
        legal = self._sum(moves, later, _LEGAL) + self._sum(moves, free, _NO_BALLS)
        same[:-1] = later[:-1]
        same[:-1, :end] = legal / (1.0 - moves[_WIDES].sum(axis=0))
        for _ in range(_ROUNDS):
            same[:-1, :end] = legal + self._sum(moves, same, _WIDES)
        return free

    def _sum(self, chances: Floats, table: Floats, moves: Sequence[int]) -> Floats:
        """(wickets, places up to `cap`): what these moves lead to in `table`, by their chances."""
        end = self.top + 1
        values, term = np.zeros((2, self.wickets, end))
        for place in moves:
            move = MOVES[place]
            row = table[1:] if move.wicket else table[:-1]
            values += np.multiply(chances[place], row[:, move.runs : move.runs + end], out=term)
        return values


@lru_cache(maxsize=4)  # a solved ODI takes 42 MB, a T20 8 MB
def solved(stage: Stage, model: BallModel, wickets: int) -> Solved:
    return Solved(stage, model, wickets)
