"""The featured channel: one match at a time, held by a Prefect global concurrency limit of one.

Prefect lets everybody in where a limit is missing, paused or wider than it should be. So the limit
is put right before each use and asked for strictly, one name a call, under a lease of a minute
which the holder renews; a holder that is killed is out after that minute, and at once for the next
of the same machine, who knows that it is dead. Each holder gets an *epoch*, higher than every
holder before it, by which the bus refuses a publisher whose lease has passed on. So a holder who
has lost his lease, as his machine slept or its clock was set, plays on.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import asdict, dataclass
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

import httpx
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.actions import GlobalConcurrencyLimitUpdate
from prefect.concurrency.asyncio import ConcurrencySlotAcquisitionError, concurrency
from prefect.concurrency.context import ConcurrencyContext
from prefect.exceptions import ObjectAlreadyExists, ObjectNotFound
from prefect.variables import Variable

from flows.processes import is_dead, this_process

FEATURED: Final = "captains-featured"
LEASE_S: Final = 60  # the shortest that Prefect grants
HOLDER_VARIABLE: Final = "captains_featured"
SAYS_S: Final = 2.0  # within this a new holder has said who he is


@dataclass(frozen=True, slots=True, kw_only=True)
class FeaturedMatch:
    """What is on the featured channel. `page` is where it can be watched; `since` in seconds of
    the epoch (UTC); `lost` where its process, of this machine, is no more.
    """

    episode_id: str
    title: str
    attempt: int = 1
    page: str | None = None
    since: float = 0.0
    lost: bool = False


class FeaturedBusy(Exception):
    """Another match is on the featured channel: `current`, where it has said what it is."""

    def __init__(self, current: FeaturedMatch | None) -> None:
        super().__init__(current)
        self.current = current

    def __str__(self) -> str:
        if self.current is None:
            return "the featured channel is busy with another match"
        where = f" at {self.current.page}" if self.current.page else ""
        what = f"{self.current.title} ({self.current.episode_id})"
        return f"the featured channel is busy with {what}{where}"


@asynccontextmanager
async def featured_slot(match: FeaturedMatch, *, wait: bool) -> AsyncIterator[int]:
    """Hold the featured channel for the duration; gives the epoch to publish under.

    A second holder waits, or with `wait=False` raises `FeaturedBusy`. Raises Prefect's
    `ConcurrencySlotAcquisitionError` where the server cannot be asked.
    """
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(get_client())
        await ensure_featured_limit(client)
        await end_lease_of_dead(client)  # a run that was killed and goes on need not wait for it
        # Prefect gives back in this context's exit what a cancelled holder could not.
        held = stack.enter_context(ConcurrencyContext())
        await _acquire(stack, client, wait=wait)
        epoch = await _announce(client, match, held.cleanup_lease_ids)
        try:
            yield epoch
        finally:
            with suppress(httpx.HTTPError):  # the lease ends all the same
                await _say_goodbye(client, epoch)


async def ensure_featured_limit(client: PrefectClient) -> None:
    """Create the limit, or put it right: one slot, and active."""
    with suppress(ObjectAlreadyExists):  # somebody else created it just now
        await client.upsert_global_concurrency_limit_by_name(FEATURED, 1)
    found = await client.read_global_concurrency_limit_by_name(FEATURED)
    if not found.active or found.limit != 1:
        change = GlobalConcurrencyLimitUpdate(active=True, limit=1)
        await client.update_global_concurrency_limit(FEATURED, change)


async def current_featured(client: PrefectClient) -> FeaturedMatch | None:
    """What is on the featured channel now; None while nobody holds it or has said."""
    try:
        limit = await client.read_global_concurrency_limit_by_name(FEATURED)
    except ObjectNotFound:
        return None
    said = await _holder(client) if limit.active_slots else {}
    match = said.get("match")
    return FeaturedMatch(**match | {"lost": is_dead(said.get("by"))}) if match else None


async def is_taken(client: PrefectClient) -> bool:
    """Whether anybody has the featured channel, who may not have said yet what he shows."""
    try:
        limit = await client.read_global_concurrency_limit_by_name(FEATURED)
    except ObjectNotFound:
        return False
    return limit.active and limit.active_slots >= limit.limit


async def free_after(client: PrefectClient, stream: str) -> None:
    """Give the channel back for a holder whose process is known to be dead, where he still has it:
    a lease that has passed on is another one.
    """
    said = await _holder(client)
    match = said.get("match") or {}
    if f"{match.get('episode_id')}/{match.get('attempt')}" == stream:
        for lease in said.get("leases", []):
            await client.release_concurrency_slots_with_lease(UUID(lease))


async def free_dead(client: PrefectClient) -> None:
    """Give the channel back for a holder of this machine whose process is no more. A lease that has
    ended and left its slot taken is gone from the count too, unless somebody else is on by now: as
    far as can be told where leases cannot be read.
    """
    said = await end_lease_of_dead(client)
    if said is None:
        return
    await asyncio.sleep(SAYS_S)
    if await is_taken(client) and await _holder(client) == said:
        await client.release_concurrency_slots([FEATURED], 1, LEASE_S)


async def end_lease_of_dead(client: PrefectClient) -> dict[str, Any] | None:
    """What such a holder had said; None where there is none. A lease that has passed on is another
    one.
    """
    said = await _holder(client)
    if not said.get("match") or not is_dead(said.get("by")):
        return None
    for lease in said.get("leases", []):
        await client.release_concurrency_slots_with_lease(UUID(lease))
    return said


async def _acquire(stack: AsyncExitStack, client: PrefectClient, *, wait: bool) -> None:
    if not wait:  # a waiter of this process would make even a short question queue behind it
        limit = await client.read_global_concurrency_limit_by_name(FEATURED)
        if limit.active_slots >= limit.limit:
            raise FeaturedBusy(await current_featured(client))
    slot = concurrency(
        FEATURED,
        occupy=1,
        strict=True,
        lease_duration=LEASE_S,
        max_retries=None if wait else 0,
        raise_on_lease_renewal_failure=False,  # it may be the clock's fault; the epoch decides
    )
    try:
        await stack.enter_async_context(slot)
    except ConcurrencySlotAcquisitionError as error:
        if _is_locked(error.__cause__):
            raise FeaturedBusy(await current_featured(client)) from None
        raise


def _is_locked(cause: BaseException | None) -> bool:
    return (
        isinstance(cause, httpx.HTTPStatusError) and cause.response.status_code == HTTPStatus.LOCKED
    )


async def _announce(client: PrefectClient, match: FeaturedMatch, leases: Sequence[UUID]) -> int:
    """Say what is on, under an epoch that is higher than any before: a clock in milliseconds that
    never goes back.
    """
    before = int((await _holder(client)).get("epoch", 0))
    now = time.time()
    epoch = max(before + 1, int(now * 1000))
    said = asdict(match) | {"since": now}
    held = [str(lease) for lease in leases]
    await _say({"epoch": epoch, "match": said, "leases": held, "by": this_process()})
    return epoch


async def _say_goodbye(client: PrefectClient, epoch: int) -> None:
    """Unless somebody else is on by now, as a lease has passed on."""
    if (await _holder(client)).get("epoch") == epoch:
        await _say({"epoch": epoch, "match": None, "leases": []})


async def _say(holder: dict[str, Any]) -> None:
    await Variable.aset(HOLDER_VARIABLE, holder, overwrite=True)


async def _holder(client: PrefectClient) -> dict[str, Any]:
    found = await client.read_variable_by_name(HOLDER_VARIABLE)
    return found.value if found is not None and isinstance(found.value, dict) else {}
