"""What the decisions of an episode cost: win probability given away against the best legal choice,
on what the captain knew.

Kept for the events and the result alone. No captain sees it, and none of it depends on the other
side's hidden choice, on the day, or on the draw. Decisions are priced together, as late as their
events are handed over.
"""

from __future__ import annotations

from typing import Any

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
        self._made: list[tuple[DecisionRequest, Decision]] = []
        self._told: list[dict[str, Any]] = []

    def note(self, request: DecisionRequest, decision: Decision, told: dict[str, Any]) -> None:
        """`told` is the decision's event; its `cost` is filled in when it is settled."""
        if self._adviser is not None:
            self._made.append((request, decision))
            self._told.append(told)

    def settle(self) -> None:
        """Prices what was noted since the last time."""
        made, told = self._made, self._told
        if self._adviser is None or not made:
            return
        self._made, self._told = [], []
        for (request, _), event, lost in zip(made, told, self._adviser.costs(made), strict=True):
            event["cost"] = cost = round(lost, _DECIMALS)
            self._sums.setdefault((request.seat, request.kind), []).append(cost)

    def by_kind(self, seat: Seat) -> dict[str, CostOfKind]:
        """The decisions of that seat so far, by kind of question."""
        self.settle()
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
