"""What may be decided, and the check that every decision passes before the match hears of it."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any, Final, cast

from engine.cricket.choices import (
    OUTSIDE,
    BatterDecision,
    BowlerDecision,
    Decision,
    DecisionKind,
    DeliveryDecision,
    Election,
    Field,
    Length,
    Line,
    Shot,
    ShotDecision,
    TossDecision,
    Variation,
    variations_of,
)
from engine.cricket.errors import IllegalDecision
from engine.cricket.nodes import DecisionRequest, Legal
from engine.cricket.players import SQUAD_SIZE, PlayerIndex, Squad
from engine.cricket.state import Innings


def legal_bowlers(innings: Innings, squad: Squad) -> tuple[PlayerIndex, ...]:
    """Who may bowl the next over: not the last over's bowler (Law 17.6), nobody over quota (ICC
    12.9).
    """
    overs = [line.overs for line in innings.bowlers]
    return tuple(
        player
        for player in squad.bowlers
        if player not in (innings.last_bowler, innings.barred_bowler)
        and innings.format.may_bowl_another(overs[player], overs[:player] + overs[player + 1 :])
    )


def quotas_left(innings: Innings) -> list[int]:
    """By player: the overs that he may still bowl of his quota (ICC 12.9), and one more where that
    may still be had.
    """
    most = innings.format.quota
    if extra := innings.format.bowlers_with_extra_over:
        most += sum([line.overs > most for line in innings.bowlers]) < extra
    return [most - line.overs if line.overs < most else 0 for line in innings.bowlers]


def legal_fields(innings: Innings) -> tuple[Field, ...]:
    """Fields with few enough outside the circle (ICC 28.7); before a free hit the field may be held
    (ICC 21.19.2).
    """
    return legal_to_field(innings).fields


def legal_to_field(innings: Innings) -> Legal:
    """`legal_fields`, as a request lists them."""
    if innings.held_field is not None:
        return _HELD[innings.held_field]
    return _WITHIN[innings.format.max_outside(innings.legal_balls)]


_HELD: Final = {field: Legal(fields=(field,)) for field in Field}
# By how many may stand outside the circle.
_WITHIN: Final = tuple(
    Legal(fields=tuple(field for field in Field if OUTSIDE[field] <= allowed))
    for allowed in range(SQUAD_SIZE)
)


def check(request: DecisionRequest, decision: Decision) -> None:
    """Raises `IllegalDecision`, which says why and what is legal; returns when `decision` may be
    played.
    """
    wanted, check_choices = _CHECKS[request.kind]
    if not isinstance(decision, wanted):
        raise IllegalDecision(
            f"a {type(decision).__name__} does not answer a {request.kind} question",
            f"a {wanted.__name__}",
        )
    check_choices(request, decision)


def _check_toss(_: DecisionRequest, decision: TossDecision) -> None:
    _check_kind(decision.elect, Election)


def _check_shot(_: DecisionRequest, decision: ShotDecision) -> None:
    _check_kind(decision.shot, Shot)
    if decision.aggression is not None:  # None leaves it to what real batters do
        _check_aggression(decision.aggression)


def _check_kinds(decision: DeliveryDecision) -> None:
    _check_kind(decision.field, Field)
    _check_kind(decision.length, Length)
    _check_kind(decision.line, Line)
    _check_kind(decision.variation, Variation)


def _check_kind(value: object, kind: type[StrEnum]) -> None:
    """A captain in Python can put anything into a decision; the match is built on enums."""
    if type(value) is not kind:
        raise IllegalDecision(f"{value!r:.60} is no {kind.__name__.lower()}", ", ".join(kind))


def _check_player(request: DecisionRequest, decision: BatterDecision | BowlerDecision) -> None:
    player = decision.player
    if type(player) is not int or player not in request.legal.players:
        squad = request.view.squads.of(request.seat)
        names = ", ".join(squad[p].name for p in request.legal.players)
        known = isinstance(player, int) and 0 <= player < len(squad.players)
        who = squad[player].name if known else f"player {player!r}"
        verb = "bat" if request.kind is DecisionKind.BATTER else "bowl"
        raise IllegalDecision(f"{who} may not {verb} now", names)


def _check_delivery(request: DecisionRequest, decision: DeliveryDecision) -> None:
    if (
        type(decision.field) is not Field
        or type(decision.length) is not Length
        or type(decision.line) is not Line
        or type(decision.variation) is not Variation
    ):
        _check_kinds(decision)
    if decision.field not in request.legal.fields:
        raise IllegalDecision(
            f"the {decision.field} field may not be set now", ", ".join(request.legal.fields)
        )
    innings = request.view.innings
    if innings is None or innings.bowler is None:
        raise IllegalDecision("no over is in progress", "choose a bowler first")
    if decision.variation is Variation.STOCK:  # every bowler has it
        return
    allowed = variations_of(request.view.squads.of(request.seat)[innings.bowler].bowls)
    if decision.variation not in allowed:
        raise IllegalDecision(f"this bowler has no {decision.variation} ball", ", ".join(allowed))


def _check_aggression(aggression: object) -> None:
    is_number = isinstance(aggression, float | int) and not isinstance(aggression, bool)
    if not (is_number and 0.0 <= cast(float, aggression) <= 1.0):
        raise IllegalDecision(f"aggression {aggression!r:.60} is out of range", "0.0 to 1.0")


_Check = Callable[[DecisionRequest, Any], None]
_CHECKS: Final[dict[DecisionKind, tuple[type[Decision], _Check]]] = {
    DecisionKind.TOSS: (TossDecision, _check_toss),
    DecisionKind.BATTER: (BatterDecision, _check_player),
    DecisionKind.BOWLER: (BowlerDecision, _check_player),
    DecisionKind.DELIVERY: (DeliveryDecision, _check_delivery),
    DecisionKind.SHOT: (ShotDecision, _check_shot),
}
