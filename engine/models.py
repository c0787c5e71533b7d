"""The models that price a match: what a delivery can be, and what a state is worth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from engine.chance import BallModel, WinProbability
from engine.chance.advice import Adviser
from engine.cricket.distribution import OutcomeModel, WinModel
from engine.cricket.match import MatchSetup


def _nobody(_: WinModel | None) -> None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Models:
    """The ball model, and the win probability for a match; None keeps no luck. `adviser_for` values
    decisions by it; None prices none.
    """

    ball: OutcomeModel
    value_for: Callable[[MatchSetup], WinModel | None]
    adviser_for: Callable[[WinModel | None], Adviser | None] = _nobody

    @classmethod
    def shipped(cls) -> Models:
        """The fitted coefficients that come with the project."""
        model = BallModel.shipped()
        return cls(
            ball=model,
            value_for=lambda setup: WinProbability.of_format(setup.format, model),
            adviser_for=lambda value: None if value is None else Adviser(model, value),
        )
