"""Reward: four named rubrics, each reported on every step, none of them clipped.

| rubric | weight | a match's sum | a step's value |
| --- | --- | --- | --- |
| `result` | 0.30 | -1, 0 or 1 | on the last step: win 1, tie 0, loss -1 |
| `cricket` | 0.45 | about -1 to 1 | win probability added since the last step, luck removed |
| `coherence` | 0.25 | -1 to 1 | declared strategy against what was executed |
| `discipline` | 1.00 | 0 or less | -0.04 a surplus overhead call, a refused call, a fallback |

`cricket` is the change of (win probability - luck), seen from the own seat: chance nodes
contribute exactly their `luck`, so what is left is what the choices of both sides were worth on
average. Over a match it adds up to result - luck - the probability at the start. `discipline` is
in units of reward, hence its weight of one. The first three weights and the fine are those of the
system this grew out of (0.45, 0.25 and 0.04 known, the remaining 0.30 given to the result).
"""

from __future__ import annotations

from dataclasses import dataclass
from operator import mul
from typing import Final

from pydantic import BaseModel, ConfigDict

from engine.cricket.choices import DeliveryDecision, Field, Seat, Shot, ShotDecision
from engine.cricket.nodes import MatchResult
from engine.making import model_maker

OVERHEAD_FINE: Final = 0.04
REFUSED_FINE: Final = 0.04
FALLBACK_FINE: Final = 0.04
FREE_OVERHEAD_CALLS: Final = 3  # an over, for either seat


class Rubrics(BaseModel):
    """The four rubrics of one step, or their sums over several. `total` is the weighted sum."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    result: float = 0.0
    cricket: float = 0.0
    coherence: float = 0.0
    discipline: float = 0.0

    def __add__(self, other: Rubrics) -> Rubrics:
        return _rubrics(
            result=self.result + other.result,
            cricket=self.cricket + other.cricket,
            coherence=self.coherence + other.coherence,
            discipline=self.discipline + other.discipline,
        )

    @property
    def total(self) -> float:
        each = (self.result, self.cricket, self.coherence, self.discipline)
        total: float = sum(map(mul, WEIGHTS.values(), each))
        return total


_rubrics = model_maker(Rubrics)

WEIGHTS: Final = {"result": 0.30, "cricket": 0.45, "coherence": 0.25, "discipline": 1.00}

# How attacking a field is, 0 all riders … 1 all catchers; the standard field is in the middle.
_FIELD_ATTACK: Final = {
    Field.SLIPS: 1.0,
    Field.RING: 0.8,
    Field.STANDARD: 0.5,
    Field.OFF_SIDE: 0.4,
    Field.LEG_TRAP: 0.4,
    Field.SPREAD: 0.0,
}
# What a shot says about intent where it says anything.
_SHOT_INTENT: Final = {Shot.DEFEND: 0.0, Shot.ROTATE: 0.3, Shot.LOFT: 1.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """The home side's win probability and accumulated luck at one moment."""

    home_win_probability: float
    luck: float

    def of(self, seat: Seat) -> float:
        """Win probability less luck of that seat, up to a constant."""
        home = self.home_win_probability - self.luck
        return home if seat is Seat.HOME else -home


def result_of(result: MatchResult | None, seat: Seat) -> float:
    """1 for a win, -1 for a loss, 0 for a tie or while the match goes on."""
    if result is None or result.winner is None:
        return 0.0
    return 1.0 if result.winner is seat else -1.0


def batting_coherence(declared: float, shot: ShotDecision) -> float:
    """1 where the shot is as aggressive as declared, -1 where it is the opposite.

    Without an aggression of its own the ball is left to the declared strategy.
    """
    executed = declared if shot.aggression is None else shot.aggression
    intent = _SHOT_INTENT.get(shot.shot)
    return 1.0 - 2.0 * abs(declared - (executed if intent is None else (executed + intent) / 2.0))


def bowling_coherence(declared: float, delivery: DeliveryDecision) -> float:
    """1 where the field is as attacking as declared, -1 where it is the opposite."""
    return 1.0 - 2.0 * abs(declared - _FIELD_ATTACK[delivery.field])
