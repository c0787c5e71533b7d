"""What captains choose: the vocabulary of decisions.

A ball is agreed in this order: bowler and field are set and seen by the batting side; then
delivery and shot are chosen without sight of each other; then chance.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from engine.cricket.players import Bowling, PlayerIndex


class Seat(StrEnum):
    """The two sides of a match. A captain sits in a seat; squad and home belong to the seat."""

    HOME = "home"
    AWAY = "away"

    @property
    def other(self) -> Seat:
        return Seat.AWAY if self is Seat.HOME else Seat.HOME


class Election(StrEnum):
    BAT = "bat"
    FIELD = "field"


class Field(StrEnum):
    """Fields by name; `OUTSIDE` says how many stand outside the circle."""

    SLIPS = "slips"  # catchers in: wickets, at the price of boundaries
    RING = "ring"  # saving the single, nobody protected behind
    STANDARD = "standard"  # what captains usually set in this phase
    OFF_SIDE = "off_side"  # packed on the off side
    LEG_TRAP = "leg_trap"  # riders behind square on the leg side
    SPREAD = "spread"  # boundary riders all round: singles given away


OUTSIDE: Final = {
    Field.SLIPS: 1,
    Field.RING: 2,
    Field.STANDARD: 0,  # as many as the phase allows: legal in every phase
    Field.OFF_SIDE: 4,
    Field.LEG_TRAP: 4,
    Field.SPREAD: 5,
}


class Length(StrEnum):
    YORKER = "yorker"
    FULL = "full"
    GOOD = "good"
    SHORT = "short"


class Line(StrEnum):
    WIDE_OFF = "wide_off"
    OFF = "off"
    STUMPS = "stumps"
    LEG = "leg"


class Variation(StrEnum):
    STOCK = "stock"
    SLOWER = "slower"  # pace
    CUTTER = "cutter"  # pace
    SWING = "swing"  # pace
    QUICKER = "quicker"  # spin
    WRONG_UN = "wrong_un"  # spin
    FLIGHTED = "flighted"  # spin


PACE_VARIATIONS: Final = (Variation.STOCK, Variation.SLOWER, Variation.CUTTER, Variation.SWING)
SPIN_VARIATIONS: Final = (
    Variation.STOCK,
    Variation.QUICKER,
    Variation.WRONG_UN,
    Variation.FLIGHTED,
)


def variations_of(bowling: Bowling) -> tuple[Variation, ...]:
    """What a bowler of this kind can bowl."""
    return SPIN_VARIATIONS if bowling.is_spin else PACE_VARIATIONS


class Shot(StrEnum):
    ON_MERIT = "on_merit"  # each ball played as it comes
    DEFEND = "defend"
    ROTATE = "rotate"
    DRIVE = "drive"
    CUT = "cut"
    PULL = "pull"
    SWEEP = "sweep"
    LOFT = "loft"


class DecisionKind(StrEnum):
    TOSS = "toss"
    BATTER = "batter"
    BOWLER = "bowler"
    DELIVERY = "delivery"
    SHOT = "shot"


@dataclass(frozen=True, slots=True, kw_only=True)
class TossDecision:
    """Law 13.5: the winner of the toss elects to bat or to field."""

    elect: Election


@dataclass(frozen=True, slots=True, kw_only=True)
class BatterDecision:
    """Law 25.2: who comes in next."""

    player: PlayerIndex


@dataclass(frozen=True, slots=True, kw_only=True)
class BowlerDecision:
    """Law 17.6 to 17.8: who bowls the over."""

    player: PlayerIndex


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryDecision:
    """The fielding side's choice for one ball. The batting side sees `field`, never the rest before
    the ball.
    """

    field: Field = Field.STANDARD
    length: Length = Length.GOOD
    line: Line = Line.OFF
    variation: Variation = Variation.STOCK


@dataclass(frozen=True, slots=True, kw_only=True)
class ShotDecision:
    """The batting side's choice for one ball. `aggression` 0 (block) … 1 (all-out attack).

    None stands for what real batters do in this context, the `baseline`.
    """

    shot: Shot = Shot.ON_MERIT
    aggression: float | None = None

    def __post_init__(self) -> None:
        """Any real number counts as the float that it is: 1, or a NumPy scalar, is 1.0."""
        given = self.aggression
        if isinstance(given, float | int) and not isinstance(given, bool):
            object.__setattr__(self, "aggression", float(given))


Decision = TossDecision | BatterDecision | BowlerDecision | DeliveryDecision | ShotDecision
