"""What the decisions of an episode cost: win probability given away against the best legal choice,
on what the captain knew.

Kept for the events and the result alone. No captain sees it, and none of it depends on the other
side's hidden choice, on the day, or on the draw.
"""

from __future__ import annotations

from engine.chance.advice import Adviser
from engine.cricket.choices import Decision, DecisionKind, Seat
from engine.cricket.nodes import DecisionRequest
from engine.events import CostOfKind

_DECIMALS = 9


class Costs:
    """Prices decisions and sums them up by seat and kind. Without an adviser nothing is priced."""

    def __init__(self, adviser: Adviser | None) -> None:
        self._adviser = adviser
        self._sums: dict[tuple[Seat, DecisionKind], list[float]] = {}

    def of(self, request: DecisionRequest, decision: Decision) -> float | None:
        """What `decision` gives away, at least 0, rounded; it is counted, so ask once."""
        if self._adviser is None:
            return None
        cost = round(self._adviser.cost(request, decision), _DECIMALS)
        self._sums.setdefault((request.seat, request.kind), []).append(cost)
        return cost

    def by_kind(self, seat: Seat) -> dict[str, CostOfKind]:
        """The decisions of that seat so far, by kind of question."""
        return {
            kind.value: _summed(costs)
            for (whose, kind), costs in sorted(self._sums.items())
            if whose is seat
        }


def _summed(costs: list[float]) -> CostOfKind:
    total = sum(costs)
    return CostOfKind(
        decisions=len(costs),
        total=round(total, _DECIMALS),
        mean=round(total / len(costs), _DECIMALS),
    )
