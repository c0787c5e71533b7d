"""The captain `saver`: does what is usual, but bats with little risk until late in the innings."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from engine.captains import Baseline, Kind
from engine.captains.baseline import BaselineSettings
from engine.cricket import Decision, DecisionKind, DecisionRequest
from engine.cricket.choices import ShotDecision
from engine.seeds import CaptainDraws


class SaverSettings(BaseModel):
    """`late` is the share of the innings that is left when he opens up; both aggressions are of 0
    to 1.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    late: float = Field(default=0.33, ge=0, le=1)
    early_aggression: float = Field(default=0.2, ge=0, le=1)
    late_aggression: float = Field(default=0.6, ge=0, le=1)


class Saver(Baseline):
    """A policy: a pure function of the request and of `draws`."""

    def __init__(self, settings: SaverSettings) -> None:
        super().__init__(BaselineSettings())
        self.own = settings

    def decide(self, request: DecisionRequest, draws: CaptainDraws) -> Decision:
        innings = request.view.innings
        if request.kind is not DecisionKind.SHOT or innings is None:
            return super().decide(request, draws)
        is_late = innings.balls_left <= self.own.late * innings.format.max_balls
        aggression = self.own.late_aggression if is_late else self.own.early_aggression
        return ShotDecision(aggression=aggression)


KIND = Kind(settings=SaverSettings, make=Saver, summary="bats with little risk until it is late")
