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

_Known = tuple[int, str, float, int]  # squads, format, venue, era


class OptimalSettings(BaseModel):
    """The optimal captain has nothing to set."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class Optimal:
    """Plays what is worth most."""

    def __init__(self, settings: OptimalSettings | None = None) -> None:
        self.settings = settings or OptimalSettings()
        self._match: tuple[Squads, _Known, Adviser] | None = None

    def decide(self, request: DecisionRequest, draws: CaptainDraws) -> Decision:  # noqa: ARG002
        return self._adviser(request.view).best(request)

    def _adviser(self, view: MatchView) -> Adviser:
        """The same for every question of a match, so it is made once."""
        known = id(view.squads), view.format.name, view.venue, view.era
        if self._match is None or self._match[1] != known:
            model = BallModel.shipped()
            adviser = Adviser(model, WinProbability.public(view, model))
            self._match = view.squads, known, adviser  # the squads are kept, so the id stays theirs
        return self._match[2]
