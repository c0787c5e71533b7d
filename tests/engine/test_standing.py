"""What stands for an over, and when a captain is asked anew."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from engine.cricket.choices import (
    Decision,
    DecisionKind,
    DeliveryDecision,
    Field,
    Shot,
    ShotDecision,
)
from engine.cricket.nodes import DecisionRequest
from engine.standing import StandingOrders
from tests.llm.models import by_tool, counts, play
from tests.tables import Match

LOFT = ShotDecision(shot=Shot.LOFT, aggression=0.9)


def given(request: DecisionRequest, decision: Decision) -> StandingOrders:
    orders = StandingOrders()
    orders.give(request, decision)
    return orders


def faced(request: DecisionRequest, **innings: Any) -> DecisionRequest:
    view = request.view
    assert view.innings is not None
    return replace(request, view=replace(view, innings=replace(view.innings, **innings)))


SHOT = Match(3).to(DecisionKind.SHOT).request
BALL = Match(3).to(DecisionKind.DELIVERY).request


def test_a_shot_stands_for_the_next_ball_of_the_over() -> None:
    assert given(SHOT, LOFT).decide(faced(SHOT, legal_balls=1)) == LOFT


def test_it_stands_when_the_batters_cross() -> None:
    innings = SHOT.view.innings
    assert innings is not None
    crossed = faced(SHOT, striker=innings.non_striker, non_striker=innings.striker)
    assert given(SHOT, LOFT).decide(crossed) == LOFT


def test_a_new_batter_is_a_new_question() -> None:
    assert given(SHOT, LOFT).decide(faced(SHOT, striker=9)) is None


def test_a_new_over_is_a_new_question() -> None:
    assert given(SHOT, LOFT).decide(faced(SHOT, legal_balls=6)) is None


def test_a_free_hit_is_asked_for_and_does_not_stand() -> None:
    free = faced(SHOT, free_hit=True)
    assert given(SHOT, LOFT).decide(free) is None
    assert given(free, LOFT).decide(SHOT) is None


def test_an_order_to_bowl_is_none_to_bat() -> None:
    assert given(BALL, DeliveryDecision()).decide(SHOT) is None


def test_a_field_that_may_not_be_set_gives_way_and_comes_back() -> None:
    orders = given(BALL, DeliveryDecision(field=Field.SLIPS))
    legal = replace(BALL.legal, fields=(Field.STANDARD,))
    assert orders.decide(replace(BALL, legal=legal)) == DeliveryDecision(field=Field.STANDARD)
    assert orders.decide(BALL) == DeliveryDecision(field=Field.SLIPS)


async def test_a_standing_ball_is_no_decision_and_asks_nobody() -> None:
    result, events, endpoint = await play(by_tool, overs=2, cadence="over")
    seat = counts(result)
    own = [e.data for e in events if e.type == "decision" and e.data.seat == "home"]
    assert seat.standing == sum(d.source == "standing" for d in own) > 0
    assert len(endpoint.requests) == seat.decisions == len(own) - seat.standing
    assert seat.coverage == 1.0
