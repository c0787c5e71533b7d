"""The optimal captain: of everything that is legal, what is worth most by the solved value.

He takes the other side to play as the `baseline` does, and looks one step ahead: the mean win
probability after the ball, the over or the batter's stay. He knows what a question shows, and no
more: never the other side's choice for the ball, nor what pitch and day do. His model and his value
are his own, built for the format, the season and the game; he draws no random numbers.
"""

from __future__ import annotations

from functools import lru_cache

from pydantic import BaseModel, ConfigDict

from engine.chance import BallModel, WinProbability
from engine.chance.advice import Adviser
from engine.cricket.choices import Decision
from engine.cricket.formats import Format
from engine.cricket.nodes import DecisionRequest
from engine.seeds import CaptainDraws


class OptimalSettings(BaseModel):
    """The optimal captain has nothing to set."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Optimal:
    """Plays what is worth most."""

    def __init__(self, settings: OptimalSettings | None = None) -> None:
        self.settings = settings or OptimalSettings()

    def decide(self, request: DecisionRequest, draws: CaptainDraws) -> Decision:  # noqa: ARG002
        return _adviser(request.view.format).best(request)


@lru_cache(maxsize=4)
def _adviser(fmt: Format) -> Adviser:
    model = BallModel.shipped()
    return Adviser(model, WinProbability.of_format(fmt, model))
