"""The random captain: uniform over what is legal, from his own draws. Below him nobody should
be.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from engine.captains.base import pick
from engine.cricket.choices import (
    BatterDecision,
    BowlerDecision,
    Decision,
    DecisionKind,
    DeliveryDecision,
    Election,
    Length,
    Line,
    Shot,
    ShotDecision,
    TossDecision,
    variations_of,
)
from engine.cricket.nodes import DecisionRequest
from engine.seeds import CaptainDraws


class RandomSettings(BaseModel):
    """The random captain has nothing to set."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class Random:
    """Each part of a decision is drawn by its own number, every legal value as likely as any
    other.
    """

    def __init__(self, settings: RandomSettings | None = None) -> None:
        self.settings = settings or RandomSettings()

    def decide(self, request: DecisionRequest, draws: CaptainDraws) -> Decision:
        match request.kind:
            case DecisionKind.SHOT:
                return ShotDecision(
                    shot=pick(tuple(Shot), draws.uniform(0)), aggression=draws.uniform(1)
                )
            case DecisionKind.DELIVERY:
                return _delivery(request, draws)
            case DecisionKind.BOWLER:
                return BowlerDecision(player=pick(request.legal.players, draws.uniform(0)))
            case DecisionKind.BATTER:
                return BatterDecision(player=pick(request.legal.players, draws.uniform(0)))
            case DecisionKind.TOSS:
                return TossDecision(elect=pick(tuple(Election), draws.uniform(0)))


def _delivery(request: DecisionRequest, draws: CaptainDraws) -> DeliveryDecision:
    innings = request.view.innings
    if innings is None or innings.bowler is None:
        raise ValueError("a delivery was asked for while nobody bowls")
    bowler = request.view.squads.of(request.seat)[innings.bowler]
    return DeliveryDecision(
        field=pick(request.legal.fields, draws.uniform(0)),
        length=pick(tuple(Length), draws.uniform(1)),
        line=pick(tuple(Line), draws.uniform(2)),
        variation=pick(variations_of(bowler.bowls), draws.uniform(3)),
    )
