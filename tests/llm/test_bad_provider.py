"""A provider that behaves badly: what is counted, what it cost, who won.

`llmock` does what it can do to a client that does not stream: 429 with Retry-After, 5xx, a quota,
a prompt that is too long, slow answers, malformed arguments, unknown tools, text only. What it does
to streams alone (an answer that is cut off, garbled, stalled or dropped in the middle), and finish
reasons of our choice, is said by our own stub (here for truncation, else in `test_any_bytes`).
"""

from __future__ import annotations

from typing import Any

import pytest
from llmock.pytest_plugin import LLMock

from engine.events import EndReason, SeatCounts, Spent
from engine.result import EpisodeResult
from tests.llm.matches import at_home, match, played
from tests.llm.obtainers import lend
from tests.llm.stub import ENOUGH_S, Said, completion, plays, says, stub

PRICE = {"input": 1.0, "output": 1.0}


async def outcome(url: str, **settings: Any) -> tuple[EpisodeResult, SeatCounts, Spent]:
    """Of a match with prices: every call that was answered is paid for, by the file's price."""
    services = lend()
    result = await played(match(url, price=PRICE, **settings), services)
    await services.aclose()
    seat = at_home(result)
    spent = seat.spent
    assert spent is not None
    assert spent.cost_usd is not None
    assert spent.cost_usd == pytest.approx((spent.tokens_in + spent.tokens_out) / 1e6)
    return result, seat, spent


def _url(llmock: LLMock) -> str:
    return llmock.base_url("openai")


async def test_server_errors_are_sent_again_and_cost_nothing(llmock: LLMock) -> None:
    llmock.fail(500, times=1).fail(503, times=1).fail(502, times=1)
    result, seat, spent = await outcome(_url(llmock))
    assert result.end_reason is EndReason.COMPLETED
    assert (spent.transport_retries, seat.problems, seat.coverage) == (3, {}, 1.0)
    assert spent.calls == len(llmock.requests) - 3


async def test_a_rate_limit_is_obeyed_and_blames_nobody(llmock: LLMock) -> None:
    llmock.rate_limit(times=3, retry_after=0.01)
    result, seat, spent = await outcome(_url(llmock), on_failure="forfeit")
    assert result.end_reason is EndReason.COMPLETED
    assert (spent.transport_retries, seat.problems, seat.coverage) == (3, {}, 1.0)


async def test_an_empty_quota_voids_the_match_before_a_token_is_paid(llmock: LLMock) -> None:
    llmock.fail(429, times=None, code="insufficient_quota", message="You exceeded your quota")
    result, seat, spent = await outcome(_url(llmock), on_failure="forfeit")
    assert (result.end_reason, result.winner) == (EndReason.TRANSPORT, None)
    assert (seat.problems, spent.calls, spent.cost_usd) == ({}, 0, 0.0)


async def test_a_prompt_that_is_too_long_is_asked_again_without_the_match_so_far(
    llmock: LLMock,
) -> None:
    llmock.context_overflow(times=1)
    result, seat, spent = await outcome(_url(llmock))
    assert result.end_reason is EndReason.COMPLETED
    assert (seat.problems, seat.coverage) == ({}, 1.0)
    assert spent.calls == len(llmock.requests) - 1


@pytest.mark.parametrize(
    ("kind", "problem"),
    [("malformed_arguments", "malformed"), ("unknown_tool", "unknown_tool")],
)
async def test_a_broken_call_is_asked_again_counted_and_paid_for(
    llmock: LLMock, kind: str, problem: str
) -> None:
    llmock.break_tool_call(kind, times=1)
    result, seat, spent = await outcome(_url(llmock))
    assert result.end_reason is EndReason.COMPLETED
    assert (seat.problems, seat.malformed, seat.rethinks) == ({problem: 1}, 1, 1)
    assert spent.calls == seat.decisions + 1 == len(llmock.requests)


@pytest.mark.parametrize("kind", ["malformed_arguments", "unknown_tool"])
async def test_a_server_that_breaks_every_call_is_asked_for_json_instead(
    llmock: LLMock, kind: str
) -> None:
    llmock.break_tool_call(kind, times=None)
    result, seat, spent = await outcome(_url(llmock), on_failure="forfeit")
    assert (result.end_reason, seat.coverage) == (EndReason.COMPLETED, 1.0)
    assert sum(seat.problems.values()) == seat.malformed == seat.rethinks == 2
    assert spent.calls == seat.decisions + 2


async def test_a_slow_answer_is_late_and_what_it_cost_nobody_knows(llmock: LLMock) -> None:
    llmock.delay(2 * ENOUGH_S, times=1)
    services = lend()
    result = await played(match(_url(llmock), price=PRICE, deadline_s=ENOUGH_S), services)
    await services.aclose()
    seat = at_home(result)
    assert result.end_reason is EndReason.COMPLETED
    assert (seat.problems, seat.rethinks, seat.fallbacks) == ({"late": 1}, 1, 0)
    assert seat.spent is not None
    assert seat.spent.cost_usd is None
    assert seat.cost_sources == ("file", "unknown")


async def test_a_cut_off_answer_is_counted_asked_again_and_paid_for() -> None:
    cut = completion("choose_toss", '{"elect": "ba')
    cut["choices"][0]["finish_reason"] = "length"
    told: list[dict[str, Any]] = []

    async def answer(request: dict[str, Any]) -> Said:
        told.append(request)
        return says(cut if len(told) == 1 else plays(request))

    async with stub(answering=answer) as endpoint:
        result, seat, spent = await outcome(endpoint.url)
    assert result.end_reason is EndReason.COMPLETED
    assert (seat.problems, seat.rethinks) == ({"truncated": 1}, 1)
    assert spent.calls == seat.decisions + 1
