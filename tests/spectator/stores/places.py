"""Where the tests of the stores keep a log: one place, any number of servers over it."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from spectator.store import EventStore, open_store
from spectator.streams import StreamName
from tests.postgres import Postgres


@dataclass(slots=True)
class Heard:
    """A watcher that notes what it is told."""

    words: list[tuple[StreamName, int]] = field(default_factory=list)
    featured: int = 0
    looks: int = 0

    def heard(self, stream: StreamName, top: int) -> None:
        self.words.append((stream, top))

    def heard_featured(self) -> None:
        self.featured += 1

    def look_again(self) -> None:
        self.looks += 1

    async def reaches(self, stream: StreamName, top: int) -> bool:
        return (stream, top) in self.words

    async def came(self, what: str, *, more_than: int = 0) -> bool:
        return (self.looks if what == "look" else self.featured) > more_than


@dataclass(frozen=True, slots=True)
class Place:
    """`address` is what `open_store` takes, `empty` makes the log there a new one."""

    address: str
    empty: Callable[[], None]

    @asynccontextmanager
    async def opened(self, watcher: Heard | None = None) -> AsyncIterator[EventStore]:
        """One server's store over the log."""
        store = open_store(self.address)
        try:
            await store.open(watcher or Heard())
            yield store
        finally:
            await store.aclose()

    @asynccontextmanager
    async def servers(self, count: int) -> AsyncIterator[list[EventStore]]:
        async with AsyncExitStack() as stack:
            yield [await stack.enter_async_context(self.opened()) for _ in range(count)]


def sqlite_place(folder: Path) -> Place:
    file = folder / "bus.sqlite"

    def empty() -> None:
        for path in itertools.chain([file], folder.glob("bus.sqlite-*")):
            path.unlink(missing_ok=True)

    return Place(str(file), empty)


def postgres_place(server: Postgres) -> Place:
    def empty() -> None:
        server.execute("SET client_min_messages = error; DROP SCHEMA IF EXISTS captains CASCADE")

    return Place(server.address(), empty)
