"""A distribution over the catalogue of outcomes, and the protocols that price chance.

The protocols live here, below; `engine.chance` implements them and the driver joins the two.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt

from engine.cricket.choices import Seat
from engine.cricket.nodes import DeliveryContext
from engine.cricket.outcomes import OUTCOMES
from engine.cricket.state import Innings

Numbers = Sequence[float] | npt.NDArray[np.floating]

_LAST: Final = len(OUTCOMES) - 1
_add_up = np.add.accumulate


class Distribution:
    """The chances of `OUTCOMES`, in that order, in proportion to `weights`, each of them ≥ 0."""

    __slots__ = ("_reached", "_weights")

    def __init__(self, weights: Numbers) -> None:
        self._weights = np.asarray(weights, dtype=np.float64)
        self._reached: npt.NDArray[np.float64] = _add_up(self._weights)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Distribution) and self.probabilities == other.probabilities

    def __hash__(self) -> int:
        return hash(tuple(self.probabilities))

    @property
    def probabilities(self) -> Sequence[float]:
        """They sum to 1 within 1e-9."""
        found: list[float] = (self._weights / self._reached[-1]).tolist()
        return found

    def index_at(self, uniform: float) -> int:
        """Which of `OUTCOMES` a uniform number in [0, 1) draws, walking from the bowler's best to
        the batter's best.
        """
        reached = self._reached
        # For so few numbers twice as fast as `searchsorted`.
        place = bisect_right(reached, uniform * reached.item(-1))
        return place if place < _LAST else _LAST

    def mean(self, values: Numbers) -> float:
        """The expectation of `values`, one for each of `OUTCOMES`."""
        return float(self._weights.dot(values)) / self._reached.item(-1)


class OutcomeModel(Protocol):
    """Prices a delivery. A pure function of the context; `digest` changes when any coefficient
    does.
    """

    @property
    def digest(self) -> str: ...

    def price(self, context: DeliveryContext) -> Distribution: ...


class WinModel(Protocol):
    """The value of a state to the side batting in it: P(win) + ½ P(tie), 0…1."""

    def of(self, innings: Innings) -> float:
        """The value before the next ball."""
        ...

    def after(self, innings: Innings) -> Numbers:
        """The values after each of `OUTCOMES`, in that order, were it to come next."""
        ...

    def after_each(
        self, innings: Sequence[Innings]
    ) -> Sequence[Numbers] | npt.NDArray[np.floating]:
        """As `after`, of each state."""
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
