"""The baseline: the average real choice in each context.

He leaves every ball on merit at the aggression that real batters show there (None), bowls a good
length with a standard field, fields first (as T20 captains who win the toss mostly do), keeps the
natural batting order, and shares out the bowling as real captains do. The ball model is fitted to
this; he is also what decides for a captain who fails.
"""

from __future__ import annotations

from typing import Final

from pydantic import BaseModel, ConfigDict

from engine.captains.bowling import Rotation, choose_bowler
from engine.chance.rotation import usual_plan
from engine.cricket.choices import (
    BatterDecision,
    BowlerDecision,
    Decision,
    DecisionKind,
    DeliveryDecision,
    Election,
    Field,
    ShotDecision,
    TossDecision,
)
from engine.cricket.nodes import DecisionRequest
from engine.cricket.players import PlayerIndex
from engine.seeds import CaptainDraws

_TOSS: Final = TossDecision(elect=Election.FIELD)
_SHOT: Final = ShotDecision()
_DELIVERY: Final = {field: DeliveryDecision(field=field) for field in Field}


class BaselineSettings(BaseModel):
    """The baseline has nothing to set."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class Baseline:
    """Plays what is usual."""

    def __init__(self, settings: BaselineSettings | None = None) -> None:
        self.settings = settings or BaselineSettings()
        self._rotation = Rotation()

    def decide(self, request: DecisionRequest, draws: CaptainDraws) -> Decision:  # noqa: ARG002
        match request.kind:
            case DecisionKind.SHOT:
                return _SHOT
            case DecisionKind.DELIVERY:
                return _DELIVERY[usual_field(request)]
            case DecisionKind.BOWLER:
                return BowlerDecision(player=usual_bowler(request, self._rotation))
            case DecisionKind.BATTER:
                return BatterDecision(player=min(request.legal.players))
            case DecisionKind.TOSS:
                return _TOSS


def usual_bowler(request: DecisionRequest, rotation: Rotation) -> PlayerIndex:
    """Pace and spin shared over the innings as in the data; specialists, who bat low, first.

    The plan is the one that the ball model is calibrated with. Where it cannot be followed to the
    letter (somebody else began the innings) whoever it leaves most overs to bowls; in a super over,
    the best bowler.
    """
    innings = request.view.innings
    if innings is not None and not innings.is_super_over:
        squad = request.view.squads.of(request.seat)
        plan = usual_plan(squad, innings.format)[innings.over :]
        if plan[0] in request.legal.players:
            return PlayerIndex(plan[0])
        rest = max(request.legal.players, key=lambda p: (plan.count(p), p))
        if rest in plan:
            return rest
    return choose_bowler(request, rotation)


def usual_field(request: DecisionRequest) -> Field:
    """The standard field, unless the field is held for a free hit (ICC 21.19.2)."""
    fields = request.legal.fields
    return Field.STANDARD if Field.STANDARD in fields else fields[0]
