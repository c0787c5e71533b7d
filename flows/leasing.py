"""Slots at an endpoint for one process among several: its share is leased from Prefect, and spent
without asking anybody.

A round trip to Prefect for each call would idle the slots. So each endpoint has a keeper: it takes
what the process needs and is free, renews it, gives back what was idle or what others wait for.
What cannot be renewed is not used any more shortly before it ends; then calls wait.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from contextvars import copy_context
from typing import Final

from engine.tool_captains.limiting import AdaptiveLimiter
from flows.shares import Peak, parts, share
from flows.slots import (
    LEASE_S,
    Lease,
    Seen,
    Slots,
    SlotsUnreachable,
    is_model,
    limit_name,
    prefect_slots,
)

POLL_S: Final = 1.0
RENEW_S: Final = LEASE_S / 3  # two more tries before it ends
SAFE_S: Final = 5.0  # before a lease ends, nobody is let in on it any more
TURN_S: Final = 10.0  # where there are fewer slots than processes, each has them for so long
_ENDING_S: Final = 5.0

log = logging.getLogger(__name__)

Tell = Callable[[str], None]
Connect = Callable[[str, int], AbstractAsyncContextManager[Slots]]


class LeasedLimiter:
    """Implements `Limiter`. `most` is what this process may have under way at an endpoint, and the
    limit of those that Prefect does not know yet.
    """

    def __init__(self, most: int, tell: Tell, connect: Connect = prefect_slots) -> None:
        self._most, self._tell, self._connect = most, tell, connect
        self._gates = AdaptiveLimiter(0)
        self._keepers: dict[str, tuple[Keeper, asyncio.Task[None]]] = {}
        self._context = copy_context()  # not that of the captain who happens to ask first

    @asynccontextmanager
    async def slot(self, endpoint: str) -> AsyncIterator[None]:
        self._keeper(endpoint).asked_for_one_more()
        async with self._gates.slot(endpoint):
            yield

    def pushed_back(self, endpoint: str, retry_after_s: float | None = None) -> None:
        self._gates.pushed_back(endpoint, retry_after_s)

    def went_well(self, endpoint: str) -> None:
        self._gates.went_well(endpoint)

    async def aclose(self) -> None:
        """Give everything back; what cannot be ends by itself."""
        for keeper, _ in self._keepers.values():
            keeper.end()
        tasks = [task for _, task in self._keepers.values()]
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=_ENDING_S)
            for task in late:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _keeper(self, endpoint: str) -> Keeper:
        if endpoint not in self._keepers:
            keeper = Keeper(endpoint, self._most, self._gates, self._tell)
            kept = keeper.keep(self._connect)
            task = asyncio.get_running_loop().create_task(kept, context=self._context)
            self._keepers[endpoint] = keeper, task
        return self._keepers[endpoint][0]


@asynccontextmanager
async def leased(most: int, tell: Tell) -> AsyncIterator[LeasedLimiter]:
    limiter = LeasedLimiter(most, tell)
    try:
        yield limiter
    finally:
        await limiter.aclose()


class Keeper:
    """Keeps one endpoint's share. `gates` is told how many may be under way."""

    def __init__(
        self,
        endpoint: str,
        most: int,
        gates: AdaptiveLimiter,
        tell: Tell,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._endpoint, self._most, self._gates, self._now = endpoint, most, gates, now
        self._teller = _Teller(endpoint, most, tell)
        self._peak = Peak(now)
        self._leases: list[Lease] = []
        self._place: Lease | None = None  # among those who wait
        self._may_use = 0
        self._is_counted = True
        self._turn_began_s, self._holds_off_until_s = now(), now()
        self._wake, self._ending = asyncio.Event(), False

    @property
    def held(self) -> int:
        return sum(lease.slots for lease in self._leases)

    def asked_for_one_more(self) -> None:
        if self._peak.note(self._gates.demand(self._endpoint) + 1):
            self._wake.set()

    def end(self) -> None:
        self._ending = True
        self._wake.set()

    async def keep(self, connect: Connect) -> None:
        while not self._ending:
            try:
                async with connect(self._endpoint, self._most) as slots:
                    await self._keep(slots)
            except Exception as why:  # noqa: BLE001 - it is tried again, or all would wait for ever
                self._teller.lost(f"{type(why).__name__}: {why}", self.held)
                self._look_at_demand()
                await self._pause()

    async def _keep(self, slots: Slots) -> None:
        try:
            while not self._ending:
                await self.step(slots)
                await self._pause()
        finally:
            await self._give_all_back(slots)

    async def step(self, slots: Slots) -> None:
        """Renew, look, and come nearer to the share."""
        self._look_at_demand()
        try:
            await self._renew(slots)
            seen = await slots.look()
            self._teller.saw(seen)
            await self._approach(slots, seen)
        except SlotsUnreachable as why:
            self._teller.lost(str(why), self.held)
        except Exception:  # a mistake in here must not make every match wait for ever
            log.exception("the slots of %s", self._endpoint)
        self._open()

    def _look_at_demand(self) -> None:
        self._peak.note(self._gates.demand(self._endpoint))

    async def _pause(self) -> None:
        needs_nothing = not self._leases and self._place is None and self._peak.value == 0
        with suppress(TimeoutError):
            async with asyncio.timeout(None if needs_nothing else POLL_S):
                await self._wake.wait()
        self._wake.clear()

    def _open(self) -> None:
        """Let in as many as there are slots for; those whose lease ends are not there any more."""
        self._leases = [each for each in self._leases if self._now() < each.ends_s - SAFE_S]
        may_use = min(self.held, self._may_use) if self._is_counted else self._may_use
        self._gates.set_ceiling(self._endpoint, may_use)

    async def _renew(self, slots: Slots) -> None:
        renewed = await asyncio.gather(*(self._renewed(slots, each) for each in self._leases))
        self._leases = [lease for lease in renewed if lease is not None]
        if self._place is not None:
            self._place = await self._renewed(slots, self._place)

    async def _renewed(self, slots: Slots, lease: Lease) -> Lease | None:
        is_due = self._now() > lease.ends_s - LEASE_S + RENEW_S
        return await slots.renew(lease) if is_due else lease

    async def _approach(self, slots: Slots, seen: Seen) -> None:
        # Slots and places of a limit that was deleted and made again count for nothing.
        self._leases = [each for each in self._leases if each.limit_id == seen.limit_id]
        wanted = min(self._peak.value, self._most)
        self._is_counted = seen.is_active
        if not seen.is_active:
            self._may_use = wanted
            return
        if self._place is not None and self._place.limit_id != seen.queue_id:
            self._place = None
        waiting = seen.waiting - (self._place is not None)
        self._may_use = self._turn(seen, waiting, share(self.held, wanted, seen, waiting))
        await self._take(slots, self._may_use - self.held)
        self._open()
        if seen.limit > 0:  # Prefect cannot take anything back while it is 0
            unused = max(self._gates.under_way(self._endpoint), self._may_use)
            await self._give_back(slots, self.held - unused)
        await self._queue(slots, waits=self.held < wanted)

    def _turn(self, seen: Seen, waiting: int, wanted: int) -> int:
        """Where not everybody can have one, who had his turn lets others have theirs."""
        now = self._now()
        if not self.held:
            self._turn_began_s = now
        elif waiting >= seen.limit > 0 and now >= self._turn_began_s + TURN_S:
            self._holds_off_until_s = now + 3 * POLL_S
        return 0 if now < self._holds_off_until_s else wanted

    async def _take(self, slots: Slots, wanted: int) -> None:
        for part in parts(wanted):
            lease = await slots.take(part)
            if lease is None:
                return
            self._leases.append(lease)

    async def _give_back(self, slots: Slots, spare: int) -> None:
        for lease in sorted(self._leases, key=lambda each: -each.slots):
            if lease.slots <= spare:
                self._leases.remove(lease)
                spare -= lease.slots
                await slots.give_back(lease)

    async def _queue(self, slots: Slots, *, waits: bool) -> None:
        if waits and self._place is None:
            self._place = await slots.wait()
        elif not waits and self._place is not None:
            place, self._place = self._place, None
            await slots.give_back(place)

    async def _give_all_back(self, slots: Slots) -> None:
        self._gates.set_ceiling(self._endpoint, 0)
        held = [*self._leases, *([self._place] if self._place is not None else [])]
        self._leases, self._place = [], None
        await asyncio.gather(*map(slots.give_back, held), return_exceptions=True)


class _Teller:
    """Says what changes, once."""

    def __init__(self, endpoint: str, most: int, tell: Tell) -> None:
        self._endpoint, self._most, self._tell = endpoint, most, tell
        self._name = limit_name(endpoint)
        self._own = "limits.llm" if is_model(endpoint) else "our own limit"
        self._last: Seen | None = None
        self._is_lost = False

    def saw(self, seen: Seen) -> None:
        if self._is_lost:
            self._is_lost = False
            self._tell(f"{self._endpoint}: Prefect answers again")
        last, self._last = self._last, seen
        if last is None or seen.created:
            self._tell(self._found(seen))
        elif (last.limit, last.is_active) != (seen.limit, seen.is_active):
            self._tell(f"{self._endpoint}: Prefect's limit {self._name} {self._now_is(seen)}")

    def lost(self, why: str, held: int) -> None:
        if not self._is_lost:
            self._is_lost = True
            until = (
                f"the {held} leased are used until their lease ends, within {LEASE_S:g} s; then "
            )
            self._tell(
                f"{self._endpoint}: Prefect cannot be asked for slots ({why}): "
                f"{until if held else ''}calls wait until it answers"
            )

    def _found(self, seen: Seen) -> str:
        if seen.created:
            how = f"was made with {self._own}, {seen.limit}"
        else:
            how = f"{self._now_is(seen)}, {self._own} {self._most}: the lower of them holds"
        return f"{self._endpoint}: Prefect's limit {self._name} {how}"

    def _now_is(self, seen: Seen) -> str:
        if not seen.is_active:
            return f"is switched off: each process keeps to its own limit, {self._most}"
        return f"is {seen.limit}" + ("" if seen.limit else ": calls wait until it is raised")
