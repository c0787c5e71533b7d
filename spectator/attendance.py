"""Who watches: counted by address, looked at for how far behind he is, waited for at the end."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from spectator.settings import BusSettings


class Lagging(Protocol):
    """A viewer, as far as he is looked at."""

    @property
    def lag(self) -> int: ...


class Attendance:
    """The viewers of a bus, over a WebSocket or by server-sent events."""

    def __init__(self, settings: BusSettings) -> None:
        self._settings = settings
        self._viewers: dict[asyncio.Task[object], str] = {}
        self._from: Counter[str] = Counter()
        self._following: set[Lagging] = set()

    @property
    def viewers(self) -> int:
        return len(self._viewers)

    @property
    def lag(self) -> int:
        """How many events the viewer who is farthest behind has not been sent yet."""
        return max((one.lag for one in self._following), default=0)

    def has_room(self, address: str) -> bool:
        """Whether one viewer more may come, from there."""
        crowded = self._from[address] >= self._settings.max_per_address
        if crowded and address not in self._settings.trusted_addresses:
            return False
        return len(self._viewers) < self._settings.max_viewers

    def enter(self, address: str) -> None:
        """The running task serves a viewer: count him until it ends, and wait for its end."""
        task = asyncio.current_task()
        assert task is not None
        self._viewers[task] = address
        self._from[address] += 1
        task.add_done_callback(self._gone)

    def _gone(self, task: asyncio.Task[object]) -> None:
        address = self._viewers.pop(task)
        self._from[address] -= 1
        if not self._from[address]:
            del self._from[address]

    @contextmanager
    def following(self, viewer: Lagging) -> Iterator[None]:
        """Look at how far behind he is."""
        self._following.add(viewer)
        try:
            yield
        finally:
            self._following.discard(viewer)

    async def over(self, timeout_s: float) -> None:
        """Wait until everybody has gone, but not longer than `timeout_s`."""
        if self._viewers:
            await asyncio.wait(self._viewers, timeout=timeout_s)
