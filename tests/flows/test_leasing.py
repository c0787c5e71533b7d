"""A process's share of an endpoint's slots: never more than there are together, never nothing for
ever, and nothing that is not needed.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.leasing import SAFE_S, TURN_S
from flows.shares import IDLE_S, parts, share
from flows.slots import LEASE_S, Seen, Slots, slug
from tests.flows.lessees import HERE, PROCESS_MOST, Prefect, Process, seconds_pass
from tests.flows.support import DEADLINE_S


async def test_a_process_alone_takes_what_it_needs_and_not_more() -> None:
    prefect = Prefect()
    process = Process(prefect)
    await process.calls_more(3)
    await process.step()
    assert (prefect.taken, process.under_way) == (3, 3)
    await process.calls_more(20)
    await process.step()
    assert prefect.taken == 8


async def test_what_is_idle_is_given_back() -> None:
    prefect = Prefect()
    process = Process(prefect)
    await process.calls_more(8)
    await process.step()
    await process.answers()  # to the four with which an endpoint is begun
    await process.answers()
    await process.step()
    assert (prefect.taken, process.under_way) == (8, 0)
    for _ in range(3):
        prefect.passes(IDLE_S)
        await process.step()
    assert prefect.taken == 0
    assert prefect.leases == {}


async def test_two_processes_share_and_neither_waits_for_the_other_to_end() -> None:
    prefect = Prefect()
    first, second = Process(prefect), Process(prefect)
    await first.calls_more(24)
    await seconds_pass(prefect, 3, first)
    assert prefect.taken == 8
    await second.calls_more(24)
    await seconds_pass(prefect, 8, first, second)
    assert (first.keeper.held, second.keeper.held) == (4, 4)


async def test_who_needs_little_gets_it_and_the_rest_is_the_others() -> None:
    prefect = Prefect()
    first, second = Process(prefect), Process(prefect)
    await first.calls_more(24)
    await second.calls_more(2)
    await seconds_pass(prefect, 12, first, second)
    assert (first.keeper.held, second.keeper.held) == (6, 2)


async def test_of_a_single_slot_everybody_has_his_turn() -> None:
    prefect = Prefect(limit=1)
    processes = [Process(prefect) for _ in range(3)]
    for process in processes:
        await process.calls_more(8)
    await seconds_pass(prefect, int(6 * TURN_S), *processes)
    assert all(process.answered > 3 for process in processes)


async def test_a_limit_of_zero_lets_nobody_in_and_says_so() -> None:
    prefect = Prefect(limit=0)
    process = Process(prefect)
    await process.calls_more(3)
    await seconds_pass(prefect, 3, process)
    assert process.under_way == 0
    assert "is 0: calls wait until it is raised" in process.told[0]
    prefect.limit = 2
    await process.step()
    assert process.under_way == 2
    assert process.told[1].endswith(" is 2")


async def test_a_limit_that_is_lowered_is_kept_as_calls_end() -> None:
    prefect = Prefect()
    process = Process(prefect)
    await process.calls_more(24)
    await process.step()
    prefect.limit = 3
    await process.step()
    await process.answers()
    assert process.under_way == 3
    await process.step()
    assert prefect.taken == 3


async def test_without_prefect_the_leased_slots_are_used_until_they_end() -> None:
    prefect = Prefect()
    process = Process(prefect)
    await process.calls_more(24)
    await process.step()
    prefect.is_away = True
    prefect.passes(LEASE_S - SAFE_S - 1)
    await process.step()
    assert process.gates.allowed(HERE) > 0
    prefect.passes(1)
    await process.step()
    await process.answers()
    assert process.under_way == 0
    assert ["cannot be asked" in told for told in process.told] == [False, True]
    prefect.is_away = False
    prefect.passes(SAFE_S + 1)
    await process.step()
    assert process.under_way > 0


async def test_a_lease_is_renewed_long_before_it_ends() -> None:
    prefect = Prefect()
    process = Process(prefect)
    await process.calls_more(4)
    for _ in range(10):
        prefect.passes(LEASE_S / 2)
        process.keeper.asked_for_one_more()
        await process.step()
        assert prefect.taken >= 4


async def test_slots_that_were_taken_away_are_not_used() -> None:
    prefect = Prefect(limit=2)
    process = Process(prefect)
    await process.calls_more(2)
    await process.step()
    prefect.leases.clear()
    other = await prefect.take(2)
    assert other is not None
    prefect.passes(LEASE_S / 2)
    await process.step()
    assert process.gates.allowed(HERE) == 0


async def test_who_waits_takes_a_place_anew_where_his_is_counted_no_more() -> None:
    prefect = Prefect(limit=1)
    first, second = Process(prefect), Process(prefect)
    for process in (first, second):
        await process.calls_more(8)
        await process.step()
    prefect.queue_id = uuid4()  # somebody deleted that limit, and it was made again
    await seconds_pass(prefect, int(2 * TURN_S), first, second)
    assert len(prefect.places) == 2
    assert second.answered > 3


async def test_what_cannot_even_be_connected_to_is_told_once_and_tried_again() -> None:
    prefect = Prefect()
    process = Process(prefect)
    fails = iter((True, True, False))

    @asynccontextmanager
    async def connect(_endpoint: str, _most: int) -> AsyncIterator[Slots]:
        prefect.passes(3 * IDLE_S)  # whoever asked for a slot still waits for it
        if next(fails):
            raise ValueError("no address")
        yield prefect

    await process.calls_more(1)
    keeping = asyncio.create_task(process.keeper.keep(connect))
    async with asyncio.timeout(DEADLINE_S):
        while not process.under_way:  # noqa: ASYNC110 - nothing tells of it
            await asyncio.sleep(0.05)
    process.keeper.end()
    await keeping
    assert ["(ValueError: no address)" in told for told in process.told].count(True) == 1
    assert prefect.leases == {}


async def test_slots_come_back_at_once_where_every_task_is_cancelled() -> None:
    """As by a SIGTERM to the process of a worker's run."""
    prefect = Prefect()
    process = Process(prefect)

    @asynccontextmanager
    async def connect(_endpoint: str, _most: int) -> AsyncIterator[Slots]:
        yield prefect

    await process.calls_more(2)
    keeping = asyncio.create_task(process.keeper.keep(connect))
    async with asyncio.timeout(DEADLINE_S):
        while not process.under_way:  # noqa: ASYNC110 - nothing tells of it
            await asyncio.sleep(0)
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)
    assert keeping.cancelled()
    assert prefect.leases == {}


async def test_a_limit_that_is_switched_off_leaves_each_process_its_own() -> None:
    prefect = Prefect(limit=2, is_active=False)
    process = Process(prefect)
    await process.calls_more(24)
    await process.step()
    assert process.gates.allowed(HERE) <= PROCESS_MOST
    assert "switched off" in process.told[0]


async def test_an_endpoint_that_pushes_back_gets_no_slots_that_it_does_not_bear() -> None:
    prefect = Prefect()
    process = Process(prefect)
    await process.calls_more(24)
    await process.step()
    process.gates.pushed_back(HERE)
    assert process.gates.allowed(HERE) == 3
    for _ in range(3):
        prefect.passes(IDLE_S)
        await process.step()
    assert prefect.taken == 4


async def test_nothing_is_asked_of_prefect_for_a_call() -> None:
    prefect = Prefect()
    process = Process(prefect)
    await process.calls_more(8)
    await process.step()
    asked = prefect.asked
    for _ in range(20):
        await process.answers()
        await process.calls_more(8)
    assert prefect.asked == asked


_Step = st.tuples(st.sampled_from(["calls", "answers", "step", "time", "limit"]), st.integers(0, 9))


@given(st.lists(_Step, max_size=40))
def test_together_they_never_exceed_what_is_leased(steps: list[tuple[str, int]]) -> None:
    asyncio.run(_played(steps))


async def _played(steps: list[tuple[str, int]]) -> None:
    prefect = Prefect()
    processes = [Process(prefect), Process(prefect)]
    for step, number in steps:
        process = processes[number % 2]
        match step:
            case "calls":
                await process.calls_more(number)
            case "answers":
                await process.answers()
            case "step":
                await process.step()
            case "time":
                prefect.passes(number)
                await processes[0].step()
                await processes[1].step()
            case "limit":
                prefect.limit = number
        assert sum(each.under_way for each in processes) <= prefect.taken <= 9
    for process in processes:
        for call in process.calls:
            call.cancel()


@given(st.integers(0, 200))
def test_any_number_of_slots_can_be_given_back_of_the_leases_that_were_taken(slots: int) -> None:
    taken = list(parts(slots))
    assert sum(taken) == slots
    reachable = {0}
    for part in taken:
        reachable |= {part + each for each in reachable}
    assert reachable == set(range(slots + 1))


@given(st.integers(0, 20), st.integers(0, 20), st.integers(0, 20), st.integers(0, 20))
def test_a_share_is_never_more_than_is_wanted_or_free(
    held: int, others: int, wanted: int, limit: int
) -> None:
    seen = Seen(limit_id=uuid4(), queue_id=uuid4(), limit=limit, taken=held + others)
    for waiting in range(3):
        got = share(held, wanted, seen, waiting)
        assert 0 <= got <= wanted
        assert got <= max(held, limit - others)


@pytest.mark.parametrize(
    ("endpoint", "named"),
    [
        ("http://127.0.0.1:8080/v1", "127.0.0.1-8080-v1"),
        ("https://API.example.org/openai/v1/", "api.example.org-openai-v1"),
        ("https://user:secret@example.org/v1?key=secret#secret", "example.org-v1"),
    ],
)
def test_a_slug_holds_host_and_path_and_no_secret(endpoint: str, named: str) -> None:
    assert slug(endpoint) == named


@given(st.text(max_size=300))
def test_a_slug_is_short_and_plain(path: str) -> None:
    assert len(slug(f"http://example.org/{path}")) < 100
    assert set(slug(f"http://example.org/{path}")) <= set("abcdefghijklmnopqrstuvwxyz0123456789.-")
