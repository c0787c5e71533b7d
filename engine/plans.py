"""What an over of each plan is worth to the captain who asks, on what both captains see.

A plan is one kind of ball or one way of batting, kept up for six balls, or for those that are left,
against what the other side usually does: nothing here looks at the other captain's choice, or at
pitch and day.
"""

from __future__ import annotations

from typing import Any, Final

from engine.chance.advice import Adviser
from engine.chance.factors import USUAL_BALL, USUAL_SHOT
from engine.chance.options import Outlook
from engine.cricket.choices import (
    DecisionKind,
    DeliveryDecision,
    Field,
    Length,
    Line,
    Shot,
    ShotDecision,
    Variation,
)
from engine.cricket.formats import BALLS_PER_OVER
from engine.cricket.nodes import DecisionRequest

_BATTING: Final = {
    "usual": USUAL_SHOT,
    "defend": ShotDecision(shot=Shot.DEFEND, aggression=0.1),
    "rotate": ShotDecision(shot=Shot.ROTATE, aggression=0.3),
    "aggression 0.2": ShotDecision(aggression=0.2),
    "aggression 0.4": ShotDecision(aggression=0.4),
    "aggression 0.6": ShotDecision(aggression=0.6),
    "aggression 0.8": ShotDecision(aggression=0.8),
    "loft": ShotDecision(shot=Shot.LOFT, aggression=0.8),
}
_BOWLING: Final = {
    "usual": USUAL_BALL,
    "catchers in": DeliveryDecision(field=Field.SLIPS, length=Length.FULL),
    "save the single": DeliveryDecision(field=Field.RING),
    "save the boundary": DeliveryDecision(field=Field.SPREAD),
    "at the stumps": DeliveryDecision(line=Line.STUMPS),
    "yorkers": DeliveryDecision(length=Length.YORKER),
    "short": DeliveryDecision(field=Field.LEG_TRAP, length=Length.SHORT, line=Line.LEG),
    "wide of off": DeliveryDecision(field=Field.OFF_SIDE, line=Line.WIDE_OFF),
    "off the pace": DeliveryDecision(variation=Variation.SLOWER),
    "flight": DeliveryDecision(length=Length.FULL, variation=Variation.FLIGHTED),
}
_PACE_ONLY: Final = frozenset({Variation.SLOWER})
_SPIN_ONLY: Final = frozenset({Variation.FLIGHTED})


def plans(request: DecisionRequest, adviser: Adviser) -> dict[str, dict[str, float]]:
    """By plan: `runs` and `wickets` an over, and the win probability, in points, that an over of it
    adds to the usual, or the balls that are left. Empty where no ball is about to be bowled.
    """
    match request.kind:
        case DecisionKind.SHOT:
            return _batting(request, adviser)
        case DecisionKind.DELIVERY:
            return _bowling(request, adviser)
        case _:
            return {}


def _batting(request: DecisionRequest, adviser: Adviser) -> dict[str, dict[str, float]]:
    assert request.field is not None
    seen = DeliveryDecision(field=request.field)
    found = {
        name: adviser.options.outlook(request.view, seen, shot) for name, shot in _BATTING.items()
    }
    return {name: _told(plan, found["usual"], _balls(request)) for name, plan in found.items()}


def _bowling(request: DecisionRequest, adviser: Adviser) -> dict[str, dict[str, float]]:
    spins = adviser.options.style(request.view).is_spin
    found = {
        name: adviser.options.outlook(request.view, ball, USUAL_SHOT)
        for name, ball in _BOWLING.items()
        if (name == "usual" or ball.field in request.legal.fields)
        and ball.variation not in (_PACE_ONLY if spins else _SPIN_ONLY)
    }
    return {name: _told(plan, found["usual"], -_balls(request)) for name, plan in found.items()}


def _balls(request: DecisionRequest) -> int:
    """For which a plan can be kept up: an over, or what is left of the innings."""
    innings = request.view.innings
    assert innings is not None
    return min(BALLS_PER_OVER, innings.balls_left)


def _told(plan: Outlook, usual: Outlook, balls: int) -> dict[str, Any]:
    """`balls` below 0 where what the batting side gains is lost."""
    return {
        "runs": round(BALLS_PER_OVER * plan.runs, 1),
        "wickets": round(BALLS_PER_OVER * plan.wickets, 2),
        "points": round(100.0 * balls * (plan.value - usual.value), 2) + 0.0,
    }
