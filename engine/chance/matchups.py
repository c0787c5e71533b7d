"""What field, length, line, variation and shot do against each other, and what kinds of bowler do
by phase.

Zero for the reference choice against the average bowler: STANDARD field, good length, off, stock
ball, shot on merit. The ball-by-ball data shows none of it, so `assumed.json` states every effect
with a reason and a cap; the effects of all entries whose conditions hold add up.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from engine.chance.classes import CLASSES, BallClass, Floats
from engine.chance.coefficients import Assumption, Assumptions
from engine.chance.design import PHASES
from engine.cricket.choices import (
    DeliveryDecision,
    Field,
    Length,
    Line,
    Shot,
    Variation,
)
from engine.cricket.players import Bowling, Hand

PACE: Final = "pace"
SPIN: Final = "spin"
_CONDITIONS: Final[dict[str, frozenset[str]]] = {
    "field": frozenset(Field),
    "length": frozenset(Length),
    "line": frozenset(Line),
    "variation": frozenset(Variation),
    "shot": frozenset(Shot),
    "style": frozenset(Bowling),
    "hand": frozenset(Hand),
    "bowling": frozenset((PACE, SPIN)),
    "phase": frozenset(PHASES),
}
_Key = tuple[Field, Length, Line, Variation, Shot, Bowling, Hand, int]


class UnknownCondition(ValueError):
    """An assumption names a condition or an option that does not exist."""


class Matchups:
    """The effect of every match-up; `scale` multiplies what is assumed (not what is measured)."""

    __slots__ = ("_effects", "_entries")

    def __init__(self, assumptions: Assumptions, scale: float = 1.0) -> None:
        self._entries = [(entry.when, _vector(entry, scale)) for entry in assumptions.entries]
        self._effects: dict[_Key, Floats] = {}

    def effect(
        self, delivery: DeliveryDecision, shot: Shot, style: Bowling, hand: Hand, phase: int
    ) -> Floats:
        """Shifts of the classes' log-odds, (class). `phase` indexes `PHASES`."""
        # The choices one by one: hashing them costs less than hashing the decision.
        key = (
            delivery.field,
            delivery.length,
            delivery.line,
            delivery.variation,
            shot,
            style,
            hand,
            phase,
        )
        known = self._effects.get(key)
        if known is None:
            known = self._effects[key] = self._sum(_facts(delivery, shot, style, hand, phase))
        return known

    def effects(
        self,
        deliveries: Sequence[DeliveryDecision],
        shots: Sequence[Shot],
        style: Bowling,
        hand: Hand,
        phase: int,
    ) -> Floats:
        """As `effect`, of each pair of a delivery and the shot beside it, (pair, class): a match-up
        is looked up once for all of them.
        """
        here = _facts(deliveries[0], shots[0], style, hand, phase)
        chosen = _chosen(deliveries, shots)
        total = np.zeros((len(deliveries), CLASSES))
        for when, vector in self._entries:
            if any(here[name] not in when[name] for name in when if name not in chosen):
                continue
            held = np.ones(len(deliveries), dtype=bool)
            for name in when.keys() & chosen.keys():
                held &= np.isin(chosen[name], when[name])
            total[held] += vector
        return total

    def _sum(self, facts: dict[str, str]) -> Floats:
        total = np.zeros(CLASSES)
        for when, vector in self._entries:
            if all(facts[name] in options for name, options in when.items()):
                total += vector
        return total


def _facts(
    delivery: DeliveryDecision, shot: Shot, style: Bowling, hand: Hand, phase: int
) -> dict[str, str]:
    return {
        "field": delivery.field,
        "length": delivery.length,
        "line": delivery.line,
        "variation": delivery.variation,
        "shot": shot,
        "style": style,
        "hand": hand,
        "bowling": SPIN if style.is_spin else PACE,
        "phase": PHASES[phase],
    }


def _chosen(
    deliveries: Sequence[DeliveryDecision], shots: Sequence[Shot]
) -> dict[str, npt.NDArray[np.str_]]:
    """What the captains chose for each ball, by the name of the condition."""
    return {
        "field": np.array([ball.field.value for ball in deliveries]),
        "length": np.array([ball.length.value for ball in deliveries]),
        "line": np.array([ball.line.value for ball in deliveries]),
        "variation": np.array([ball.variation.value for ball in deliveries]),
        "shot": np.array([shot.value for shot in shots]),
    }


def _vector(entry: Assumption, scale: float) -> Floats:
    for name, options in entry.when.items():
        if name not in _CONDITIONS or not set(options) <= _CONDITIONS[name]:
            raise UnknownCondition(f"{name}: {', '.join(options)}")
    vector = np.zeros(CLASSES)
    for name, value in entry.shift.items():
        vector[BallClass[name.upper()]] = value
    return vector * (scale if entry.basis == "assumed" else 1.0)
