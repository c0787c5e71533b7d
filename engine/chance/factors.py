"""The choices for a ball, and what each of them multiplies the chances of the classes by.

Match-ups add in log-odds, so the chance of a class under an option is the state's `exp` times a
factor that depends on the option alone. Factors are made once for a ball model.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Final

import numpy as np

from engine.chance.classes import Floats
from engine.chance.coming import Kind, pressed_by
from engine.chance.model import BallModel
from engine.chance.tables import FormatTables
from engine.cricket.choices import (
    PACE_VARIATIONS,
    SPIN_VARIATIONS,
    DeliveryDecision,
    Field,
    Length,
    Line,
    Shot,
    ShotDecision,
    Variation,
)
from engine.cricket.players import Bowling, Hand

# What the other side is taken to have chosen: the `baseline` captain's ball and shot.
USUAL_BALL: Final = DeliveryDecision()
USUAL_SHOT: Final = ShotDecision()
# Aggression is tried in steps of a twentieth.
AGGRESSIONS: Final = tuple(round(0.05 * step, 2) for step in range(21))
SHOTS: Final = tuple(Shot)
LENGTHS: Final = tuple(Length)
LINES: Final = tuple(Line)


class Factors:
    """Of one ball model."""

    __slots__ = ("_aggressions", "_deliveries", "_effect", "_effects", "_shots", "_styles")

    def __init__(self, model: BallModel) -> None:
        self._effect, self._effects = model.matchups.effect, model.matchups.effects
        self._styles: dict[tuple[Bowling, float, int], Floats] = {}
        self._shots: dict[tuple[Field, Kind], Floats] = {}
        self._deliveries: dict[tuple[tuple[Field, ...], Kind], Floats] = {}
        self._aggressions: dict[int, tuple[FormatTables, Floats]] = {}

    def shots(self, field: Field, kind: Kind) -> Floats:
        """(shot, class) against the usual ball to that field."""
        found = self._shots.get((field, kind))
        if found is None:
            usual = [DeliveryDecision(field=field)] * len(SHOTS)
            found = self._shots[field, kind] = np.exp(self._effects(usual, SHOTS, *kind))
        return found

    def deliveries(self, fields: tuple[Field, ...], kind: Kind) -> Floats:
        """(field × length × line × variation, class) against the usual shot."""
        found = self._deliveries.get((fields, kind))
        if found is None:
            balls = deliveries_of(fields, kind.style)
            usual = [USUAL_SHOT.shot] * len(balls)
            found = self._deliveries[fields, kind] = np.exp(self._effects(balls, usual, *kind))
        return found

    def style(self, style: Bowling, left_handed: float, phase: int) -> Floats:
        """(class): what the usual choices add in log-odds with a bowler of this style, and this
        share of left-handers facing him.
        """
        found = self._styles.get((style, left_handed, phase))
        if found is None:
            of_hand = [
                self._effect(USUAL_BALL, USUAL_SHOT.shot, style, hand, phase)
                for hand in (Hand.LEFT, Hand.RIGHT)
            ]
            shares = np.array([left_handed, 1.0 - left_handed])
            found = self._styles[style, left_handed, phase] = shares @ np.array(of_hand)
        return found

    def aggressions(self, tables: FormatTables) -> Floats:
        """(aggression, class): what each step of aggression does, from no pressing at all."""
        found = self._aggressions.get(id(tables))
        if found is None:  # the tables are kept, so that their id is their own
            found = self._aggressions[id(tables)] = tables, pressed_by(tables, AGGRESSIONS)
        return found[1]


@lru_cache(maxsize=8)
def factors_of(model: BallModel) -> Factors:
    return Factors(model)


def deliveries_of(fields: tuple[Field, ...], style: Bowling) -> tuple[DeliveryDecision, ...]:
    """Every ball that a bowler of this style can bowl to these fields, in a fixed order."""
    return _deliveries_of(fields, SPIN_VARIATIONS if style.is_spin else PACE_VARIATIONS)


@cache
def _deliveries_of(
    fields: tuple[Field, ...], variations: tuple[Variation, ...]
) -> tuple[DeliveryDecision, ...]:
    return tuple(
        DeliveryDecision(field=field, length=length, line=line, variation=variation)
        for field in fields
        for length in LENGTHS
        for line in LINES
        for variation in variations
    )
