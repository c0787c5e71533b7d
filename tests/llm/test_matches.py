"""Whole matches against an endpoint that behaves badly: what is counted, what it cost, who won."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from llmock.pytest_plugin import LLMock

from engine.captains.llm import Allowance
from engine.cricket.choices import Seat
from engine.errors import MissingSecret
from engine.events import EndReason
from engine.tool_captains.budgets import Ledger
from engine.tool_captains.response_cache import SqliteCache
from tests.doubles import Remembering
from tests.llm.matches import at_home, match, played
from tests.llm.obtainers import lend
from tests.llm.stub import ENOUGH_S, Said, completion, fails, plays, says, stub

PRICE = {"input": 1.0, "output": 1.0}


def _url(llmock: LLMock) -> str:
    return llmock.base_url("openai")


async def test_a_match_is_counted_and_paid_for(llmock: LLMock) -> None:
    services = lend()
    result = await played(match(_url(llmock), price=PRICE), services)
    await services.aclose()
    counts, spent = at_home(result), at_home(result).spent
    assert result.end_reason is EndReason.COMPLETED
    assert counts.coverage == 1.0
    assert spent is not None
    assert spent.calls == counts.decisions + counts.rethinks == len(llmock.requests)
    assert spent.cost_usd == pytest.approx((spent.tokens_in + spent.tokens_out) / 1e6)


async def test_rate_limits_are_waited_for_and_counted(llmock: LLMock) -> None:
    llmock.rate_limit(times=2, retry_after=0.01)
    services = lend()
    result = await played(match(_url(llmock)), services)
    await services.aclose()
    spent = at_home(result).spent
    assert result.end_reason is EndReason.COMPLETED
    assert spent is not None
    assert spent.transport_retries == 2
    assert at_home(result).problems == {}


async def test_an_outage_voids_the_match_and_blames_nobody(llmock: LLMock) -> None:
    llmock.outage()
    services = lend()
    result = await played(match(_url(llmock), on_failure="forfeit"), services)
    await services.aclose()
    assert (result.end_reason, result.winner) == (EndReason.TRANSPORT, None)
    assert "503" in (result.error or "")
    assert at_home(result).problems == {}
    assert len(llmock.requests) == 5


async def test_an_empty_quota_voids_it_after_one_request(llmock: LLMock) -> None:
    llmock.fail(429, times=None, code="insufficient_quota", message="You exceeded your quota")
    services = lend()
    for attempt in (1, 2, 3):
        result = await played(match(_url(llmock), attempt=attempt), services)
        assert result.end_reason is EndReason.TRANSPORT
        assert "quota is spent" in (result.error or "")
    await services.aclose()
    assert len(llmock.requests) == 1


async def test_a_refused_key_voids_it_after_one_request(llmock: LLMock) -> None:
    llmock.fail(401, times=None)
    services = lend()
    result = await played(match(_url(llmock)), services)
    await services.aclose()
    assert result.end_reason is EndReason.BAD_SETTINGS
    assert "key is not accepted" in (result.error or "")
    assert len(llmock.requests) == 1


async def test_a_stall_is_the_captains_and_the_match_goes_on() -> None:
    release, stalled = asyncio.Event(), list[dict[str, Any]]()

    async def stall_once(request: dict[str, Any]) -> Said:
        if not stalled:
            stalled.append(request)
            await release.wait()
        return says(plays(request))

    services = lend()
    async with stub(answering=stall_once) as endpoint:
        result = await played(match(endpoint.url, deadline_s=ENOUGH_S), services)
        release.set()
        await services.aclose()
    counts = at_home(result)
    assert result.end_reason is EndReason.COMPLETED
    assert counts.problems == {"late": 1}
    assert (counts.rethinks, counts.fallbacks) == (1, 0)


async def test_silence_throughout_forfeits_where_the_file_says_so() -> None:
    release = asyncio.Event()

    async def stall(_: dict[str, Any]) -> None:
        await release.wait()

    services = lend()
    async with stub(answering=stall) as endpoint:
        spec = match(endpoint.url, deadline_s=0.02, on_failure="forfeit")
        result = await played(spec, services)
        release.set()
        await services.aclose()
    assert (result.end_reason, result.winner) == (EndReason.FORFEIT, Seat.AWAY)
    assert at_home(result).problems == {"late": 4}


async def test_a_question_is_asked_no_more_often_than_the_page_says() -> None:
    asked = list[dict[str, Any]]()

    async def prepares_and_fails(request: dict[str, Any]) -> Said:
        asked.append(request)
        return says(completion("analyze_situation", "{}"))

    services = lend()
    async with stub(answering=prepares_and_fails) as endpoint:
        spec = match(endpoint.url, tools="all", max_preparing=2, on_failure="forfeit")
        result = await played(spec, services)
        await services.aclose()
    assert result.end_reason is EndReason.FORFEIT
    assert len(asked) == 4 + 2


async def test_a_captain_over_his_budget_plays_by_the_fallback(llmock: LLMock) -> None:
    services = lend()
    result = await played(match(_url(llmock), budget={"calls": 3}), services)
    await services.aclose()
    counts = at_home(result)
    assert result.end_reason is EndReason.COMPLETED
    assert counts.own <= 3
    assert counts.problems["over_budget"] == counts.fallbacks
    assert len(llmock.requests) == 3


async def test_a_spent_run_voids_the_match_and_blames_nobody(llmock: LLMock) -> None:
    services = lend(budgets=Ledger(Allowance(calls=3)))
    result = await played(match(_url(llmock), on_failure="forfeit"), services)
    await services.aclose()
    assert (result.end_reason, result.winner) == (EndReason.RUN_BUDGET, None)
    assert "calls (3 of 3)" in (result.error or "")
    assert at_home(result).problems == {}


async def test_a_missing_key_is_told_before_anything_is_published(llmock: LLMock) -> None:
    watcher, services = Remembering(), lend()
    with pytest.raises(MissingSecret):
        await played(match(_url(llmock), api_key_env="CAPTAINS_NO_SUCH"), services, [watcher])
    assert watcher.events == []
    assert not llmock.requests


async def test_a_match_from_the_cache_is_the_same_match_for_nothing(tmp_path: Path) -> None:
    async def answer(request: dict[str, Any]) -> Said:
        return says(plays(request))

    async with stub(answering=answer) as endpoint:
        results = []
        for mode in ("live", "cached"):
            services = lend(cache=SqliteCache(tmp_path / "answers.db"))
            results.append(await played(match(endpoint.url, mode=mode), services))
            await services.aclose()
    live, cached = results
    assert cached.innings == live.innings
    assert at_home(cached).sources == {"cache": at_home(cached).decisions}
    spent = at_home(cached).spent
    assert spent is not None
    assert (spent.calls, spent.from_cache) == (0, len(endpoint.requests))


async def test_a_void_match_that_is_replayed_uses_its_samples_again(tmp_path: Path) -> None:
    answered: list[dict[str, Any]] = []

    async def breaks_down(request: dict[str, Any]) -> Said:
        if len(answered) == 10:
            return fails(503)
        answered.append(request)
        return says(plays(request))

    async with stub(answering=breaks_down) as endpoint:
        services = lend(cache=SqliteCache(tmp_path / "answers.db"))
        void = await played(match(endpoint.url), services)
        answered.append({})
        result = await played(match(endpoint.url, attempt=2), services)
        await services.aclose()
    assert void.end_reason is EndReason.TRANSPORT
    assert result.end_reason is EndReason.COMPLETED
    spent = at_home(result).spent
    assert spent is not None
    assert spent.from_cache == 10


async def test_cached_mode_without_an_answer_voids_the_match(tmp_path: Path) -> None:
    services = lend(cache=SqliteCache(tmp_path / "answers.db"))
    result = await played(match("http://127.0.0.1:1/v1", mode="cached"), services)
    await services.aclose()
    assert result.end_reason is EndReason.TRANSPORT
    assert "no answer is kept for decision" in (result.error or "")
