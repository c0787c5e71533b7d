"""Prefect's slots as a double in memory, with a clock that is set, and the processes that lease
them.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from uuid import UUID, uuid4

from engine.tool_captains.limiting import AdaptiveLimiter
from flows.leasing import POLL_S, Keeper
from flows.slots import LEASE_S, Lease, Seen, SlotsUnreachable

HERE = "http://127.0.0.1:1/v1"
PROCESS_MOST = 8


@dataclass(slots=True)
class Prefect:
    """One limit, and who waits at it. Implements `Slots`."""

    limit: int = 8
    now: float = 100.0
    is_away: bool = False
    is_active: bool = True
    limit_id: UUID = field(default_factory=uuid4)
    queue_id: UUID = field(default_factory=uuid4)
    leases: dict[UUID, Lease] = field(default_factory=dict)
    asked: int = 0

    def passes(self, seconds: float) -> None:
        self.now += seconds
        self.leases = {k: lease for k, lease in self.leases.items() if lease.ends_s > self.now}

    @property
    def taken(self) -> int:
        return sum(each.slots for each in self.leases.values() if each.limit_id == self.limit_id)

    @property
    def places(self) -> list[Lease]:
        return [each for each in self.leases.values() if each.limit_id == self.queue_id]

    async def look(self) -> Seen:
        self._answer()
        return Seen(
            limit_id=self.limit_id,
            queue_id=self.queue_id,
            limit=self.limit,
            taken=self.taken,
            waiting=len(self.places),
            is_active=self.is_active,
        )

    async def take(self, slots: int) -> Lease | None:
        self._answer()
        return self._lease(self.limit_id, slots) if self.taken + slots <= self.limit else None

    async def wait(self) -> Lease | None:
        self._answer()
        return self._lease(self.queue_id, 1)

    async def renew(self, lease: Lease) -> Lease | None:
        self._answer()
        if lease.lease_id not in self.leases:
            return None
        renewed = self.leases[lease.lease_id] = replace(lease, ends_s=self.now + LEASE_S)
        return renewed

    async def give_back(self, lease: Lease) -> None:
        self._answer()
        self.leases.pop(lease.lease_id, None)

    def _lease(self, limit_id: UUID, slots: int) -> Lease:
        lease = Lease(lease_id=uuid4(), limit_id=limit_id, slots=slots, ends_s=self.now + LEASE_S)
        self.leases[lease.lease_id] = lease
        return lease

    def _answer(self) -> None:
        self.asked += 1
        if self.is_away:
            raise SlotsUnreachable("away")


class Process:
    """A process with so many calls to make that each last until they are ended."""

    def __init__(self, prefect: Prefect) -> None:
        self.prefect, self.told = prefect, list[str]()
        self.gates = AdaptiveLimiter(0, now=lambda: prefect.now, later=lambda *_: None)
        self.keeper = Keeper(
            HERE, PROCESS_MOST, self.gates, self.told.append, now=lambda: prefect.now
        )
        self.calls: list[asyncio.Task[None]] = []
        self._ends: list[asyncio.Event] = []
        self.answered = 0

    async def calls_more(self, number: int) -> None:
        for _ in range(number):
            self.keeper.asked_for_one_more()
            self.calls.append(asyncio.create_task(self._call()))
            await asyncio.sleep(0)

    async def step(self) -> None:
        await self.keeper.step(self.prefect)
        await settled()

    async def answers(self) -> None:
        """All that are under way, and nobody asks again."""
        for end in self._ends:
            end.set()
        self._ends.clear()
        await settled()

    @property
    def under_way(self) -> int:
        return self.gates.under_way(HERE)

    async def _call(self) -> None:
        async with self.gates.slot(HERE):
            end = asyncio.Event()
            self._ends.append(end)
            await end.wait()
            self.answered += 1
            self.gates.went_well(HERE)


async def settled() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def seconds_pass(prefect: Prefect, seconds: int, *processes: Process) -> None:
    """Answers come within a second, and everybody asks again."""
    for _ in range(seconds):
        prefect.passes(POLL_S)
        for process in processes:
            before = process.answered
            await process.answers()
            await process.calls_more(process.answered - before)
            await process.step()
            assert sum(each.under_way for each in processes) <= max(prefect.limit, 0)
