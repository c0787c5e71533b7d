"""What an append costs in each store: SQLite and PostgreSQL in turn, in one run, of 1 and of 50
events; and how long it takes until another server has heard of it.

PostgreSQL is the tests' own, through a socket, with `fsync` as it ships, so that an answer means
that the disk has it. CPU is that of the bus's process alone.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from typing import Any

from spectator.store import Batch, Entry, EventStore, open_store
from spectator.streams import StreamName
from tests.needed import POSTGRES
from tests.postgres import Postgres

ROUNDS = 7
APPENDS = 200  # a round
SIZES = (1, 50)
PAIRS = 300
TEXT = '{"v":1,"type":"delivery","data":{"commentary":"' + "x" * 600 + '"}}'  # as long as a ball's


@dataclass(slots=True)
class Told:
    """A watcher that notes when it heard of each event."""

    at_s: dict[tuple[StreamName, int], float] = field(default_factory=dict)
    bell: asyncio.Event = field(default_factory=asyncio.Event)

    def heard(self, stream: StreamName, top: int) -> None:
        self.at_s[stream, top] = time.perf_counter()
        self.bell.set()

    def heard_featured(self) -> None: ...

    def look_again(self) -> None:
        self.bell.set()


@dataclass(frozen=True, slots=True, kw_only=True)
class Took:
    wall_s: float
    cpu_s: float


def measure() -> dict[str, Any]:
    programs = POSTGRES.find()
    if programs is None:
        return {"skipped": POSTGRES.missing}
    server = Postgres(Path(programs), keeps_its_word=True)
    try:
        with TemporaryDirectory() as folder:
            return asyncio.run(_compare(Path(folder) / "bus.sqlite", server.address()))
    finally:
        server.close()


async def _compare(file: Path, address: str) -> dict[str, Any]:
    stores = {"sqlite": open_store(file), "postgres": open_store(address)}
    for store in stores.values():
        await store.open(Told())
    found: dict[str, Any] = {}
    for size in SIZES:
        for name, store in stores.items():
            await _append(store, StreamName(f"warm-{name}/{size}"), size)
        rounds = [
            {n: await _append(s, StreamName(f"{n}-{k}/{size}"), size) for n, s in stores.items()}
            for k in range(ROUNDS)
        ]
        found |= _figures(rounds, size)
    for store in stores.values():
        await store.aclose()
    return found | await _hearing(address)


async def _append(store: EventStore, stream: StreamName, size: int) -> Took:
    """`APPENDS` batches of `size` events, one after the other."""
    batches = [_batch(stream, n * size, size) for n in range(APPENDS)]
    wall_s, cpu_s = time.perf_counter(), time.process_time()
    for batch in batches:
        await store.append([batch])
    return Took(wall_s=time.perf_counter() - wall_s, cpu_s=time.process_time() - cpu_s)


def _batch(stream: StreamName, after: int, size: int) -> Batch:
    entries = tuple(
        Entry(seq=seq, text=TEXT, type="delivery", ts="2026-11-29T12:00:00Z")
        for seq in range(after + 1, after + size + 1)
    )
    return Batch(stream=stream, entries=entries)


def _figures(rounds: list[dict[str, Took]], size: int) -> dict[str, float]:
    of = f"_of_{size}"
    told = {
        f"{name}_appends{of}_per_s": APPENDS / median(each[name].wall_s for each in rounds)
        for name in ("sqlite", "postgres")
    }
    ratios = [each["postgres"].wall_s / each["sqlite"].wall_s for each in rounds]
    cpu = [each["postgres"].cpu_s / each["sqlite"].cpu_s for each in rounds]
    return told | {
        f"postgres_over_sqlite{of}": median(ratios),
        f"postgres_over_sqlite{of}_cpu_of_the_bus": median(cpu),
    }


async def _hearing(address: str) -> dict[str, float]:
    """From the call to append at one server until another one is told, in ms."""
    here, there, told = open_store(address), open_store(address), Told()
    await here.open(Told())
    await there.open(told)
    await told.bell.wait()
    took_ms = []
    for seq in range(1, PAIRS + 1):
        told.bell.clear()
        began_s = time.perf_counter()
        await here.append([_batch(StreamName("heard/1"), seq - 1, 1)])
        while (StreamName("heard/1"), seq) not in told.at_s:
            await told.bell.wait()
            told.bell.clear()
        took_ms.append(1000 * (told.at_s[StreamName("heard/1"), seq] - began_s))
    await here.aclose()
    await there.aclose()
    return {
        "heard_elsewhere_p50_ms": median(took_ms),
        "heard_p99_ms": quantiles(took_ms, n=100)[98],
    }
