"""A distribution over the catalogue of outcomes, and the protocols that price chance.

The protocols live here, below; `engine.chance` implements them and the driver joins the two.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Protocol

from engine.cricket.choices import Seat
from engine.cricket.nodes import DeliveryContext
from engine.cricket.outcomes import OUTCOMES
from engine.cricket.state import Innings


@dataclass(frozen=True, slots=True)
class Distribution:
    """`probabilities[i]` belongs to `OUTCOMES[i]`; they are ≥ 0 and sum to 1 within 1e-9."""

    probabilities: Sequence[float]

    def index_at(self, uniform: float) -> int:
        """Which of `OUTCOMES` a uniform number in [0, 1) draws, walking from the bowler's best to
        the batter's best.
        """
        cumulative = list(accumulate(self.probabilities))
        return min(bisect_right(cumulative, uniform * cumulative[-1]), len(OUTCOMES) - 1)


class OutcomeModel(Protocol):
    """Prices a delivery. A pure function of the context; `digest` changes when any coefficient
    does.
    """

    @property
    def digest(self) -> str: ...

    def price(self, context: DeliveryContext) -> Distribution: ...


class Values(Protocol):
    """A number for each of `OUTCOMES`: a sequence, or an array."""

    def __len__(self) -> int: ...

    def __getitem__(self, index: int, /) -> float: ...

    def __iter__(self) -> Iterator[float]: ...


class WinModel(Protocol):
    """The value of a state to the side batting in it: P(win) + ½ P(tie), 0…1."""

    def of(self, innings: Innings) -> float:
        """The value before the next ball."""
        ...

    def after(self, innings: Innings) -> Values:
        """The values after each of `OUTCOMES`, in that order, were it to come next."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """The home side's win probability where play begins, 0…1.

    `before` squads and conditions were drawn: exactly the mean of `after` over those draws.
    """

    before: float
    after: float


class MatchModel(WinModel, Protocol):
    """A `WinModel` for one match, which knows all that was drawn for it."""

    def opening(self) -> Opening: ...

    def after_toss(self, winner: Seat) -> float:
        """The home side's win probability once `winner` has won the toss, before he elects."""
        ...
