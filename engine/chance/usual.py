"""The usual players: the chances of a ball with average batters and bowlers for its time, its
wickets and, in a chase, its required rate.

What the win probability is solved with. Which batter is in, and how long he has been, is averaged
over those who may be; `engine.chance.worth` then says what the players at hand add.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from engine.chance.classes import CLASS_OF, CLASSES, Floats, Ints
from engine.chance.crease import shares_of
from engine.chance.design import BALLS_PER_OVER, PHASES, WICKETS
from engine.chance.elevens import LEFT_HANDED
from engine.chance.lookup import match_up_table
from engine.chance.model import BallModel
from engine.chance.rotation import spin_share
from engine.chance.tables import RATE_SIZE, RATE_STEPS, FormatTables
from engine.cricket.formats import Format
from engine.cricket.outcomes import OUTCOMES
from engine.cricket.players import Bowling, Game, Hand


@dataclass(frozen=True, slots=True)
class Move:
    """What an outcome does to the state: does the ball count, runs, does a wicket fall."""

    legal: bool
    runs: int
    wicket: bool


_KINDS_OF_MOVE: Final = sorted({(o.is_legal, o.runs, o.is_wicket) for o in OUTCOMES})
MOVES: Final = tuple(Move(*kind) for kind in _KINDS_OF_MOVE)
MOVE_OF: Final[Ints] = np.array(
    [_KINDS_OF_MOVE.index((o.is_legal, o.runs, o.is_wicket)) for o in OUTCOMES], dtype=np.intp
)
CONDITIONS: Final = 3  # their row in `FormatTables.effects`
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
    the classes, `moves_of_class` (phase, class, move) how a class splits; free hits are left out.
    """

    __slots__ = ("balls", "levels", "moves_of_class", "shares", "tables", "wickets")

    def __init__(self, stage: Stage, model: BallModel, wickets: int, towards: float = 0.0) -> None:
        """`towards` runs, in the log-odds of conditions, every ball is moved."""
        fmt = stage.format
        self.tables = model.tables(fmt, stage.era, stage.game)
        self.wickets, self.balls = wickets, fmt.max_balls
        styles = _styles(self.tables, fmt, match_up_table(model))
        self.shares = _shares(self.tables, styles)
        self.levels = _levels(self.tables, styles, self.shares)[:, :, :wickets]
        self.levels = self.levels + towards * self.tables.effects[CONDITIONS]
        self.moves_of_class = _moves_of_class(self.tables)

    def moves(self, left: int, rates: Ints | None) -> Floats:
        """(move, wickets, rates or 1), `left` balls from the end; `rates` None batting first, else
        places in `FormatTables.rate`, told from each other once.
        """
        ball = self.balls - left
        levels = self.levels[0 if rates is None else 1, ball, :, None, :]
        if rates is not None:
            levels = levels + self.tables.rate[ball]
        weight = np.exp(levels)
        weight /= weight.sum(axis=-1, keepdims=True)
        moves = weight @ self.moves_of_class[self.tables.phase[ball]]
        spread = moves if rates is None else moves[:, rates]
        return np.ascontiguousarray(np.moveaxis(spread, -1, 0))


def rates_of(needed: Ints, left: int) -> Ints:
    """Where the required rates stand in `FormatTables.rate`."""
    rate = (needed * BALLS_PER_OVER * RATE_STEPS + left // 2) // left
    return np.asarray(np.clip(rate, 0, RATE_SIZE - 1))


def _moves_of_class(tables: FormatTables) -> Floats:
    table = np.zeros((len(PHASES), CLASSES, len(MOVES)))
    for phase in range(len(PHASES)):
        np.add.at(table[phase], (CLASS_OF, MOVE_OF), tables.split[0, phase])
    return table


def _styles(
    tables: FormatTables, fmt: Format, match_ups: Floats
) -> tuple[tuple[Floats, Floats], ...]:
    """Pace and spin: how often (ball), and what it adds (ball, class)."""
    spin = np.array([spin_share(b // BALLS_PER_OVER, fmt.max_overs) for b in range(fmt.max_balls)])
    return tuple(
        (chance, _mean_effect(match_ups, styles)[tables.phase])
        for styles, chance in ((_PACE, 1.0 - spin), (_SPIN, spin))
    )


def _shares(tables: FormatTables, styles: tuple[tuple[Floats, Floats], ...]) -> Floats:
    """(ball, wickets, faced bin, order - 1) of a batter in a first innings."""
    effect = sum(chance[:, None] * added for chance, added in styles)
    return shares_of(
        tables.base[0][:, :, None, None] + tables.crease[:, None] + effect[:, None, None, None]
    )


def _levels(
    tables: FormatTables, styles: tuple[tuple[Floats, Floats], ...], shares: Floats
) -> Floats:
    """Log-chances (innings, ball, wickets, class) averaged over the batters and bowlers who may be
    in.
    """
    total = np.zeros((2, len(shares), WICKETS, CLASSES))
    for ball, share in enumerate(shares):
        eta = tables.base[:, ball, :, None, None] + tables.crease[ball]
        for chance, added in styles:
            weight = np.exp(eta + added[ball])
            weight /= weight.sum(axis=-1, keepdims=True)
            total[:, ball] += chance[ball] * np.einsum("lfo,ilfoc->ilc", share, weight)
    return np.log(total)


_PACE: Final = tuple(i for i, b in enumerate(Bowling) if not b.is_spin and b is not Bowling.NONE)
_SPIN: Final = tuple(i for i, b in enumerate(Bowling) if b.is_spin)


def _mean_effect(match_ups: Floats, styles: tuple[int, ...]) -> Floats:
    """(phase, class), styles alike, hands as they come."""
    hands = np.array([1.0 - LEFT_HANDED if hand is Hand.RIGHT else LEFT_HANDED for hand in Hand])
    return np.asarray(np.einsum("shpc,h->pc", match_ups[list(styles)], hands) / len(styles))
