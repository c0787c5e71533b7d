"""The models that price a match: what a delivery can be, and what a state is worth."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from engine.chance import BallModel, MatchValue, WinProbability
from engine.chance.advice import Adviser
from engine.cricket.choices import Seat
from engine.cricket.distribution import MatchModel, OutcomeModel, WinModel
from engine.cricket.formats import Format
from engine.cricket.laws import start_innings
from engine.cricket.players import Game
from engine.cricket.setup import MatchSetup


def _nobody(_: object) -> None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Models:
    """The ball model, and two views of a match's win probability.

    `value_for` is the umpire's, which knows all that was drawn for the match; it keeps luck, and no
    captain may see it. None keeps none. `public_for` is what captains may consult. `adviser_for`
    values decisions by the public one; None prices none.
    """

    ball: OutcomeModel
    value_for: Callable[[MatchSetup], MatchModel | None]
    public_for: Callable[[MatchSetup], WinModel | None] = _nobody
    adviser_for: Callable[[WinModel | None], Adviser | None] = _nobody

    @classmethod
    def shipped(cls, assumption_scale: float = 1.0) -> Models:
        """The fitted coefficients that come with the project; the assumed ones times a factor."""
        model = BallModel.shipped(assumption_scale)
        return cls(
            ball=model,
            value_for=lambda setup: MatchValue(setup, model),
            public_for=lambda setup: WinProbability.public(setup, model),
            adviser_for=lambda value: None if value is None else Adviser(model, value),
        )


_solved: set[tuple[str, Format, int, Game]] = set()


async def solve_once(setup: MatchSetup, digest: str, *values: WinModel | None) -> None:
    """Has `values` solved for the setup's format, season and game, off the event loop: it takes up
    to seconds, once a process and ball model (`digest`).
    """
    stage = (digest, setup.format, setup.conditions.era, setup.conditions.game)
    if stage not in _solved:
        await asyncio.to_thread(_ask_once, setup.format, values)
        _solved.add(stage)


def _ask_once(fmt: Format, values: tuple[WinModel | None, ...]) -> None:
    first = start_innings(number=1, batting=Seat.HOME, format_=fmt, target=None)
    chase = start_innings(number=2, batting=Seat.HOME, format_=fmt, target=1)
    for value in values:
        if value is not None:
            value.of(first)
            value.of(chase)
