"""The featured channel, on a real server."""

from __future__ import annotations

import asyncio
import os
import socket
from contextlib import AsyncExitStack

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import GlobalConcurrencyLimitUpdate
from prefect.concurrency.asyncio import ConcurrencySlotAcquisitionError, concurrency

from flows.limits import (
    FEATURED,
    FeaturedBusy,
    FeaturedMatch,
    current_featured,
    ensure_featured_limit,
    featured_slot,
    free_after,
    is_taken,
)
from tests.flows.support import DEADLINE_S, pid_of_the_dead

pytestmark = [
    pytest.mark.prefect,
    pytest.mark.usefixtures("on_server"),
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),
]


def match(name: str) -> FeaturedMatch:
    return FeaturedMatch(episode_id=name, title=f"{name} v rest", page="http://127.0.0.1:1/")


async def test_two_holders_never_overlap_and_epochs_rise() -> None:
    inside, seen, epochs = 0, [], []

    async def hold(name: str) -> None:
        nonlocal inside
        async with featured_slot(match(name), wait=True) as epoch:
            inside += 1
            seen.append(inside)
            epochs.append(epoch)
            await asyncio.sleep(0.05)
            inside -= 1

    await asyncio.gather(*(hold(f"e{n}") for n in range(3)))
    assert seen == [1, 1, 1]
    assert epochs == sorted(set(epochs))


async def test_the_second_is_told_what_is_on() -> None:
    async with featured_slot(match("first"), wait=False):
        with pytest.raises(FeaturedBusy, match=r"first v rest \(first\) at http"):
            async with featured_slot(match("second"), wait=False):
                pass
        async with get_client() as client:
            current = await current_featured(client)
        assert current is not None
        assert current.episode_id == "first"


@pytest.mark.parametrize("is_alive", [True, False])
async def test_a_holder_whose_process_is_no_more_is_lost(
    monkeypatch: pytest.MonkeyPatch, is_alive: bool
) -> None:
    pid = os.getpid() if is_alive else pid_of_the_dead()
    holder = {"host": socket.gethostname(), "pid": pid}
    monkeypatch.setattr("flows.limits.this_process", lambda: holder)
    async with featured_slot(match("first"), wait=False), get_client() as client:
        current = await current_featured(client)
        assert current is not None
        assert current.lost is not is_alive


@pytest.mark.parametrize("is_over", [False, True])
async def test_the_next_need_not_wait_for_the_lease_of_a_dead_holder(
    monkeypatch: pytest.MonkeyPatch, is_over: bool
) -> None:
    dead = {"host": socket.gethostname(), "pid": pid_of_the_dead()}
    with monkeypatch.context() as patched:
        patched.setattr("flows.limits.this_process", lambda: dead)
        killed = AsyncExitStack()
        before = await killed.enter_async_context(featured_slot(match("killed"), wait=False))
    async with get_client() as client:
        if is_over:
            await free_after(client, "killed/1")
        async with featured_slot(match("killed"), wait=False) as epoch:
            assert epoch > before
        await killed.aclose()
        assert not await is_taken(client)


async def test_an_error_and_a_cancellation_give_the_slot_back() -> None:
    async def hold(entered: asyncio.Event) -> None:
        async with featured_slot(match("held"), wait=False):
            entered.set()
            await asyncio.Event().wait()

    with pytest.raises(RuntimeError):
        async with featured_slot(match("fails"), wait=False):
            raise RuntimeError
    entered = asyncio.Event()
    holder = asyncio.create_task(hold(entered))
    await entered.wait()
    holder.cancel()
    await asyncio.gather(holder, return_exceptions=True)
    async with featured_slot(match("next"), wait=False):
        pass


async def test_a_limit_that_was_paused_or_widened_is_put_right() -> None:
    async with get_client() as client:
        await ensure_featured_limit(client)
        change = GlobalConcurrencyLimitUpdate(active=False, limit=5)
        await client.update_global_concurrency_limit(FEATURED, change)
        await ensure_featured_limit(client)
        found = await client.read_global_concurrency_limit_by_name(FEATURED)
        assert (found.active, found.limit) == (True, 1)


async def test_a_missing_limit_is_made_and_strictly_asked_for() -> None:
    async with get_client() as client:
        await ensure_featured_limit(client)
        await client.delete_global_concurrency_limit_by_name(FEATURED)
    with pytest.raises(ConcurrencySlotAcquisitionError, match="must be created"):
        async with concurrency(FEATURED, strict=True):
            pass
    async with featured_slot(match("made"), wait=False):
        pass


async def _hold(name: str, has: asyncio.Future[int], until: asyncio.Event) -> None:
    async with featured_slot(match(name), wait=False) as epoch:
        has.set_result(epoch)
        await until.wait()


async def test_a_holder_whose_lease_has_ended_plays_on_and_the_next_has_a_higher_epoch(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """His machine slept for an hour, say. Prefect renews after three quarters of a minute."""
    monkeypatch.setattr("prefect.concurrency._leases._RENEWAL_FRACTION", 0.005)
    monkeypatch.setattr("prefect.concurrency._leases._RENEWAL_MAX_ATTEMPTS", 1)
    async with featured_slot(match("asleep"), wait=False) as epoch:
        async with get_client() as client:
            await free_after(client, "asleep/1")
        async with asyncio.timeout(DEADLINE_S):
            while "renewal failed" not in caplog.text:  # noqa: ASYNC110 - a thread of Prefect's
                await asyncio.sleep(0.05)
        after, higher = asyncio.Event(), asyncio.get_running_loop().create_future()
        later = asyncio.create_task(_hold("next", higher, after))
        async with asyncio.timeout(DEADLINE_S):
            assert await higher > epoch
    async with get_client() as client:
        current = await current_featured(client)
        assert current is not None
        assert current.episode_id == "next"  # who has lost his lease does not speak for him
    after.set()
    await later
    async with get_client() as client:
        assert not await is_taken(client)
