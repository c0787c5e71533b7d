"""The model's tables laid out for many matches at once: rows of classes, each found by one index.

They hold what `BallModel` holds; `engine.chance.bulk` adds up the rows and draws.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from engine.chance.classes import CLASS_OF, CLASSES, Floats, Ints
from engine.chance.design import FACED_STARTS, PHASES
from engine.chance.elevens import HANDS, STYLES
from engine.chance.model import BallModel
from engine.chance.sides import Seasons, Sides
from engine.chance.tables import FormatTables
from engine.cricket.choices import DeliveryDecision, Shot
from engine.cricket.formats import Format
from engine.cricket.outcomes import OUTCOMES
from engine.eras import CURRENT_ERA, FIRST_ERA

FACED_BIN: Final = np.searchsorted(
    np.array(FACED_STARTS), np.arange(FACED_STARTS[-1] + 1), side="right"
)


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


class Lookup:
    """The model's tables for one innings of many matches, joined and laid out for looking up: rows
    of classes, found by one index each.
    """

    def __init__(
        self,
        model: BallModel,
        fmt: Format,
        sides: tuple[Sides, Sides],
        towards: Floats,
        when: Seasons,
        *,
        chasing: bool,
    ) -> None:
        t = model.tables(fmt, CURRENT_ERA, when.game)
        batting, bowling = sides
        self.phase = t.phase
        self.free_hit = t.free_hit
        self.rate = t.rate.reshape(-1, CLASSES)
        eras, self.era = np.unique(when.era, return_inverse=True)
        season = t.seasons[eras - FIRST_ERA][:, t.phase]
        # (era, ball, wickets), (ball, place in the order, balls faced), (match, batter),
        # (match, bowler), (style, hand, phase)
        self.base = _rows(t.timeless[int(chasing)][None] + season[:, :, None])
        self.batter = _rows(t.order[:, :, None] + t.settled[:, None])
        self.skill = _rows(
            batting.scoring[..., None] * t.effects[0] - batting.survival[..., None] * t.effects[2]
        )
        self.bowler = _rows(
            bowling.economy[..., None] * t.effects[1]
            + bowling.strike[..., None] * t.effects[2]
            + towards[:, None, None] * t.effects[3]
        )
        self.match_up = _rows(match_up_table(model))
        self.outcome = Outcomes(t)


def _rows(table: Floats) -> Floats:
    return np.ascontiguousarray(table.reshape(-1, CLASSES))


class Outcomes:
    """An outcome within a class, by one search: the cumulative chances of every (free hit, phase,
    class), each lifted by its number.
    """

    def __init__(self, tables: FormatTables) -> None:
        upto: list[float] = []
        outcome: list[int] = []
        for number, split in enumerate(tables.split.reshape(-1, len(OUTCOMES))):
            for c in range(CLASSES):
                mine = np.flatnonzero(np.equal(CLASS_OF, c) & (split > 0.0))
                total = np.cumsum(split[mine])
                upto += (number * CLASSES + c + total / total[-1]).tolist()
                outcome += mine.tolist()
        self._upto, self._outcome = np.array(upto), np.array(outcome, dtype=np.intp)

    def draw(self, free: Ints, phase: Ints, drawn: Ints, uniforms: Floats) -> Ints:
        cell = (free * len(PHASES) + phase) * CLASSES + drawn
        return self._outcome.take(self._upto.searchsorted(cell + uniforms, side="right"))
