"""How an endpoint is called: again while its transport fails, and for nothing else."""

from __future__ import annotations

import pytest

from engine.errors import CaptainUnavailable
from engine.tool_captains import Account, Services
from engine.tool_captains.backoff import Backoff
from engine.tool_captains.breaker import Line
from engine.tool_captains.calling import call
from engine.tool_captains.faults import BadEndpoint, Part, TransportFault
from engine.tool_captains.limiting import AdaptiveLimiter
from tests.llm.obtainers import Sleeper, largest

LINE = Line(endpoint="http://127.0.0.1:1", key=None)
DOWN = TransportFault(LINE.endpoint, "status 503")


class Calls:
    """Calls that end as a script says, on a clock that goes by sleeping."""

    def __init__(self, *script: Exception | str) -> None:
        self.script, self.made = list(script), 0
        self.sleeper, self.account = Sleeper(), Account()
        self.limiter = AdaptiveLimiter(now=self.sleeper.now, later=lambda _, call: call())
        backoff = Backoff(sleep=self.sleeper.sleep, uniform=largest)
        self.services = Services(limiter=self.limiter, backoff=backoff)

    async def send(self) -> str:
        self.made += 1
        said = self.script.pop(0)
        if isinstance(said, Exception):
            raise said
        return said

    async def call(self, attempts: int = 3) -> str:
        return await call(
            self.send, LINE, attempts=attempts, services=self.services, account=self.account
        )


async def test_it_is_sent_again_while_the_transport_fails() -> None:
    calls = Calls(DOWN, DOWN, "at last")
    assert await calls.call() == "at last"
    assert calls.sleeper.slept == [0.5, 1.0]
    assert calls.account.transport_retries == 2


async def test_what_is_waited_is_no_time_of_the_captain(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = Calls(DOWN, DOWN, "at last")
    monkeypatch.setattr("engine.tool_captains.account.time.perf_counter", calls.sleeper.now)
    await calls.call()
    assert calls.account.waited_s == sum(calls.sleeper.slept)


async def test_after_the_last_attempt_nobody_waits() -> None:
    calls = Calls(DOWN, DOWN)
    with pytest.raises(TransportFault):
        await calls.call(attempts=2)
    assert calls.sleeper.slept == [0.5]


@pytest.mark.parametrize(
    "error",
    [
        BadEndpoint(LINE.endpoint, "no such model", Part.MODEL),
        CaptainUnavailable("no"),
        TransportFault(LINE.endpoint, "the quota is spent", None, False, True),
    ],
)
async def test_what_will_not_pass_is_raised_at_once(error: Exception) -> None:
    calls = Calls(error)
    with pytest.raises(type(error)):
        await calls.call()
    assert (calls.made, calls.account.transport_retries) == (1, 0)


async def test_an_endpoint_that_is_asked_too_much_is_asked_less() -> None:
    calls = Calls(TransportFault(LINE.endpoint, "status 429", None, True), "then")
    before = calls.limiter.allowed(LINE.endpoint)
    await calls.call()
    assert calls.limiter.allowed(LINE.endpoint) < before
