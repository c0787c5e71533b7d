"""The captain's side of the table: refusals change nothing, plans fill gaps, budgets are kept."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.calls import CricketAction
from engine.captains import PRESETS, build
from engine.cricket.choices import (
    Decision,
    DecisionKind,
    DeliveryDecision,
    Field,
    Length,
    Line,
    Seat,
    Shot,
    ShotDecision,
    Variation,
)
from engine.errors import CallError, IllegalCall, LateCall
from engine.overhead import MAX_PREPARING_CALLS
from engine.rewards import FALLBACK_FINE, OVERHEAD_FINE, REFUSED_FINE
from tests.doubles import SHARES
from tests.environment.calls import any_call, calls_of, open_questions
from tests.tables import Match


def call(match: Match, tool: str, **arguments: Any) -> Decision | None:
    return match.session.call(CricketAction(tool=tool, arguments=arguments), match.request)


def what_is_seen(match: Match) -> dict[str, Any]:
    """The whole observation, less the log of the captain's own calls."""
    seen = match.session.observation(match.request)
    return seen.model_dump(exclude={"recent_calls", "prompt_text"})


@given(open_questions(), any_call())
def test_a_refused_call_changes_nothing(match: Match, action: CricketAction) -> None:
    before, request = what_is_seen(match), match.request
    try:
        match.session.call(action, match.request)
    except CallError:
        assert what_is_seen(match) == before
        assert match.driver.request is request


@given(open_questions(), st.lists(any_call(), max_size=6))
def test_every_refusal_is_counted_once(match: Match, actions: list[CricketAction]) -> None:
    session, refused = match.session, 0
    for action in actions:
        try:
            session.call(action, match.request)
        except CallError:
            refused += 1
    tally = session.tally
    assert tally.illegal + tally.malformed + tally.unknown + tally.late == refused
    assert session.counts().illegal + session.counts().malformed == refused


@pytest.mark.parametrize("name", PRESETS)
def test_a_policy_through_the_tools_decides_as_the_policy_does(name: str) -> None:
    shares = SHARES | {"nb1": 0.1, "caught": 0.1}
    policy, match = build(PRESETS[name]), Match(seed=4, overs=5, shares=shares)
    while match.driver.request is not None:
        decision = policy.decide(match.request, match.driver.draws())
        *before, last = calls_of(decision, match.request)
        assert [match.session.call(action, match.request) for action in before] == [None] * len(
            before
        )
        assert match.session.call(last, match.request) == decision
        match.driver.answer(decision)
    for session in match.sessions.values():
        assert session.counts().coverage == 1.0
        assert session.counts().fines == 0.0


def test_before_a_free_hit_the_field_is_held_through_the_tools_too() -> None:
    match = Match(shares={"nb1": 0.5, "0": 0.5}).to(DecisionKind.DELIVERY)
    while match.request.legal.fields != (Field.RING,):
        match.driver.answer(DeliveryDecision(field=match.request.legal.fields[-2]))
        match.play()
        match.to(DecisionKind.DELIVERY)
    with pytest.raises(IllegalCall, match="only the ring field is allowed now"):
        call(match, "set_field", field="slips")
    assert call(match, "bowl_delivery") == DeliveryDecision(field=Field.RING)


def test_the_field_stays_until_it_is_changed() -> None:
    match = Match().to(DecisionKind.DELIVERY)
    seat = match.request.seat
    call(match, "set_field", field="ring")
    match.play()
    match.to(DecisionKind.DELIVERY)
    assert match.request.seat is seat
    ball = call(match, "bowl_delivery")
    assert isinstance(ball, DeliveryDecision)
    assert ball.field is Field.RING


def test_a_field_that_the_phase_forbids_gives_way_to_the_usual_one() -> None:
    match = Match().to_ball(12)
    session = match.session
    call(match, "set_field", field="spread")
    early = Match().to(DecisionKind.DELIVERY).request
    assert session.prepared.field_for(match.request) is Field.SPREAD
    assert session.prepared.field_for(early) is Field.STANDARD


def test_a_planned_delivery_fills_what_is_left_out() -> None:
    match = Match().to(DecisionKind.DELIVERY)
    call(match, "plan_delivery", length="yorker", line="stumps")
    assert call(match, "bowl_delivery", line="leg") == DeliveryDecision(
        length=Length.YORKER, line=Line.LEG, variation=Variation.STOCK
    )


def test_a_planned_variation_is_not_asked_of_a_bowler_who_has_none() -> None:
    match = Match().to(DecisionKind.DELIVERY)
    match.session.prepared.delivery = {"variation": Variation.SWING, "length": Length.FULL}
    spun = {"variation": Variation.FLIGHTED}
    first = call(match, "bowl_delivery")
    match.session.prepared.delivery = spun
    second = call(match, "bowl_delivery")
    assert {getattr(first, "variation", None), getattr(second, "variation", None)} & {
        Variation.STOCK
    }


def test_a_planned_shot_comes_before_the_declared_strategy() -> None:
    match = Match().to(DecisionKind.SHOT)
    assert call(match, "play_delivery") == ShotDecision()
    call(match, "set_batting_strategy", intent="attack", aggression=0.9)
    assert call(match, "play_delivery") == ShotDecision(aggression=0.9)
    call(match, "plan_shot", shot="sweep", aggression=0.4)
    assert call(match, "play_delivery") == ShotDecision(shot=Shot.SWEEP, aggression=0.4)
    assert call(match, "play_delivery", aggression=1) == ShotDecision(
        shot=Shot.SWEEP, aggression=1.0
    )


def test_three_overhead_calls_an_over_are_free_and_the_fourth_is_fined() -> None:
    match = Match().to(DecisionKind.SHOT)
    for calls in range(1, 6):
        call(match, "analyze_situation")
        assert match.session.tally.fines == pytest.approx(OVERHEAD_FINE * max(0, calls - 3))
    assert match.session.take_behaviour()[1] == pytest.approx(-2 * OVERHEAD_FINE)


def test_a_new_over_brings_new_free_calls() -> None:
    match = Match().to(DecisionKind.BOWLER)
    seat = match.request.seat
    for _ in range(3):
        call(match, "analyze_situation")
    match.play()
    match.to(DecisionKind.BOWLER, skip=1 if match.request.kind is DecisionKind.BOWLER else 0)
    while match.request.seat is not seat:
        match.play()
        match.to(DecisionKind.SHOT)
    assert match.session.observation(match.request).tool_budget.remaining == 3


def test_either_seat_has_a_budget_of_its_own() -> None:
    match = Match().to(DecisionKind.DELIVERY)
    for _ in range(3):
        call(match, "analyze_situation")
    match.play()
    assert match.request.kind is DecisionKind.SHOT
    assert match.session.observation(match.request).tool_budget.remaining == 3


def test_the_first_field_for_a_ball_is_free_and_the_second_is_overhead() -> None:
    match = Match().to(DecisionKind.DELIVERY)
    call(match, "set_field", field="slips")
    assert match.session.overhead.this_over == 0
    call(match, "set_field", field="ring")
    assert match.session.overhead.this_over == 1


def test_preparing_without_end_comes_to_an_end() -> None:
    match = Match().to(DecisionKind.SHOT)
    for _ in range(MAX_PREPARING_CALLS):
        call(match, "analyze_situation")
    with pytest.raises(IllegalCall, match=r"made enough calls.*; legal: play_delivery$"):
        call(match, "analyze_situation")
    assert call(match, "play_delivery") is not None


def refused(match: Match, question: int | None = None) -> None:
    action = CricketAction(tool="choose_toss", arguments={"elect": "bat"}, question=question)
    with pytest.raises(CallError):
        match.session.call(action, match.request)


def test_a_refused_call_costs_reward() -> None:
    match = Match().to(DecisionKind.SHOT)
    refused(match)
    assert match.session.take_behaviour()[1] == pytest.approx(-REFUSED_FINE)


def test_every_refusal_of_an_open_question_brings_the_fallback_nearer() -> None:
    match = Match().to(DecisionKind.SHOT)
    refused(match)
    refused(match, question=match.request.number - 1)
    match.session.crashed(match.request)
    assert match.session.refused_on_question == 3


def test_a_rethink_is_to_be_asked_again() -> None:
    match = Match().to(DecisionKind.SHOT)
    rethinks = []
    for _ in range(3):
        refused(match)
        rethinks.append(match.session.counts().rethinks)
    call(match, "analyze_situation")
    call(match, "play_delivery")
    assert [*rethinks, match.session.counts().rethinks] == [0, 1, 2, 3]


def test_a_refusal_without_another_asking_is_no_rethink() -> None:
    match = Match().to(DecisionKind.SHOT)
    refused(match)
    match.session.fall_back(match.request, match.driver.draws())
    match.play()
    match.to(DecisionKind.SHOT)
    call(match, "play_delivery")
    assert match.session.counts().rethinks == 0


def test_a_crash_is_counted_as_malformed_and_costs_reward() -> None:
    match = Match().to(DecisionKind.SHOT)
    match.session.crashed(match.request)
    match.session.fall_back(match.request, match.driver.draws())
    counts = match.session.counts()
    assert (counts.malformed, counts.fallbacks, counts.rethinks) == (1, 1, 0)
    assert match.session.take_behaviour()[1] == pytest.approx(-REFUSED_FINE - FALLBACK_FINE)


def test_a_call_while_nothing_is_asked_is_only_counted() -> None:
    match = Match().to(DecisionKind.SHOT)
    session = match.sessions[match.request.seat.other]
    session.take_behaviour()
    for request in (match.request, None):
        with pytest.raises(LateCall):
            session.call(CricketAction(tool="bowl_delivery"), request)
    assert (session.tally.late, session.refused_on_question) == (2, 0)
    assert session.take_behaviour() == (0.0, 0.0)


def test_a_fallback_is_counted_and_is_not_the_captains_answer() -> None:
    match = Match().to(DecisionKind.SHOT)
    assert match.session.fall_back(match.request, match.driver.draws()) == ShotDecision()
    counts = match.session.counts()
    assert (counts.decisions, counts.own, counts.fallbacks, counts.coverage) == (1, 0, 1, 0.0)
    assert match.session.take_behaviour()[1] == pytest.approx(-FALLBACK_FINE)


def test_a_policys_illegal_decision_is_counted_and_refused() -> None:
    match = Match().to(DecisionKind.SHOT)
    with pytest.raises(IllegalCall, match="aggression 7"):
        match.session.answer_of_policy(ShotDecision(aggression=7.0), match.request)
    counts = match.session.counts()
    assert (counts.illegal, counts.decisions, counts.rethinks) == (1, 0, 0)


def test_a_match_plan_is_set_once_and_then_updated() -> None:
    match = Match()
    call(match, "set_match_plan", summary="win", batting="slowly")
    with pytest.raises(IllegalCall, match="you have a match plan; update it"):
        call(match, "set_match_plan", summary="lose")
    call(match, "update_match_plan", batting="fast")
    assert match.session.prepared.plan == {"summary": "win", "batting": "fast"}


def test_a_field_that_was_not_allowed_for_a_while_comes_back() -> None:
    match = Match().to_ball(12)
    call(match, "set_field", field="spread")
    early = Match().to(DecisionKind.DELIVERY).request
    fields = [match.session.prepared.field_for(request) for request in (early, match.request)]
    assert fields == [Field.STANDARD, Field.SPREAD]


def test_the_reason_of_a_decision_is_kept_and_the_next_one_has_its_own() -> None:
    match = Match().to(DecisionKind.SHOT)
    call(match, "play_delivery", reason="to see him")
    assert match.session.reason == "to see him"
    call(match, "play_delivery")
    assert match.session.reason is None


def test_play_as_declared_is_coherent_and_its_opposite_is_not() -> None:
    def coherence(aggression: float) -> float:
        match = Match().to(DecisionKind.SHOT)
        call(match, "set_batting_strategy", intent="attack", aggression=1.0)
        call(match, "play_delivery", shot="on_merit", aggression=aggression)
        return match.session.take_behaviour()[0] * 2 * match.request.view.format.max_balls

    assert coherence(1.0) == pytest.approx(1.0)
    assert coherence(0.5) == pytest.approx(0.0)
    assert coherence(0.0) == pytest.approx(-1.0)


def test_without_a_declaration_nothing_is_coherent_or_not() -> None:
    match = Match().to(DecisionKind.SHOT)
    call(match, "play_delivery", shot="loft", aggression=1.0)
    assert match.session.take_behaviour() == (0.0, 0.0)


def test_both_seats_hear_the_same_balls() -> None:
    match = Match().to_ball(6)
    assert match.sessions[Seat.HOME].balls == match.sessions[Seat.AWAY].balls
    assert len(match.sessions[Seat.HOME].balls) == 5
