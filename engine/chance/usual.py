"""The usual players: the chances of a ball with average batters and bowlers for its time, its
wickets and, in a chase, its required rate.

What the win probability is solved with. Which batter is in, and how long he has been, is averaged
over those who may be; `engine.chance.worth` then says what the players at hand add.
"""

from __future__ import annotations

from copy import copy
from dataclasses import astuple, dataclass
from typing import Final

import numpy as np

from engine.chance.average import OverAll
from engine.chance.classes import CLASS_OF, CLASSES, Floats, Ints
from engine.chance.design import BALLS_PER_OVER, PHASES
from engine.chance.model import BallModel
from engine.chance.tables import CONDITIONS, RATE_SIZE, RATE_STEPS, FormatTables
from engine.cricket.formats import Format
from engine.cricket.outcomes import OUTCOMES
from engine.cricket.players import Game


@dataclass(frozen=True, slots=True)
class Move:
    """What an outcome does to the state: does the ball count, runs, does a wicket fall, is the next
    ball a free hit even if this one was not.
    """

    legal: bool
    runs: int
    wicket: bool
    frees: bool


_KINDS: Final = [Move(o.is_legal, o.runs, o.is_wicket, o.no_balls > 0) for o in OUTCOMES]
MOVES: Final = tuple(sorted(set(_KINDS), key=astuple))
MOVE_OF: Final[Ints] = np.array([MOVES.index(kind) for kind in _KINDS], dtype=np.intp)
MOST_RUNS: Final = max(move.runs for move in MOVES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Whose scoring is played: a format in a season of a game."""

    format: Format
    era: int
    game: Game


class Usual:
    """The chances of classes and moves at one stage.

    `tables` the coefficients expanded, `levels` (innings, ball, wickets, class) the log-chances of
    the classes, `moves_of_class` (free hit, phase, class, move) how a class splits. `crease` says
    who is in, `styles` (2, phase, class) what pace and spin add.
    """

    __slots__ = ("balls", "crease", "levels", "moves_of_class", "styles", "tables", "wickets")

    def __init__(self, stage: Stage, model: BallModel, wickets: int) -> None:
        fmt = stage.format
        self.tables = model.tables(fmt, stage.era, stage.game)
        self.wickets, self.balls = wickets, fmt.max_balls
        over_all = OverAll(model, fmt, self.tables)
        self.styles = over_all.styles
        self.crease = over_all.crease()
        self.levels = over_all.levels(self.crease.facing)[:, :, :wickets]
        self.moves_of_class = _moves_of_class(self.tables)

    def moved(self, towards: float) -> Usual:
        """The same in other conditions: every ball moved by so much of their log-odds."""
        other = copy(self)
        other.levels = self.levels + towards * self.tables.effects[CONDITIONS]
        return other

    def moves(self, left: int, rates: Ints | None, *, free_hit: bool = False) -> Floats:
        """(move, wickets, rates or 1), `left` balls from the end; `rates` None batting first, else
        places in `FormatTables.rate`, told from each other once.
        """
        ball = self.balls - left
        levels = self.levels[0 if rates is None else 1, ball, :, None, :]
        if rates is not None:
            levels = levels + self.tables.rate[ball]
        chances = self.chances(levels, free_hit=free_hit)
        of_class = self.moves_of_class[int(free_hit), self.tables.phase[ball]]
        moves = np.ascontiguousarray(np.moveaxis(chances @ of_class, -1, 0))
        return moves if rates is None else moves.take(rates, axis=-1)

    def chances(self, levels: Floats, *, free_hit: bool = False) -> Floats:
        """Of the classes, from their log-chances (…, class) up to a constant."""
        weight = np.exp(levels + self.tables.free_hit if free_hit else levels)
        return np.asarray(weight / weight.sum(axis=-1, keepdims=True))


def rates_of(needed: Ints, left: int | Ints) -> Ints:
    """Where the required rates stand in `FormatTables.rate`."""
    rate = (needed * BALLS_PER_OVER * RATE_STEPS + left // 2) // left
    return np.asarray(np.clip(rate, 0, RATE_SIZE - 1))


def _moves_of_class(tables: FormatTables) -> Floats:
    table = np.zeros((2, len(PHASES), CLASSES, len(MOVES)))
    for place, (ball_class, move) in enumerate(zip(CLASS_OF, MOVE_OF, strict=True)):
        table[:, :, ball_class, move] += tables.split[:, :, place]
    return table
