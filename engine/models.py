"""The models that price a match: what a delivery can be, and what a state is worth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from engine.chance import BallModel, WinProbability
from engine.cricket.distribution import OutcomeModel, WinModel
from engine.cricket.match import MatchSetup


@dataclass(frozen=True, slots=True, kw_only=True)
class Models:
    """The ball model, and the win probability for a match; None keeps no luck."""

    ball: OutcomeModel
    value_for: Callable[[MatchSetup], WinModel | None]

    @classmethod
    def shipped(cls) -> Models:
        """The fitted coefficients that come with the project."""
        model = BallModel.shipped()
        return cls(
            ball=model, value_for=lambda setup: WinProbability.of_format(setup.format, model)
        )
