"""What other servers stored, brought into the hub.

A store only says how far a stream reaches. The events are read from the log, once for all viewers
of a stream, and again until it works: a word that was heard is never lost.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final

from spectator.store import StoreUnavailable
from spectator.streams import StreamName

if TYPE_CHECKING:
    from spectator.channel import Channel
    from spectator.hub import Hub

READ_AT_ONCE: Final = 500
RETRY_S: Final = 0.5


class Errand:
    """Work that is done after every asking; what is asked while it is under way is done once more.
    Where the store cannot be reached, it is tried again.
    """

    def __init__(self, work: Callable[[], Awaitable[None]]) -> None:
        self._work = work
        self._wanted = self._closed = False
        self._task: asyncio.Task[None] | None = None

    def ask(self) -> None:
        if self._closed:
            return
        self._wanted = True
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._run())

    def close(self) -> None:
        """Drop what is under way, and do nothing any more."""
        self._closed = True
        if self._task is not None:
            self._task.cancel()

    async def _run(self) -> None:
        while self._wanted:
            self._wanted = False
            try:
                await self._work()
            except StoreUnavailable:
                self._wanted = True
                await asyncio.sleep(RETRY_S)


class Elsewhere:
    """A `Watcher` for a hub."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._epoch: str | None = None
        self._featured = Errand(self._read_featured)

    def begin(self) -> None:
        """The hub has begun with the log as it is now; it may be replaced before the first word."""
        self._epoch = self._hub.store.epoch

    def heard(self, stream: StreamName, top: int) -> None:
        channel = self._hub.channel(stream)
        if channel is not None and top > channel.top:
            self._catch_up(channel)

    def heard_featured(self) -> None:
        self._featured.ask()

    def look_again(self) -> None:
        before, self._epoch = self._epoch, self._hub.store.epoch
        if before not in (None, self._epoch):
            self._hub.forget()
        for channel in self._hub.channels():
            self._catch_up(channel)
        self.heard_featured()

    def close(self) -> None:
        self._featured.close()
        for channel in self._hub.channels():
            if channel.catching_up is not None:
                channel.catching_up.close()

    def _catch_up(self, channel: Channel) -> None:
        if self._hub.closing:
            return
        if channel.catching_up is None:
            channel.catching_up = Errand(lambda: self._read(channel))
        channel.catching_up.ask()

    async def _read(self, channel: Channel) -> None:
        while channel.viewers:
            lines = await self._hub.store.read(channel.stream, channel.top, READ_AT_ONCE)
            if not lines:
                return
            channel.publish(lines)

    async def _read_featured(self) -> None:
        now = await self._hub.store.featured()
        if now is not None:
            self._hub.feature(now)
