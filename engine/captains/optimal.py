"""The optimal captain: of everything that is legal, what is worth most by the solved value.

He takes the other side to play as the `baseline` does, and looks one step ahead: the mean win
probability after the ball, the over or the batter's stay. He knows what a question shows, and no
more: never the other side's choice for the ball, nor what pitch and day do. His model and his value
are his own, built for the match's squads, format, season and game; he draws no random numbers.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from engine.chance import BallModel, WinProbability
from engine.chance.advice import Adviser
from engine.cricket.choices import Decision
from engine.cricket.nodes import DecisionRequest
from engine.cricket.state import MatchView, Squads
from engine.seeds import CaptainDraws


class OptimalSettings(BaseModel):
    """The optimal captain has nothing to set."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Optimal:
    """Plays what is worth most."""

    def __init__(self, settings: OptimalSettings | None = None) -> None:
        self.settings = settings or OptimalSettings()
        self._squads: Squads | None = None
        self._adviser: Adviser | None = None

    def decide(self, request: DecisionRequest, draws: CaptainDraws) -> Decision:  # noqa: ARG002
        return self._adviser_for(request.view).best(request)

    def _adviser_for(self, view: MatchView) -> Adviser:
        """One a match: the squads are the same object all through it."""
        if self._adviser is None or self._squads is not view.squads:
            model = BallModel.shipped()
            self._squads = view.squads
            self._adviser = Adviser(model, WinProbability.public(view, model))
        return self._adviser
