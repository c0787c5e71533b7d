"""From tool calls to decisions: what a committing call decides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from engine import arguments as args
from engine.cricket import legality
from engine.cricket.choices import (
    BatterDecision,
    BowlerDecision,
    Decision,
    DeliveryDecision,
    Field,
    ShotDecision,
    TossDecision,
    Variation,
    variations_of,
)
from engine.cricket.errors import IllegalDecision
from engine.cricket.nodes import DecisionRequest
from engine.cricket.players import PlayerIndex
from engine.errors import IllegalCall
from engine.wording import shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What stands from earlier calls and fills the gaps of a committing one.

    `aggression` is the declared batting strategy's, None where none is declared.
    """

    field: Field
    delivery: dict[str, Any]
    shot: dict[str, Any]
    aggression: float | None


def decision_of(given: args.Arguments, request: DecisionRequest, standing: Standing) -> Decision:
    """The decision that a committing call's arguments come to. Raises `IllegalCall`."""
    decision = _read(given, request, standing)
    check_decision(request, decision)
    return decision


def check_decision(request: DecisionRequest, decision: Decision) -> None:
    """Raises `IllegalCall` where the Laws do not allow the decision."""
    try:
        legality.check(request, decision)
    except IllegalDecision as error:
        raise IllegalCall(error.why, error.legal) from None


def choices(given: args.Arguments) -> dict[str, Any]:
    """The arguments that were given, less those that only explain."""
    return {
        k: v for k, v in vars(given).items() if v is not None and k not in ("reason", "rationale")
    }


def field_of(given: args.SetField, request: DecisionRequest) -> Field:
    """The field asked for. Raises `IllegalCall` where the phase or a free hit forbids it."""
    if given.field not in request.legal.fields:
        legal = ", ".join(request.legal.fields)
        raise IllegalCall(f"the {given.field} field may not be set now", legal)
    return given.field


def delivery_plan(given: args.PlanDelivery, request: DecisionRequest) -> dict[str, Any]:
    """The delivery asked for. Raises `IllegalCall` for a variation that the bowler does not
    have.
    """
    allowed = _variations(request)
    if given.variation is not None and given.variation not in allowed:
        raise IllegalCall(f"this bowler has no {given.variation} ball", ", ".join(allowed))
    return choices(given)


def _read(given: args.Arguments, request: DecisionRequest, standing: Standing) -> Decision:
    match given:
        case args.ChooseToss(elect=elect):
            return TossDecision(elect=elect)
        case args.SelectBatter(player=name):
            return BatterDecision(player=_player(name, request))
        case args.ChooseBowler(player=name):
            return BowlerDecision(player=_player(name, request))
        case args.BowlDelivery():
            return DeliveryDecision(
                field=standing.field, **_bowlable(standing.delivery, request) | choices(given)
            )
        case args.PlayDelivery():
            declared = {"aggression": standing.aggression}
            return ShotDecision(**declared | standing.shot | choices(given))
    raise TypeError(f"{type(given).__name__} commits to nothing")


def _player(name: str, request: DecisionRequest) -> PlayerIndex:
    squad = request.view.squads.of(request.seat)
    player = squad.index_of(name)
    if player is None:
        legal = ", ".join(squad[p].name for p in request.legal.players)
        raise IllegalCall(f"{shown(name)} is not in your eleven", legal)
    return player


def _variations(request: DecisionRequest) -> tuple[Variation, ...]:
    innings = request.view.innings
    if innings is None or innings.bowler is None:
        raise ValueError("a delivery was asked for while nobody bowls")
    return variations_of(request.view.squads.of(request.seat)[innings.bowler].bowls)


def _bowlable(planned: dict[str, Any], request: DecisionRequest) -> dict[str, Any]:
    """The plan, without a variation that was meant for a bowler of another kind."""
    if planned.get("variation", Variation.STOCK) in _variations(request):
        return planned
    return {key: value for key, value in planned.items() if key != "variation"}
