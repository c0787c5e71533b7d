"""Calls in text: every form that models are known to write, and nothing that is none."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.cricket.choices import DecisionKind
from engine.errors import CallError
from engine.tool_captains.llm.chat import ChatReply, RawCall
from engine.tool_captains.llm.parsing import calls_in, without_thoughts
from engine.tool_captains.llm.reading import read_reply
from engine.tool_captains.llm.rungs import Rung
from engine.tools import ToolOffer
from tests.tables import Match


def offers_for(kind: DecisionKind) -> tuple[ToolOffer, ...]:
    match = Match(3).to(kind)
    return match.session.observation(match.request).available_tools


SHOT, BOWLER = offers_for(DecisionKind.SHOT), offers_for(DecisionKind.BOWLER)
LOFT = {"shot": "loft", "aggression": 0.7}


def said(text: str, offers: tuple[ToolOffer, ...] = SHOT) -> list[tuple[str, dict[str, Any]]]:
    return [(call.tool, call.arguments) for call in calls_in(without_thoughts(text), offers)]


@pytest.mark.parametrize(
    "text",
    [
        '{"call": {"tool": "play_delivery", "arguments": {"shot": "loft", "aggression": 0.7}}}',
        '{"tool": "play_delivery", "arguments": {"shot": "loft", "aggression": 0.7}}',
        '{"name": "play_delivery", "parameters": {"shot": "loft", "aggression": 0.7}}',
        '{"name": "play_delivery", "arguments": "{\\"shot\\": \\"loft\\", \\"aggression\\": 0.7}"}',
        '{"tool": "play_delivery", "shot": "loft", "aggression": 0.7}',
        '{"play_delivery": {"shot": "loft", "aggression": 0.7}}',
        '{"shot": "loft", "aggression": 0.7}',
        '```json\n{"tool": "play_delivery", "arguments": {"shot": "loft", "aggression": 0.7}}\n```',
        (
            'Sure! I\'d go with {"tool": "play_delivery", "arguments": {"shot": "loft", '
            '"aggression": 0.7}} as it\'s the death.'
        ),
        "{'tool': 'play_delivery', 'arguments': {'shot': 'loft', 'aggression': 0.7,}}",
        "play_delivery(shot='loft', aggression=0.7)",
        "I will call `play_delivery(shot=loft, aggression=0.7)`.",
        'play_delivery({"shot": "loft", "aggression": 0.7})',
        (
            '<tool_call>{"name": "play_delivery", "arguments": {"shot": "loft", "aggression": 0.7}}'
            "</tool_call>"
        ),
        '<think>{"tool": "bowl_delivery"} no…</think>{"shot": "loft", "aggression": 0.7}',
        '[THINK]{"shot": "defend"}, no…[/THINK]{"shot": "loft", "aggression": 0.7}',
        (
            '<|channel|>analysis<|message|>{"shot": "cut"}, no…<|end|><|start|>assistant<|channel|>'
            'final<|message|>{"shot": "loft", "aggression": 0.7}'
        ),
        (
            '<|channel|>analysis<|message|>{"shot": "cut"}, no…<|end|><|start|>assistant<|channel|>'
            "commentary to=functions.play_delivery <|constrain|>json<|message|>"
            '{"shot": "loft", "aggression": 0.7}<|call|>'
        ),
        (
            '{"tool_calls": [{"function": {"name": "play_delivery", "arguments": {"shot": "loft", '
            '"aggression": 0.7}}}]}'
        ),
        'Fields {slip, gully} are set. {"shot": "loft", "aggression": 0.7}',
    ],
)
def test_a_call_is_read_in_every_known_form(text: str) -> None:
    assert said(text) == [("play_delivery", LOFT)]


def test_a_bare_option_answers() -> None:
    name = BOWLER[1].parameters["properties"]["player"]["enum"][1]
    expected = [("choose_bowler", {"player": name})]
    for text in (name, f"**{name}**", f"I choose {name.upper()}.", f"choose_bowler('{name}')"):
        assert said(text, BOWLER) == expected
    assert said("loft") == [("play_delivery", {"shot": "loft"})]


def test_an_answer_that_names_two_players_names_none() -> None:
    one, two = BOWLER[1].parameters["properties"]["player"]["enum"][:2]
    assert said(f"{one} or {two}", BOWLER) == []


@pytest.mark.parametrize(
    "text", ["", "I would loft it.", "{}", "[]", "null", "{{{", "<think>loft", "[THINK]loft"]
)
def test_what_is_no_call_is_none(text: str) -> None:
    assert said(text) == []


def test_two_calls_in_text_are_two() -> None:
    assert len(said('{"tool": "play_delivery", "shot": "cut"} {"shot": "loft"}')) == 2


@pytest.mark.parametrize("unit", ["{", '{"a":', "play_delivery(", "[", "<think>", '{"', "({'\\"])
def test_reading_takes_time_linear_in_the_text(unit: str) -> None:
    started = time.process_time()
    said(unit * 200_000)
    assert time.process_time() - started < 5.0


@given(st.text() | st.text(alphabet="{}[]()'\"\\,:=a1 <think>/", max_size=80))
@settings(max_examples=300)
def test_any_text_can_be_read(text: str) -> None:
    assert all(isinstance(tool, str) for tool, _ in said(text))


replies = st.builds(
    ChatReply,
    text=st.text(max_size=60) | st.just('{"shot": "loft"}'),
    calls=st.lists(
        st.builds(
            RawCall,
            id=st.text(max_size=5),
            name=st.sampled_from(["play_delivery", "", "x"]) | st.text(max_size=5),
            arguments=st.sampled_from(["{}", "", "[]", "NaN", '{"shot": NaN}', "{" * 9000])
            | st.text(max_size=20),
        ),
        max_size=3,
    ).map(tuple),
    finish_reason=st.sampled_from([None, "", "stop", "length", "content_filter", "tool_calls"]),
    refusal=st.none() | st.text(max_size=5),
    reasoning=st.text(max_size=5),
)


@given(replies, st.sampled_from(list(Rung)))
@settings(max_examples=300)
def test_any_answer_is_a_call_or_a_call_error(reply: ChatReply, rung: Rung) -> None:
    try:
        read = read_reply(reply, SHOT, rung=rung, question=4)
    except CallError:
        return
    assert read.action.question == 4


def test_an_escaped_character_of_two_codes_is_one() -> None:
    [(_, arguments)] = said('{"shot": "loft", "reason": "over \\ud83c\\udfcf it goes"}')
    assert arguments["reason"] == "over \U0001f3cf it goes"
