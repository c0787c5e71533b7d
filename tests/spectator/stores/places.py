"""Where the tests of the stores keep a log: one place, any number of servers over it."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from spectator.store import EventStore, open_store
from spectator.streams import StreamName


@dataclass(slots=True)
class Heard:
    """A watcher that notes what it is told."""

    tops: dict[StreamName, int] = field(default_factory=dict)
    featured: int = 0
    looks: int = 0

    def heard(self, stream: StreamName, top: int) -> None:
        self.tops[stream] = max(top, self.tops.get(stream, 0))

    def heard_featured(self) -> None:
        self.featured += 1

    def look_again(self) -> None:
        self.looks += 1


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
