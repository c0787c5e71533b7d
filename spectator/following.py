"""What one viewer is sent, whatever carries it: hello, what he missed or a snapshot, then live.

A viewer has a cursor. What follows it is read from the channel's ring, or from the log where the
ring no longer reaches, so there is no hole and no duplicate. Whoever carries the messages says when
the viewer's connection was full: if he then stands far behind, he is sent a snapshot instead of
what he missed, and the second time he is dropped. Nobody is blamed for a publisher that sends much
at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from starlette.types import Scope

from spectator.channel import Channel, Part
from spectator.hub import Hub
from spectator.messages import CloseCode, Hello, Leave, Message, Mode, Ping, Shown
from spectator.settings import BusSettings
from spectator.snapshots import Snapshot
from spectator.store import StoreDamaged
from spectator.streams import StreamName

CONNECTION: Final = "captains.connection"  # in a scope: what our server says of the connection
# A snapshot that is so many events old is as good as a new one: they follow it.
OLD_ENOUGH: Final = 32


class Connection(Protocol):
    """What carries the messages, where our own server does. Without it nobody is found to be
    behind.
    """

    def is_writable(self) -> bool:
        """Whether what is sent now goes out without waiting."""


class Pushing(Connection, Protocol):
    """A WebSocket, for which the messages are the same bytes to everybody."""

    def push(self, part: Part) -> bool:
        """Send a part at once; False where that cannot be."""


def connection_of(scope: Scope) -> Connection | None:
    found: Connection | None = scope.get("extensions", {}).get(CONNECTION, {}).get("is")
    return found


def pushing_of(scope: Scope) -> Pushing | None:
    """The same of a WebSocket; without it he is woken for every event."""
    found: Pushing | None = scope.get("extensions", {}).get(CONNECTION, {}).get("is")
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Join:
    """Where a viewer comes in: he has seen the events of log `epoch` up to `after`, on the featured
    channel those of `stream`. `snapshots`: he takes one instead of many events.
    """

    after: int = 0
    epoch: str | None = None
    stream: StreamName | None = None
    snapshots: bool = False


Messages = AsyncGenerator[Message, None]


class Follower:
    """One viewer's way through the streams. `blocked` is set by whoever sends to him."""

    def __init__(
        self, hub: Hub, settings: BusSettings, join: Join, pushing: Pushing | None = None
    ) -> None:
        self._hub, self._settings = hub, settings
        self._join, self._pushing = join, pushing
        self._woken = asyncio.Event()
        self._seq = 0
        self._channel: Channel | None = None
        self._live = False  # whether he has ever had everything
        self._resynced = False
        self.blocked = False

    @property
    def lag(self) -> int:
        """How many events he has not been sent yet."""
        return max(0, self._channel.top - self._seq) if self._channel is not None else 0

    # --- told by the channel, without being woken ----------------------------------------------

    @property
    def seq(self) -> int:
        return self._seq

    def take(self, parts: Sequence[Part]) -> bool:
        assert self._pushing is not None
        for part in parts:
            if not self._pushing.push(part):
                return False
            self._seq = part.last
        return True

    def wake(self) -> None:
        self._woken.set()

    # --- the streams ---------------------------------------------------------------------------

    async def one(self, stream: StreamName) -> Messages:
        """One stream, without an end."""
        async for message in self._follow(stream, self._join, featured=False):
            yield message

    async def featured(self) -> Messages:
        """Whatever is featured; a stream that no longer is, is told to its end first."""
        join = self._join
        while True:
            bell, now = self._hub.featured_changed, self._hub.featured
            yield Shown(stream=now.stream if now else None)
            if now is None:
                if not await self._rang(bell):
                    yield Ping()
                continue
            here = join if join.stream == now.stream else Join(snapshots=join.snapshots)
            async for message in self._follow(now.stream, here, featured=True):
                yield message
            join = Join(snapshots=join.snapshots)

    async def _follow(self, stream: StreamName, join: Join, *, featured: bool) -> Messages:
        channel = self._channel = await self._hub.join(stream)
        try:
            snapshot = await self._begin(channel, join)
            yield Hello(
                epoch=self._hub.store.epoch,
                stream=stream,
                top=max(channel.top, self._seq),
                after=self._seq,
                mode=Mode.RECOVERED if snapshot is None else Mode.SNAPSHOT,
            )
            if snapshot is not None:
                yield snapshot
            while not (featured and self._is_over(channel)):
                async for message in self._advance(channel, snapshots=join.snapshots):
                    yield message
        finally:
            self._channel = None
            self._hub.leave(channel)

    def _is_over(self, channel: Channel) -> bool:
        now = self._hub.featured
        return self._seq >= channel.top and now is not None and now.stream != channel.stream

    async def _advance(self, channel: Channel, *, snapshots: bool) -> Messages:
        """What follows the cursor; where nothing does, waits for it, or for the time of a ping."""
        if channel.gone:
            raise Leave(CloseCode.COME_AGAIN)
        bell = channel.changed
        parts = await self._hub.parts_after(channel, self._seq)
        if not parts:
            self._live = True
            if not await self._rang_at_the_top(channel, bell):
                yield Ping()
        for part in parts:
            yield part
            self._seq = part.last
            self._hub.metrics.deliveries.inc(len(part.lines))
            if snapshots and self._is_behind(channel):
                if (snapshot := await self._resync(channel)) is not None:
                    yield snapshot
                return

    async def _rang_at_the_top(self, channel: Channel, bell: asyncio.Event) -> bool:
        if self._pushing is None or bell.is_set():  # something came while the store was read
            return await self._rang(bell)
        self._woken.clear()
        channel.live.add(self)
        try:
            return await self._rang(self._woken)
        finally:
            channel.live.discard(self)

    async def _rang(self, bell: asyncio.Event) -> bool:
        """Wait for the bell, but not longer than a viewer should hear nothing."""
        self._stay()
        try:
            async with asyncio.timeout(self._settings.ping_s):
                await bell.wait()
        except TimeoutError:
            return False
        self._stay()
        return True

    def _stay(self) -> None:
        if self._hub.closing:
            raise Leave(CloseCode.GOING_AWAY)

    # --- snapshots -----------------------------------------------------------------------------

    async def _begin(self, channel: Channel, join: Join) -> Snapshot | None:
        """Put the cursor where the viewer begins; the snapshot that he is sent, if any."""
        known = join.epoch in (None, self._hub.store.epoch) and join.after <= channel.top
        self._seq = join.after if known else 0
        if not join.snapshots or await self._misses_little(channel):
            return None
        return await self._jump(channel)

    async def _misses_little(self, channel: Channel) -> bool:
        if channel.top - self._seq > self._settings.recover_events:
            return False
        parts = await self._hub.parts_after(channel, self._seq)
        return sum(part.size for part in parts) <= self._settings.recover_bytes

    def _is_behind(self, channel: Channel) -> bool:
        """Whether he stands far behind because his connection was full."""
        was_full, self.blocked = self.blocked, False
        if not (was_full and self._live) or self._seq >= channel.top:
            return False
        missed = channel.after(self._seq)
        return (
            missed is None
            or len(missed) > self._settings.behind_events
            or sum(len(line.text) for line in missed) > self._settings.behind_bytes
        )

    async def _resync(self, channel: Channel) -> Snapshot | None:
        if self._resynced:
            raise Leave(CloseCode.TOO_SLOW)
        snapshot = await self._jump(channel)
        if snapshot is not None:
            self._resynced = True
            self._hub.metrics.resyncs.inc()
        return snapshot

    async def _jump(self, channel: Channel) -> Snapshot | None:
        """A snapshot from further on, with the cursor there; None where there is none. What of a
        damaged log can still be sent is.
        """
        try:
            snapshot = await self._hub.snapshots.of(channel.stream, channel.top - OLD_ENOUGH)
        except StoreDamaged:
            return None
        if snapshot is None or snapshot.seq <= self._seq:
            return None
        self._seq = snapshot.seq
        return snapshot
