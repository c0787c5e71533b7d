"""The response cache: the same question in the same place is asked once, another never shares."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.cricket.choices import Seat
from engine.errors import NoUsableCall
from engine.tool_captains import Account, Caller
from engine.tool_captains.llm.chat import ChatReply, RawCall, RequestRefused
from engine.tool_captains.llm.faults import NotCached
from engine.tool_captains.llm.remembering import Late, Place, key_of, read, written
from engine.tool_captains.response_cache import SqliteCache
from tests.llm.obtainers import ASKED, ask, lend, obtainer
from tests.llm.stub import completion, fails, says, stub

HERE = "http://127.0.0.1:1/v1"
WHO = Caller(captain="qwen", episode_id="e1", seat=Seat.HOME)
PLACE = Place(decision=1, answer=0)


async def test_a_repeated_question_costs_nothing(tmp_path: Path) -> None:
    account = Account()
    async with stub(says(completion())) as endpoint:
        for _ in range(2):
            services = lend(cache=SqliteCache(tmp_path / "answers.db"))
            reply = await ask(
                obtainer(endpoint.url, services, price={"input": 1, "output": 1}), account
            )
            assert reply.calls[0].arguments == '{"elect": "bat"}'
            await services.aclose()
    assert len(endpoint.requests) == 1
    assert (account.calls, account.from_cache) == (1, 1)
    assert account.usage.tokens_in == 100


async def test_a_second_answer_to_a_question_is_another(tmp_path: Path) -> None:
    services = lend(cache=SqliteCache(tmp_path / "answers.db"))
    async with stub(says(completion())) as endpoint:
        obtaining = obtainer(endpoint.url, services)
        for decision in (1, 1, 2):
            await ask(obtaining, decision=decision)
        again = obtainer(endpoint.url, services)
        for decision in (1, 1, 2):
            await ask(again, decision=decision)
        await services.aclose()
    assert len(endpoint.requests) == 3


async def test_two_episodes_never_share_a_sample(tmp_path: Path) -> None:
    services = lend(cache=SqliteCache(tmp_path / "answers.db"))
    async with stub(says(completion())) as endpoint:
        await ask(obtainer(endpoint.url, services, episode_id="e1"))
        await ask(obtainer(endpoint.url, services, episode_id="e2"))
        await services.aclose()
    assert len(endpoint.requests) == 2


async def test_what_was_refused_is_refused_again_without_asking(tmp_path: Path) -> None:
    services = lend(cache=SqliteCache(tmp_path / "answers.db"))
    refusal = fails(400, "tools are not supported")
    async with stub(refusal, says(completion())) as endpoint:
        for _ in range(2):
            obtaining = obtainer(endpoint.url, services)
            with pytest.raises(RequestRefused):
                await ask(obtaining)
            humbler = replace(ASKED, max_tokens=40)
            await obtaining.obtain(humbler, decision=1, account=Account())
        await services.aclose()
    assert len(endpoint.requests) == 2


async def test_an_endpoint_that_answered_nothing_is_asked_again(tmp_path: Path) -> None:
    services = lend(cache=SqliteCache(tmp_path / "answers.db"))
    async with stub(fails(400, "no"), says(completion())) as endpoint:
        with pytest.raises(RequestRefused):
            await ask(obtainer(endpoint.url, services))
        assert (await ask(obtainer(endpoint.url, services))).calls
        await services.aclose()


async def test_silence_is_no_answer_that_a_refusal_is_remembered_with(tmp_path: Path) -> None:
    services = lend(cache=SqliteCache(tmp_path / "answers.db"))
    async with stub(fails(400, "no"), says(completion())) as endpoint:
        obtaining = obtainer(endpoint.url, services)
        with pytest.raises(RequestRefused):
            await ask(obtaining)
        await obtaining._remember(replace(ASKED, max_tokens=40), 1, Late(deadline_s=60))
        assert (await ask(obtainer(endpoint.url, services))).calls
        await services.aclose()


async def test_a_failure_of_the_transport_is_not_remembered(tmp_path: Path) -> None:
    services = lend(cache=SqliteCache(tmp_path / "answers.db"))
    async with stub(fails(503), says(completion())) as endpoint:
        await ask(obtainer(endpoint.url, services))
        await ask(obtainer(endpoint.url, services))
        await services.aclose()
    assert len(endpoint.requests) == 2


async def test_cached_mode_asks_nobody(tmp_path: Path) -> None:
    services = lend(cache=SqliteCache(tmp_path / "answers.db"))
    async with stub(says(completion())) as endpoint:
        await ask(obtainer(endpoint.url, services))
        cached = obtainer(endpoint.url, services, mode="cached")
        await ask(cached)
        with pytest.raises(NotCached, match="decision 7, answer 1 of episode e1, home"):
            await ask(cached, decision=7)
        await services.aclose()
    assert len(endpoint.requests) == 1


async def test_silence_is_remembered_for_no_longer_deadline(tmp_path: Path) -> None:
    cache = SqliteCache(tmp_path / "answers.db")
    services = lend(cache=cache)
    async with stub(says(completion())) as endpoint:
        key = key_of(endpoint.url, ASKED, WHO, PLACE)
        await cache.put(key, written(Late(deadline_s=5)))
        with pytest.raises(NoUsableCall):
            await ask(obtainer(endpoint.url, services, deadline_s=5))
        assert (await ask(obtainer(endpoint.url, services, deadline_s=10))).calls
        await services.aclose()


async def test_an_entry_that_cannot_be_read_is_asked_for_again(tmp_path: Path) -> None:
    cache = SqliteCache(tmp_path / "answers.db")
    services = lend(cache=cache)
    async with stub(says(completion())) as endpoint:
        await cache.put(key_of(endpoint.url, ASKED, WHO, PLACE), b'{"v": 1, "reply": {"x": 1}}')
        assert (await ask(obtainer(endpoint.url, services))).calls
        await services.aclose()


_CHANGES: list[dict[str, Any]] = [
    {"model": "n"},
    {"messages": ({"role": "user", "content": "Bat or bowl?"},)},
    {"tools": ({"type": "function"},)},
    {"tool_choice": "auto"},
    {"response_format": {"type": "json_object"}},
    {"max_tokens": 51},
    {"temperature": 0.5},
    {"top_p": 0.5},
    {"seed": 1},
    {"reasoning_effort": "low"},
    {"extra_body": {"top_k": 1}},
]


@pytest.mark.parametrize("change", _CHANGES, ids=[next(iter(each)) for each in _CHANGES])
def test_all_that_is_sent_matters(change: dict[str, Any]) -> None:
    assert key_of(HERE, ASKED, WHO, PLACE) != key_of(HERE, replace(ASKED, **change), WHO, PLACE)


def test_where_it_is_asked_matters() -> None:
    keys = {
        key_of(HERE, ASKED, WHO, PLACE),
        key_of(HERE + "/", ASKED, WHO, PLACE),
        key_of(HERE, ASKED, replace(WHO, episode_id="e2"), PLACE),
        key_of(HERE, ASKED, replace(WHO, seat=Seat.AWAY), PLACE),
        key_of(HERE, ASKED, WHO, replace(PLACE, decision=2)),
        key_of(HERE, ASKED, WHO, replace(PLACE, answer=1)),
    }
    assert len(keys) == 6


def test_an_outcome_is_read_as_it_was_written() -> None:
    reply = ChatReply(text="x", calls=(RawCall(id="1", name="a", arguments="{}"),), model="m")
    assert read(written(reply)) == reply
    assert read(written(Late(deadline_s=2.5))) == Late(deadline_s=2.5)
    refused = read(written(RequestRefused("e", "why", True)))
    assert isinstance(refused, RequestRefused)
    assert refused.args == ("e", "why", True)
