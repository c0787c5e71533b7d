"""The tools: what is offered is accepted; the rest is refused with the reason and what is legal."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.arguments import LONGEST_TEXT
from engine.calls import CricketAction, parse_action
from engine.cricket import legality
from engine.cricket.choices import DecisionKind, variations_of
from engine.errors import CallError, IllegalCall, LateCall, MalformedCall, UnknownTool
from engine.tools import TOOLS, OwnTable, available_tools
from tests.environment.calls import KINDS, any_call, offered_call, open_questions
from tests.tables import Match

COMMITTING = {
    DecisionKind.TOSS: "choose_toss",
    DecisionKind.BATTER: "select_batter",
    DecisionKind.BOWLER: "choose_bowler",
    DecisionKind.DELIVERY: "bowl_delivery",
    DecisionKind.SHOT: "play_delivery",
}


def offered(match: Match, **own: bool) -> dict[str, dict[str, Any]]:
    return {t.name: t.parameters for t in available_tools(match.request, OwnTable(**own))}


def call(match: Match, tool: str, question: int | None = None, **arguments: Any) -> object:
    action = CricketAction(tool=tool, arguments=arguments, question=question)
    return match.session.call(action, match.request)


def test_there_are_fourteen_tools() -> None:
    assert len(TOOLS) == 14


@pytest.mark.parametrize("kind", KINDS)
def test_each_question_is_answered_by_one_tool(kind: DecisionKind) -> None:
    offers = available_tools(Match().to(kind).request, OwnTable())
    assert [t.name for t in offers if t.commits] == [COMMITTING[kind]]


@given(open_questions(), st.data())
def test_what_is_offered_is_accepted(match: Match, data: st.DataObject) -> None:
    offers = available_tools(match.request, OwnTable())
    offer = data.draw(st.sampled_from(offers))
    decision = match.session.call(data.draw(offered_call(offer)), match.request)
    assert (decision is not None) == offer.commits
    if decision is not None:
        legality.check(match.request, decision)


@pytest.mark.parametrize("character", ["x", '"', "投", "🏏"])
def test_the_longest_texts_are_accepted_in_any_script(character: str) -> None:
    words = character * LONGEST_TEXT
    call(Match(), "set_match_plan", summary=words, batting=words, bowling=words)


@given(open_questions(), st.sampled_from(list(TOOLS)))
def test_what_is_not_offered_is_refused_and_the_offered_are_named(match: Match, tool: str) -> None:
    names = list(offered(match))
    if tool in names:
        return
    with pytest.raises(IllegalCall) as caught:
        call(match, tool)
    assert caught.value.legal == ", ".join(names)


@given(open_questions(), any_call())
def test_whatever_is_called_is_taken_or_refused_with_a_reason(
    match: Match, action: CricketAction
) -> None:
    refused: CallError | None = None
    try:
        match.session.call(action, match.request)
    except CallError as error:
        refused = error
    assert refused is None or (refused.why and refused.legal and str(refused).isprintable())


@given(open_questions())
def test_every_schema_is_plain_json_without_references(match: Match) -> None:
    for schema in offered(match).values():
        assert "$ref" not in json.dumps(schema)
        assert schema["additionalProperties"] is False


def test_players_are_offered_by_name_and_only_those_who_may() -> None:
    match = Match().to(DecisionKind.BOWLER, skip=1)
    squad = match.request.view.squads.of(match.request.seat)
    names = [squad[p].name for p in match.request.legal.players]
    assert offered(match)["choose_bowler"]["properties"]["player"]["enum"] == names


def test_fields_are_those_of_the_phase() -> None:
    early, late = Match().to(DecisionKind.DELIVERY), Match().to_ball(12)
    fields = [offered(m)["set_field"]["properties"]["field"]["enum"] for m in (early, late)]
    assert fields[0] == ["slips", "ring", "standard"]
    assert fields[1] == ["slips", "ring", "standard", "off_side", "leg_trap", "spread"]


def test_variations_are_those_of_the_bowler() -> None:
    match = Match().to(DecisionKind.DELIVERY)
    innings = match.request.view.innings
    assert innings is not None
    assert innings.bowler is not None
    bowler = match.request.view.squads.of(match.request.seat)[innings.bowler]
    schema = offered(match)["bowl_delivery"]["properties"]["variation"]
    assert schema["enum"] == [v.value for v in variations_of(bowler.bowls)]


@pytest.mark.parametrize(
    ("kind", "tool", "arguments", "error", "message"),
    [
        ("toss", "toss_coin", {}, UnknownTool, r"no tool 'toss_coin'; legal: set_match_plan, "),
        ("toss", "choose_toss", {}, MalformedCall, r"elect is missing; legal: elect: bat \| field"),
        ("toss", "choose_toss", {"elect": "bowl"}, MalformedCall, r"elect 'bowl': .*'bat'"),
        ("toss", "bowl_delivery", {}, IllegalCall, r"you are asked about the toss"),
        ("toss", "reflect_after_ball", {"note": "x"}, IllegalCall, "no ball has been bowled"),
        ("toss", "update_match_plan", {}, IllegalCall, "you have no match plan yet"),
        ("toss", "set_match_plan", {"summary": ""}, MalformedCall, "summary '': .*at least 1 char"),
        ("bowler", "choose_bowler", {"player": "Nobody"}, IllegalCall, "'Nobody' is not in your"),
        ("delivery", "set_field", {"field": "spread"}, IllegalCall, "spread field may not be set"),
        ("delivery", "bowl_delivery", {"length": "beamer"}, MalformedCall, "length 'beamer'"),
        ("delivery", "bowl_delivery", {"pace": 90}, MalformedCall, "there is no argument pace"),
        ("delivery", "plan_delivery", {"variation": "zooter"}, MalformedCall, "'zooter'"),
        ("shot", "play_delivery", {"aggression": 2}, MalformedCall, "aggression 2: .*less than"),
        ("shot", "play_delivery", {"aggression": "0.5"}, MalformedCall, "valid number"),
        ("shot", "play_delivery", {"aggression": True}, MalformedCall, "valid number"),
        ("shot", "play_delivery", {"aggression": float("nan")}, MalformedCall, "not a JSON object"),
        ("shot", "play_delivery", {"shot": object()}, MalformedCall, "not a JSON object"),
        ("shot", "play_delivery", {"reason": "x" * 501}, MalformedCall, "at most 500"),
        ("shot", "play_delivery", {"reason": "\x1b[2J"}, MalformedCall, "control characters"),
    ],
)
def test_a_refusal_says_what_is_wrong_and_what_is_legal(
    kind: str, tool: str, arguments: dict[str, Any], error: type[CallError], message: str
) -> None:
    with pytest.raises(error, match=message) as caught:
        call(Match().to(DecisionKind(kind)), tool, **arguments)
    assert caught.value.legal


def test_a_bowler_of_the_other_kind_has_no_such_ball() -> None:
    match = Match().to(DecisionKind.DELIVERY)
    allowed = offered(match)["bowl_delivery"]["properties"]["variation"]["enum"]
    other = "swing" if "flighted" in allowed else "flighted"
    with pytest.raises(IllegalCall, match=f"no {other} ball; legal: {', '.join(allowed)}"):
        call(match, "bowl_delivery", variation=other)
    with pytest.raises(IllegalCall, match=f"no {other} ball"):
        call(match, "plan_delivery", variation=other)


def test_a_call_for_an_answered_question_is_late() -> None:
    match = Match().to(DecisionKind.SHOT)
    number = match.request.number
    with pytest.raises(LateCall, match=f"question {number - 1} is not open; .*question {number}"):
        call(match, "play_delivery", question=number - 1)
    assert call(match, "play_delivery", question=number) is not None


def test_a_call_after_the_match_is_late() -> None:
    match = Match()
    session = match.session
    match.finish()
    with pytest.raises(LateCall, match="the match is over"):
        session.call(CricketAction(tool="choose_toss"), None)


def test_a_call_out_of_turn_is_late() -> None:
    match = Match().to(DecisionKind.SHOT)
    other = match.sessions[match.request.seat.other]
    with pytest.raises(LateCall, match="the other captain is asked"):
        other.call(CricketAction(tool="bowl_delivery"), match.request)


@pytest.mark.parametrize("change", [{}, {"summary": None}, {"summary": ""}, {"batting": ""}])
def test_an_update_of_the_plan_that_says_nothing_is_malformed(change: dict[str, Any]) -> None:
    match = Match()
    call(match, "set_match_plan", summary="win")
    with pytest.raises(MalformedCall, match=r"at least (one of summary|1 char)"):
        call(match, "update_match_plan", **change)
    assert offered(match, has_plan=True)["update_match_plan"]["minProperties"] == 1


@pytest.mark.parametrize("raw", [{}, {"tool": 3}, {"tool": "x", "arguments": []}, {"tol": "x"}])
def test_what_is_not_even_a_call_is_malformed(raw: dict[str, Any]) -> None:
    with pytest.raises(MalformedCall, match="not a tool call"):
        parse_action(raw)
