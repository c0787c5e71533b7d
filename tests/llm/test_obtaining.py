"""How one answer is obtained: what is tried again, what is not, and what is booked."""

from __future__ import annotations

import asyncio
import json
import pickle
import socket
from typing import Any

import pytest

from engine.errors import BadPreset, CaptainUnavailable, MissingSecret, NoUsableCall
from engine.tool_captains import Account
from engine.tool_captains.account import Problem, problem_of
from engine.tool_captains.faults import BadEndpoint, Part, TransportFault
from engine.tool_captains.limiting import AdaptiveLimiter
from engine.tool_captains.llm.chat import RequestRefused
from engine.tool_captains.llm.wire import LARGEST_ANSWER_BYTES
from engine.tool_captains.services import EnvironmentSecrets
from tests.llm.obtainers import Sleeper, ask, lend, obtainer
from tests.llm.stub import ENOUGH_S, Said, completion, fails, says, stub

FINE = says(completion())
PRICED: dict[str, Any] = {"price": {"input": 1.0, "output": 2.0}}


async def _outcome(*script: Said | None, **settings: Any) -> tuple[Any, Account, int, list[float]]:
    """What came of one question: reply or error, the account, requests sent, seconds slept."""
    sleeper, account = Sleeper(), Account()
    services = lend(sleeper)
    async with stub(*script) as endpoint:
        try:
            came: Any = await ask(obtainer(endpoint.url, services, **settings), account)
        except (CaptainUnavailable, BadPreset, NoUsableCall) as error:
            came = error
        await services.aclose()
    return came, account, len(endpoint.requests), sleeper.slept


async def test_an_answer_is_one_call_at_its_price() -> None:
    reply, account, requests, _ = await _outcome(FINE, **PRICED)
    assert (reply.calls[0].name, requests, account.calls) == ("choose_toss", 1, 1)
    assert account.usage.cost_usd == pytest.approx((100 * 1 + 10 * 2) / 1e6)
    assert account.cost_sources == {"file"}
    assert account.models == {"stub-1"}


async def test_the_provider_knows_its_price_best() -> None:
    usage = {"prompt_tokens": 100, "completion_tokens": 10, "cost": 0.25}
    _, account, _, _ = await _outcome(says(completion(usage=usage)), **PRICED)
    assert account.usage.cost_usd == 0.25
    assert account.cost_sources == {"provider"}


async def test_an_unknown_price_is_not_zero() -> None:
    _, account, _, _ = await _outcome(FINE)
    assert account.usage.cost_usd is None
    assert account.cost_sources == {"unknown"}


async def test_a_busy_endpoint_is_asked_again_when_it_said() -> None:
    reply, account, requests, slept = await _outcome(fails(429, retry_after="3"), FINE)
    assert reply.calls
    assert (requests, account.transport_retries, account.calls) == (2, 1, 1)
    assert slept == [3.5]  # the wish, and the whole of the spread


async def test_milliseconds_come_before_seconds() -> None:
    busy = fails(429, retry_after_ms="250", retry_after="9")
    _, _, _, slept = await _outcome(busy, FINE)
    assert slept == [0.75]


async def test_the_wait_doubles_from_half_a_second() -> None:
    _, account, requests, slept = await _outcome(fails(503))
    assert slept == [0.5, 1.0, 2.0, 4.0]
    assert (requests, account.transport_retries, account.calls) == (5, 4, 0)


async def test_after_the_last_attempt_the_captain_is_unavailable() -> None:
    error, _, requests, _ = await _outcome(fails(500, "out of memory"), transport_attempts=2)
    assert isinstance(error, TransportFault)
    assert "500: out of memory" in str(error)
    assert requests == 2


async def test_nobody_waits_an_hour() -> None:
    error, _, requests, slept = await _outcome(fails(429, retry_after="3600"), FINE)
    assert isinstance(error, TransportFault)
    assert (requests, slept) == (1, [])


@pytest.mark.parametrize(
    "said",
    [
        None,
        Said(body=b"<html>busy</html>", content_type="text/html"),
        Said(body=b"{"),
        Said(body=b"[" * 100_000),
        says({"choices": []}),
        says({"choices": "none"}),
        says([1]),
        says({"error": {"message": "upstream is down", "code": 502}}),
        says(
            {"choices": [{"message": {"content": ""}, "error": {"message": "gone", "code": 502}}]}
        ),
        says({"error": {"message": "gone"}, "choices": [{"message": {"content": ""}}]}),
        Said(headers={"content-encoding": "gzip"}, body=b"\x1f\x8b"),
        Said(body=b" " * (LARGEST_ANSWER_BYTES + 1)),
    ],
    ids=[
        "hangs up",
        "html",
        "cut",
        "deep",
        "no choice",
        "choices",
        "list",
        "wrapped",
        "in",
        "beside",
        "gz",
        "big",
    ],
)
async def test_a_body_that_is_no_answer_is_the_transports(said: Said | None) -> None:
    reply, account, requests, _ = await _outcome(said, FINE)
    assert reply.calls
    assert (requests, account.transport_retries) == (2, 1)


async def test_a_closed_port_is_the_transports() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/v1"
        with pytest.raises(TransportFault):
            await ask(obtainer(url, lend()))


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (400, "Unsupported parameter: 'tool_choice'"),
        (422, "response_format: extra inputs are not permitted"),
        (404, "No endpoints found that support tool use: tools not supported"),
        (500, "tools param requires --jinja flag"),
        (500, "Failed to parse input at pos 12: <|tool_call_start|>[bowl('short')]"),
        (500, "Failed to parse tool call arguments as JSON: unexpected end of input"),
    ],
)
async def test_a_refused_request_is_told_at_once(status: int, message: str) -> None:
    error, account, requests, _ = await _outcome(fails(status, message), FINE)
    assert isinstance(error, RequestRefused)
    assert not error.too_long
    assert (requests, account.calls, account.problems) == (1, 0, {})


async def test_a_prompt_that_is_too_long_says_so() -> None:
    error, *_ = await _outcome(fails(400, "too big", "context_length_exceeded"))
    assert isinstance(error, RequestRefused)
    assert error.too_long


@pytest.mark.parametrize(
    ("said", "setting", "why"),
    [
        (fails(401, "bad key"), "api_key_env", "the key is not accepted (401: bad key)"),
        (fails(403), "api_key_env", "the key is not accepted"),
        (fails(400, "API key not valid. Pass a valid one."), "api_key_env", "is not accepted"),
        (
            says([{"error": {"message": "API key not valid.", "code": 400}}], 400),
            "api_key_env",
            "the key is not accepted (400: API key not valid.)",
        ),
        (fails(404, "The model `m` does not exist"), "model", "does not know the model 'm'"),
        (Said(status=302, headers={"location": "http://127.0.0.1:1/"}), "base_url", "redirects"),
    ],
    ids=["401", "403", "400", "400 in a list", "404", "302"],
)
async def test_the_organisers_errors_are_told_in_his_words_and_never_tried_again(
    said: Said, setting: str, why: str
) -> None:
    error, _, requests, _ = await _outcome(said, FINE)
    assert isinstance(error, BadPreset)
    assert str(error).startswith(f"captain 'qwen': {setting}")
    assert why in str(error)
    assert "; allowed: " in str(error)
    assert requests == 1


@pytest.mark.parametrize(
    "said", [fails(429, "You exceeded your quota", "insufficient_quota"), fails(402, "pay")]
)
async def test_an_empty_quota_opens_the_breaker_at_once(said: Said) -> None:
    services = lend()
    async with stub(said) as endpoint:
        for _ in range(3):
            with pytest.raises(CaptainUnavailable, match="quota is spent"):
                await ask(obtainer(endpoint.url, services))
        await services.aclose()
    assert len(endpoint.requests) == 1


async def test_silence_past_the_deadline_is_the_captains() -> None:
    release = asyncio.Event()

    async def stall(_: dict[str, Any]) -> Said:
        await release.wait()
        return FINE

    services, account = lend(), Account()
    async with stub(answering=stall) as endpoint:
        with pytest.raises(NoUsableCall) as late:
            await ask(obtainer(endpoint.url, services, deadline_s=0.05), account)
        release.set()
        await services.aclose()
    assert problem_of(late.value) is Problem.LATE
    assert (account.calls, account.transport_retries) == (1, 0)
    assert account.usage.cost_usd is None


async def test_the_deadline_does_not_run_before_the_request_was_taken() -> None:
    """A server whose backlog takes the connection and a body it never reads to its end."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/v1"
        full = [socket.socket() for _ in range(4)]  # the backlog is full: nobody can connect
        for each in full:
            each.setblocking(False)
            each.connect_ex(listening.getsockname())
        obtaining = obtainer(url, lend(), deadline_s=0.01, connect_s=0.2, transport_attempts=1)
        with pytest.raises(TransportFault):
            await ask(obtaining)
        for each in full:
            each.close()


async def test_a_key_that_is_not_there_is_missed_before_the_match() -> None:
    with pytest.raises(MissingSecret, match="CAPTAINS_NO_SUCH_KEY"):
        await obtainer("http://127.0.0.1:1", lend(), api_key_env="CAPTAINS_NO_SUCH_KEY").prepare()


@pytest.mark.parametrize("value", ["key-0123456\n", "key 0123456 ", "schlüssel-0123456", "k\0y"])
async def test_a_key_that_cannot_be_sent_is_refused_before_the_match(value: str) -> None:
    services = lend(secrets=EnvironmentSecrets({"KEY": value}))
    with pytest.raises(MissingSecret, match="KEY: it holds what no header can") as refused:
        await obtainer("http://127.0.0.1:1", services, api_key_env="KEY").prepare()
    assert value not in str(refused.value)


@pytest.mark.parametrize("name", ["budget", "episode_budget"])
async def test_dollars_of_an_unknown_price_cannot_be_limited(name: str) -> None:
    limited: dict[str, Any] = {name: {"usd": 1.0}}
    with pytest.raises(BadPreset, match="price"):
        await obtainer("http://127.0.0.1:1", lend(), **limited).prepare()


async def test_a_known_price_can_be_limited() -> None:
    await obtainer("http://127.0.0.1:1", lend(), budget={"usd": 1.0}, **PRICED).prepare()
    openai = obtainer("https://api.openai.com/v1", lend(), model="gpt-4o-mini", budget={"usd": 1.0})
    await openai.prepare()


async def test_without_a_key_none_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "key-0123456789abcdef")
    services = lend()
    async with stub(FINE) as endpoint:
        await ask(obtainer(endpoint.url, services))
        await services.aclose()
    assert "authorization" not in endpoint.headers[0]


async def test_the_key_follows_no_redirect(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAPTAINS_TEST_KEY", "key-0123456789abcdef")
    services = lend()
    async with stub(FINE) as elsewhere:
        moved = Said(status=307, headers={"location": f"{elsewhere.url}/chat/completions"})
        async with stub(moved) as endpoint:
            with pytest.raises(BadPreset, match="redirects"):
                await ask(obtainer(endpoint.url, services, api_key_env="CAPTAINS_TEST_KEY"))
        await services.aclose()
    assert endpoint.headers[0]["authorization"] == "Bearer key-0123456789abcdef"
    assert not elsewhere.requests


@pytest.mark.parametrize(
    "error",
    [
        RequestRefused("e", "why", True),
        TransportFault("e", "why", 1.0, True, False),
        BadEndpoint("e", "why", Part.KEY),
    ],
)
def test_its_errors_travel_between_processes(error: Exception) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert json.dumps(vars(again)) == json.dumps(vars(error))
    assert str(again) == str(error)


async def test_a_captains_deadline_does_not_run_while_he_waits_for_a_slot() -> None:
    services = lend(limiter=(limiter := AdaptiveLimiter(0)))
    async with stub(says(completion())) as endpoint:
        asking = asyncio.create_task(ask(obtainer(endpoint.url, services, deadline_s=ENOUGH_S)))
        await asyncio.sleep(1.1 * ENOUGH_S)
        assert endpoint.requests == []
        limiter.set_ceiling(endpoint.url, 1)
        assert (await asking).calls
        await services.aclose()
