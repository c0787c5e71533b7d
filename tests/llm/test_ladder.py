"""Down the ladder: what is asked next, what is remembered, what is counted, who decided."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest

from engine.cricket.choices import Seat
from engine.events import EndReason
from engine.tool_captains.llm.rungs import PATIENCE, Rung, Rungs
from tests.llm.models import (
    Respond,
    by_json,
    by_tool,
    counts,
    legal_call,
    no_tools,
    play,
    refuses_tools,
    renames_the_limit,
    text,
)
from tests.llm.obtainers import lend
from tests.llm.stub import Said, completion, fails, says


async def test_a_model_that_calls_tools_decides_everything_in_one_call_each() -> None:
    result, _, endpoint = await play(by_tool)
    seat = counts(result)
    assert (seat.coverage, seat.problems, seat.rungs) == (1.0, {}, {"strict": seat.decisions})
    assert len(endpoint.requests) == seat.decisions == seat.spent.calls
    assert seat.sources == {"llm": seat.decisions}


async def test_a_server_that_drops_tools_costs_two_extra_calls_in_all() -> None:
    result, _, endpoint = await play(no_tools)
    seat = counts(result)
    assert (seat.coverage, seat.rethinks, seat.problems) == (1.0, 2, {"no_call": 2})
    assert len(endpoint.requests) == seat.decisions + 2


async def test_a_refused_request_is_not_the_captains() -> None:
    result, _, endpoint = await play(refuses_tools)
    seat = counts(result)
    assert (seat.coverage, seat.rethinks, seat.problems) == (1.0, 0, {})
    assert seat.rungs == {"schema": seat.decisions}
    assert len(endpoint.requests) == seat.decisions + 3  # strict, required and auto, once each


async def test_an_endpoint_that_refuses_everything_voids_the_episode() -> None:
    result, _, _ = await play(lambda _: fails(400, "no"))
    assert result.end_reason is EndReason.TRANSPORT


async def test_strictness_and_a_required_call_are_given_up_before_tools() -> None:
    def respond(request: dict[str, Any]) -> Said:
        if request["tools"][0]["function"].get("strict") or request["tool_choice"] == "required":
            return fails(400, "not supported")
        return by_tool(request)

    result, _, _ = await play(respond)
    assert counts(result).rungs == {"auto": counts(result).decisions}


async def test_the_model_is_told_what_was_wrong_and_shown_what_it_said() -> None:
    first = True

    def respond(request: dict[str, Any]) -> Said:
        nonlocal first
        if not first:
            return by_tool(request)
        first = False
        return says(completion("choose_toss", '{"elect": "sleep"}'))

    _, _, endpoint = await play(respond, seed=7)
    asked, told = endpoint.requests[1]["messages"][-2:]
    assert asked["tool_calls"][0]["function"]["name"] == "choose_toss"
    assert (told["role"], told["tool_call_id"]) == ("tool", asked["tool_calls"][0]["id"])
    assert told["content"].startswith("Refused: ")
    assert "strict" in json.dumps(endpoint.requests[1]["tools"])  # asked again in the same way


WRONG = {
    "truncated": lambda _: text("Let me think", "length"),
    "empty": lambda _: text(""),
    "refused": lambda _: text(None, refusal="I cannot"),
    "no_call": lambda _: text("I would attack."),
    "unknown_tool": lambda _: says(completion("hit_it", "{}")),
    "malformed": lambda _: says(completion("choose_toss", '{"elect": ')),
    "illegal": lambda _: says(completion("choose_bowler", '{"player": "Nobody"}')),
}


@pytest.mark.parametrize("name", sorted(WRONG))
async def test_an_unusable_answer_is_counted_under_its_name_and_the_fallback_decides(
    name: str,
) -> None:
    result, _, _ = await play(WRONG[name])
    seat = counts(result)
    assert result.end_reason is EndReason.COMPLETED
    assert (seat.coverage, seat.sources) == (0.0, {"fallback": seat.decisions})
    assert seat.fallbacks == seat.decisions
    assert seat.problems.get(name, 0) > 0
    assert sum(seat.problems.values()) == 4 * seat.decisions == seat.illegal + seat.malformed
    assert seat.rethinks == 3 * seat.decisions


async def test_who_never_answers_forfeits_where_his_file_says_so() -> None:
    result, _, endpoint = await play(WRONG["empty"], on_failure="forfeit")
    assert (result.end_reason, result.winner) == (EndReason.FORFEIT, Seat.AWAY)
    assert len(endpoint.requests) == 4
    assert counts(result).problems == {"empty": 4}
    assert counts(result).spent.calls == 4


async def test_who_is_over_his_budget_falls_back_and_it_is_counted() -> None:
    result, _, endpoint = await play(by_tool, episode_budget={"calls": 2})
    seat = counts(result)
    assert len(endpoint.requests) == seat.own == 2
    assert seat.problems == {"over_budget": seat.fallbacks}


async def test_of_several_calls_the_first_is_taken_and_it_is_counted() -> None:
    def respond(request: dict[str, Any]) -> Said:
        name, arguments = legal_call(request)
        answer = completion(name, json.dumps(arguments))
        calls = answer["choices"][0]["message"]["tool_calls"]
        calls.append({**calls[0], "id": "call_2"})
        return says(answer)

    seat = counts((await play(respond))[0])
    assert (seat.coverage, seat.problems) == (1.0, {"several_calls": seat.decisions})


async def test_a_call_in_text_is_taken_at_any_rung_and_counted() -> None:
    seat = counts((await play(by_json))[0])
    assert (seat.coverage, seat.rethinks) == (1.0, 0)
    assert seat.problems == {"call_in_text": seat.decisions}


async def test_an_answer_that_does_not_say_that_it_is_whole_is_counted() -> None:
    def respond(request: dict[str, Any]) -> Said:
        name, arguments = legal_call(request)
        answer = completion(name, json.dumps(arguments))
        answer["choices"][0]["finish_reason"] = None
        return says(answer)

    seat = counts((await play(respond))[0])
    assert seat.problems == {"no_finish_reason": seat.decisions}


@pytest.mark.parametrize("respond", [by_tool, no_tools, refuses_tools])
async def test_the_same_answers_make_the_same_play_however_they_are_asked_for(
    respond: Respond,
) -> None:
    assert (await play(respond))[0].record_digest == (await play(by_tool))[0].record_digest


async def test_preparing_calls_are_bounded_and_their_results_are_shown() -> None:
    def respond(request: dict[str, Any]) -> Said:
        names = [tool["function"]["name"] for tool in request["tools"]]
        if "analyze_situation" in names:
            return says(completion("analyze_situation", "{}"))
        return by_tool(request)

    result, _, endpoint = await play(respond, max_preparing=1)
    seat = counts(result)
    assert (seat.coverage, seat.problems) == (1.0, {})
    assert len(endpoint.requests) == 2 * seat.decisions
    assert endpoint.requests[1]["messages"][-1]["role"] == "tool"


async def test_committing_offers_nothing_that_only_prepares() -> None:
    _, _, endpoint = await play(by_tool, tools="committing")
    assert {len(request["tools"]) for request in endpoint.requests} == {1}
    assert not any("set_match_plan" in json.dumps(r["messages"][1]) for r in endpoint.requests)


@pytest.mark.parametrize("respond", [WRONG["malformed"], WRONG["unknown_tool"], no_tools, by_tool])
async def test_messages_are_a_sequence_that_strict_servers_take(respond: Respond) -> None:
    _, _, endpoint = await play(respond)
    for request in endpoint.requests:
        messages = request["messages"]
        assert [m["role"] for m in messages[:2]] == ["system", "user"]
        for before, message in pairwise(messages[1:]):
            assert message["role"] != before["role"]
            assert (message["role"] == "tool") == bool(before.get("tool_calls"))
            for call in message.get("tool_calls", ()):
                json.loads(call["function"]["arguments"])


async def test_strict_schemas_hold_only_what_is_taken_everywhere() -> None:
    _, _, endpoint = await play(by_tool)
    for tool in (tool for request in endpoint.requests for tool in request["tools"]):
        parameters = tool["function"]["parameters"]
        assert parameters["additionalProperties"] is False
        assert parameters["required"] == list(parameters["properties"])
        assert not {"oneOf", "maxLength", "minLength", "$ref", "default"} & set(_keys(parameters))


def _keys(node: Any) -> list[str]:
    if isinstance(node, dict):
        return [*node, *(key for value in node.values() for key in _keys(value))]
    if isinstance(node, list):
        return [key for value in node for key in _keys(value)]
    return []


async def test_a_slip_does_not_demote_a_rung_that_works() -> None:
    rungs = Rungs()
    rungs.worked("u", "m", Rung.STRICT)
    for _ in range(PATIENCE - 1):
        rungs.worked("u", "m", Rung.SCHEMA)
    assert rungs.of("u", "m") is Rung.STRICT
    rungs.worked("u", "m", Rung.SCHEMA)
    assert rungs.of("u", "m") is Rung.SCHEMA


async def test_one_endpoints_ladder_is_not_anothers() -> None:
    rungs = Rungs()
    rungs.worked("u", "m", Rung.TEXT)
    assert rungs.of("u", "m") is Rung.TEXT
    assert rungs.of("u", "other") is rungs.of("v", "m") is Rung.STRICT


async def test_what_the_run_has_learnt_is_used_in_its_next_episode() -> None:
    lent = lend()
    lent.rungs.worked("http://elsewhere", "m", Rung.TEXT)
    result, _, endpoint = await play(refuses_tools, services=lent)
    assert lent.rungs.of(endpoint.url, "m") is Rung.SCHEMA
    await lent.aclose()
    assert counts(result).coverage == 1.0


async def test_the_books_name_model_prompt_and_time() -> None:
    seat = counts((await play(by_tool))[0])
    assert seat.models == ("stub-1",)
    assert len(seat.prompt_digest) == 64
    assert seat.latency_ms_p50 <= seat.latency_ms_p95
    assert seat.spent.tokens_in == 100 * seat.decisions
    assert seat.cost_sources == ("unknown",)


async def test_a_model_that_wants_its_limit_under_another_name_is_given_it() -> None:
    result, _, endpoint = await play(renames_the_limit, max_tokens=50)
    seat = counts(result)
    assert (seat.coverage, seat.rungs) == (1.0, {"strict": seat.decisions})
    assert len(endpoint.requests) == seat.decisions + 1
    assert endpoint.requests[-1]["max_completion_tokens"] == 50


async def test_a_setting_that_a_model_refuses_is_the_organisers() -> None:
    def respond(request: dict[str, Any]) -> Said:
        if "temperature" in request:
            return fails(400, "Unsupported value: 'temperature' does not support 0.7.")
        return by_tool(request)

    result, _, _ = await play(respond, temperature=0.7)
    assert result.end_reason is EndReason.BAD_SETTINGS
    assert "captain 'qwen': temperature: " in str(result.error)
    assert "leave it out" in str(result.error)
