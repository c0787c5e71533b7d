"""A captain who is asked once an over: what he decided for a ball stands for the over's others.

It stands while the same two batters are in. He is asked anew when a batter has come in, and how to
play a free hit, which is a question of its own: what he answers there is for that ball. Where a
field may not be set for a ball, the usual one stands in and his comes back. A fallback does not
stand: the next ball is asked for again. Balls that a standing order plays are not new decisions:
nobody is asked, and nothing is counted but their number.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from engine.cricket import legality
from engine.cricket.choices import Decision, DecisionKind, DeliveryDecision, Field
from engine.cricket.errors import IllegalDecision
from engine.cricket.nodes import DecisionRequest
from engine.cricket.players import PlayerIndex

_STANDING: frozenset[DecisionKind] = frozenset({DecisionKind.DELIVERY, DecisionKind.SHOT})


@dataclass(frozen=True, slots=True, kw_only=True)
class _While:
    """What has to be the same for an order to stand."""

    innings: int
    over: int
    batters: frozenset[PlayerIndex | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Order:
    stands: _While
    decision: Decision


class StandingOrders:
    """The orders of one captain: one for the balls he bowls, one for those he faces."""

    def __init__(self) -> None:
        self._orders: dict[DecisionKind, _Order] = {}

    def give(self, request: DecisionRequest, decision: Decision) -> None:
        """What he decided himself; choices of players and the toss do not stand."""
        now = _now(request)
        if now is not None and not _is_free_hit_faced(request):
            self._orders[request.kind] = _Order(stands=now, decision=decision)

    def decide(self, request: DecisionRequest) -> Decision | None:
        """What stands for this ball; None where he has to be asked."""
        order = self._orders.get(request.kind)
        if order is None or order.stands != _now(request) or _is_free_hit_faced(request):
            return None
        decision = _fitted(order.decision, request)
        return decision if _is_legal(request, decision) else None


class LastChoices:
    """What a captain chose last for each kind of question, to be chosen again where that is
    legal.
    """

    def __init__(self) -> None:
        self._chosen: dict[DecisionKind, Decision] = {}

    def note(self, request: DecisionRequest, decision: Decision) -> None:
        self._chosen[request.kind] = decision

    def again(self, request: DecisionRequest) -> Decision | None:
        """The same choice, fitted to the ball; None where there is none or it is not legal."""
        chosen = self._chosen.get(request.kind)
        if chosen is None:
            return None
        fitted = _fitted(chosen, request)
        return fitted if _is_legal(request, fitted) else None


def _now(request: DecisionRequest) -> _While | None:
    innings = request.view.innings
    if innings is None or request.kind not in _STANDING:
        return None
    return _While(
        innings=innings.number,
        over=innings.over,
        batters=frozenset({innings.striker, innings.non_striker}),
    )


def _is_free_hit_faced(request: DecisionRequest) -> bool:
    innings = request.view.innings
    return request.kind is DecisionKind.SHOT and innings is not None and innings.free_hit


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
