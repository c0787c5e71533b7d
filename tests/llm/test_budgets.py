"""Budgets: reserved before a call, settled after it, exact whatever is under way at once."""

from __future__ import annotations

import asyncio
import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.captains.llm import Allowance
from engine.cricket.choices import Seat
from engine.errors import CaptainOverBudget, RunBudgetSpent
from engine.tool_captains import Account, Caller, Usage
from engine.tool_captains.budgets import Ledger
from engine.tool_captains.llm.chat import ChatReply
from engine.tool_captains.llm.endpoints import Endpoints
from tests.llm.obtainers import Sleeper, ask, lend, obtainer
from tests.llm.stub import completion, fails, says, stub

PRICE = {"input": 1.0, "output": 1.0}


def _caller(**budget: float) -> Caller:
    return Caller(
        captain="qwen", episode_id="e", seat=Seat.HOME, budget=Allowance.model_validate(budget)
    )


def _tokens(tokens: int) -> Usage:
    return Usage(tokens_in=tokens, cost_usd=0.0)


async def test_a_call_that_cannot_fit_is_refused_with_the_figures() -> None:
    ledger, who = Ledger(), _caller(tokens=100)
    (await ledger.reserve(who, _tokens(90))).settle(_tokens(70))
    with pytest.raises(CaptainOverBudget, match=r"tokens \(70 of 100 spent, up to 31 more"):
        await ledger.reserve(who, _tokens(31))


async def test_the_run_stops_for_everybody() -> None:
    ledger = Ledger(Allowance(calls=1))
    (await ledger.reserve(_caller(), _tokens(1))).settle(_tokens(1))
    with pytest.raises(RunBudgetSpent, match=r"calls \(1 of 1\)"):
        await ledger.reserve(_caller(), _tokens(1))


async def test_a_call_waits_for_those_under_way_that_may_take_less() -> None:
    ledger, who = Ledger(), _caller(tokens=100)
    first = await ledger.reserve(who, _tokens(80))
    second = asyncio.create_task(ledger.reserve(who, _tokens(80)))
    await asyncio.sleep(0)
    assert not second.done()
    first.settle(_tokens(10))
    (await second).settle(_tokens(10))
    assert ledger.state()["captains"]["qwen"]["tokens"] == 20


async def test_a_call_that_waited_in_vain_is_refused() -> None:
    ledger, who = Ledger(), _caller(tokens=100)
    first = await ledger.reserve(who, _tokens(80))
    second = asyncio.create_task(ledger.reserve(who, _tokens(80)))
    await asyncio.sleep(0)
    first.settle(_tokens(80))
    with pytest.raises(CaptainOverBudget):
        await second


async def test_a_failed_call_gives_its_room_back() -> None:
    ledger, who = Ledger(), _caller(tokens=100, calls=1)
    (await ledger.reserve(who, _tokens(100))).release()
    (await ledger.reserve(who, _tokens(100))).settle(_tokens(100))
    assert ledger.state()["captains"]["qwen"] == {
        "tokens": 100,
        "usd": 0.0,
        "calls": 1,
        "unpriced": 0,
        "wall_s": 0.0,
    }


async def test_waiting_seconds_are_spent_too() -> None:
    ledger, who = Ledger(), _caller(wall_s=10)
    (await ledger.reserve(who, _tokens(1))).settle(_tokens(1), took_s=10.0)
    with pytest.raises(CaptainOverBudget, match="wall_s"):
        await ledger.reserve(who, _tokens(1))


async def test_the_wall_time_of_a_run_counts_over_its_resumptions() -> None:
    now = [0.0]
    first = Ledger(Allowance(wall_s=10), now=lambda: now[0])
    now[0] = 8.0
    state = json.loads(json.dumps(first.state()))
    now[0] = 1000.0
    again = Ledger(Allowance(wall_s=10), state=state, now=lambda: now[0])
    now[0] = 1001.0
    (await again.reserve(_caller(), _tokens(1))).release()
    now[0] = 1002.0
    with pytest.raises(RunBudgetSpent):
        await again.reserve(_caller(), _tokens(1))


async def test_a_resumed_run_goes_on_with_a_larger_budget() -> None:
    ledger = Ledger(Allowance(usd=1.0))
    (await ledger.reserve(_caller(), Usage(cost_usd=1.0))).settle(Usage(cost_usd=0.9))
    state = json.loads(json.dumps(ledger.state()))
    with pytest.raises(RunBudgetSpent, match=r"usd \(0.9000 of 1 spent"):
        await Ledger(Allowance(usd=1.0), state=state).reserve(_caller(), Usage(cost_usd=0.2))
    larger = Ledger(Allowance(usd=2.0), state=state)
    (await larger.reserve(_caller(), Usage(cost_usd=0.2))).settle(Usage(cost_usd=0.1))
    assert larger.state()["run"]["usd"] == 1.0


@given(
    st.lists(st.tuples(st.integers(1, 40), st.integers(0, 40), st.booleans()), max_size=30),
    st.integers(1, 300),
    st.integers(0, 2**16),
)
def test_calls_at_once_never_spend_more_than_is_allowed(
    calls: list[tuple[int, int, bool]], allowed: int, seed: int
) -> None:
    asyncio.run(_spends_at_most(calls, allowed, random.Random(seed)))


async def _spends_at_most(
    calls: list[tuple[int, int, bool]], allowed: int, dice: random.Random
) -> None:
    ledger, settled = Ledger(Allowance(tokens=allowed)), list[int]()

    async def call(most: int, took: int, fails: bool) -> None:
        try:
            reserved = await ledger.reserve(_caller(), _tokens(most))
        except RunBudgetSpent:
            return
        for _ in range(dice.randrange(4)):
            await asyncio.sleep(0)
        if fails:
            reserved.release()
        else:
            settled.append(min(took, most))
            reserved.settle(_tokens(min(took, most)))

    await asyncio.gather(*(call(*each) for each in calls))
    assert sum(settled) <= allowed
    assert ledger.state()["run"]["tokens"] == sum(settled)
    assert ledger._run.reserved.tokens == 0


async def test_what_nobody_tells_is_budgeted_as_the_most_it_may_be() -> None:
    answer = completion()
    del answer["usage"]
    services = lend()
    async with stub(says(answer)) as endpoint:
        await ask(obtainer(endpoint.url, services))
        await services.aclose()
    assert services.budgets.state()["run"]["tokens"] > 50  # type: ignore[attr-defined]


async def test_an_answer_is_paid_for_whatever_is_cancelled_once_it_is_there() -> None:
    class Answering(Endpoints):
        async def complete(self, *_: object, **__: object) -> ChatReply:
            asyncio.get_running_loop().call_soon(asking.cancel)
            return ChatReply(usage=Usage(tokens_in=100, tokens_out=10, cost_usd=0.5))

    ledger, account = Ledger(), Account()
    services = lend(endpoints=Answering(), budgets=ledger)
    asking = asyncio.create_task(ask(obtainer("http://127.0.0.1:1/v1", services), account))
    with pytest.raises(asyncio.CancelledError):
        await asking
    run = ledger.state()["run"]
    assert (run["calls"], run["tokens"], run["usd"]) == (1, 110, 0.5)
    assert (account.calls, account.usage.cost_usd) == (1, 0.5)


async def test_a_transport_failure_costs_nothing() -> None:
    services = lend(Sleeper())
    async with stub(fails(503)) as endpoint:
        with pytest.raises(Exception, match="503"):
            await ask(obtainer(endpoint.url, services, budget={"calls": 1}))
        await services.aclose()
    assert services.budgets.state()["run"]["calls"] == 0  # type: ignore[attr-defined]


async def test_an_episodes_budget_begins_anew_with_each_attempt() -> None:
    services, account = lend(), Account()
    async with stub(says(completion())) as endpoint:
        for _ in range(2):
            attempt = obtainer(endpoint.url, services, episode_budget={"calls": 1})
            await ask(attempt, account)
            with pytest.raises(CaptainOverBudget):
                await ask(attempt, account)
        await services.aclose()
    assert account.calls == 2
