"""A captain who is asked once an over: what he decided stands for its other balls.

Balls that a standing order plays are not new decisions: nobody is asked, and nothing is counted
but their number.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from engine.cricket import legality
from engine.cricket.choices import Decision, DeliveryDecision, Field, ShotDecision
from engine.cricket.errors import IllegalDecision
from engine.cricket.nodes import DecisionRequest

_Over = tuple[int, int]  # innings, over


@dataclass(frozen=True, slots=True, kw_only=True)
class _Order:
    over: _Over
    decision: ShotDecision | DeliveryDecision


class StandingOrders:
    """The orders of one captain: one for the balls he bowls, one for those he faces."""

    def __init__(self) -> None:
        self._orders: dict[type[Decision], _Order] = {}

    def give(self, request: DecisionRequest, decision: Decision) -> None:
        """What he decided himself; choices of players and the toss do not stand."""
        over = _over_of(request)
        if over is not None and isinstance(decision, ShotDecision | DeliveryDecision):
            self._orders[type(decision)] = _Order(over=over, decision=decision)

    def decide(self, request: DecisionRequest) -> Decision | None:
        """What stands for this ball; None where he has to be asked."""
        over = _over_of(request)
        for order in self._orders.values():
            if order.over == over:
                decision = _fitted(order.decision, request)
                if _is_legal(request, decision):
                    return decision
        return None


def _over_of(request: DecisionRequest) -> _Over | None:
    innings = request.view.innings
    return None if innings is None else (innings.number, innings.over)


def _fitted(decision: Decision, request: DecisionRequest) -> Decision:
    """A field that may not be set for this ball gives way to the usual one."""
    fields = request.legal.fields
    if isinstance(decision, DeliveryDecision) and fields and decision.field not in fields:
        usual = Field.STANDARD if Field.STANDARD in fields else fields[0]
        return replace(decision, field=usual)
    return decision


def _is_legal(request: DecisionRequest, decision: Decision) -> bool:
    try:
        legality.check(request, decision)
    except IllegalDecision:
        return False
    return True
