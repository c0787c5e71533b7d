"""Fan-out: one ring of recent events a stream, one cursor a viewer.

A viewer asks for what follows his cursor; the ring answers, or the store where the ring no longer
reaches. He sleeps only when his cursor stands at the top, and nothing can come between that look
and the sleep. So there is no hole and no duplicate, nothing is queued for anybody, and a viewer
whose socket is full blocks himself alone.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import Final

from spectator.attendance import Attendance
from spectator.channel import Channel, Part, Ready, parts_of
from spectator.elsewhere import Elsewhere
from spectator.metrics import Metrics
from spectator.settings import BusSettings
from spectator.snapshots import Snapshots
from spectator.store import Appended, AppendStatus, EventStore, Featured, Line
from spectator.streams import StreamKind, StreamName, may_be_featured

READ_AHEAD: Final = 500  # events a read from the store


class Hub:
    """The channels that somebody watches, and which stream is featured."""

    def __init__(self, store: EventStore, settings: BusSettings) -> None:
        self.store = store
        self._settings = settings
        self._channels: dict[StreamName, Channel] = {}
        self.attendance = Attendance(settings)
        self.snapshots = Snapshots(store, settings.snapshots)
        self.metrics = Metrics()
        self._loading: asyncio.Task[None] | None = None
        self.streams = 0  # of every kind, as far as is known here
        self.featured: Featured | None = None
        self.featured_changed = asyncio.Event()
        self.closing = False
        self._elsewhere = Elsewhere(self)

    async def loaded(self) -> None:
        """Wait until what the store knows from before has been picked up: once, for everybody who
        waits; after a failure the next one tries again.
        """
        if self._loading is None or _has_failed(self._loading):
            self._loading = asyncio.create_task(self._load())
        await asyncio.shield(self._loading)  # who goes away does not take it with him

    async def _load(self) -> None:
        await self.store.open(self._elsewhere)
        self._elsewhere.begin()
        pages = [await self.store.streams(kind, limit=1) for kind in StreamKind]
        self.streams = sum(page.total for page in pages)
        self.featured = await self.store.featured()

    def published(self, done: Sequence[Appended], fence: int | None) -> None:
        """Show what the store has taken."""
        for one in done:
            self.streams += bool(one.stored) and one.stored[0].seq == 1
            channel = self._channels.get(one.stream)
            if channel is not None and one.stored:
                channel.publish(one.stored)
        if fence is None or any(one.status is AppendStatus.STALE_FENCE for one in done):
            return
        brought = [one.stream for one in done if one.stored and may_be_featured(one.stream)]
        if brought:
            self.feature(Featured(stream=brought[-1], fence=fence))
        elif self.featured is not None:
            self.feature(Featured(stream=self.featured.stream, fence=fence))

    def channel(self, stream: StreamName) -> Channel | None:
        """The channel of a stream that somebody watches."""
        return self._channels.get(stream)

    def channels(self) -> list[Channel]:
        return list(self._channels.values())

    def forget(self) -> None:
        """The log is another one: who watches joins anew."""
        self.featured = None
        gone, self._channels = self._channels, {}
        for channel in gone.values():
            channel.gone = True
            channel.ring_the_bell()

    def feature(self, now: Featured) -> None:
        """Show `now` on the featured channel, unless a later publisher holds it."""
        before = self.featured
        if before is not None and (now == before or now.fence < before.fence):
            return
        self.featured = now
        bell, self.featured_changed = self.featured_changed, asyncio.Event()
        bell.set()
        if before is not None and (old := self._channels.get(before.stream)):
            old.ring_the_bell()

    async def join(self, stream: StreamName) -> Channel:
        """The channel of a stream, with a viewer more. Give it back with `leave`."""
        channel = self._channels.get(stream)
        if channel is None:
            channel = Channel(
                stream=stream,
                ring=deque(maxlen=self._settings.ring_events),
                frame_bytes=self._settings.frame_bytes,
                delivered=self.metrics.deliveries.inc,
            )
            self._channels[stream] = channel
        channel.viewers += 1
        try:
            info = await self.store.info(stream)
        except BaseException:
            self.leave(channel)
            raise
        if info is not None:
            channel.reach(info.last_seq)
        return channel

    def leave(self, channel: Channel) -> None:
        channel.viewers -= 1
        if not channel.viewers and self._channels.get(channel.stream) is channel:
            del self._channels[channel.stream]

    async def lines_after(self, channel: Channel, seq: int) -> list[Line]:
        """What follows `seq`, as far as a viewer takes it at once; empty at the top."""
        if seq >= channel.top:
            return []
        lines = channel.after(seq)
        if lines is None:
            lines = await self.store.read(channel.stream, seq, READ_AHEAD)
        return lines

    async def parts_after(self, channel: Channel, seq: int) -> Sequence[Part]:
        """The same in parts of about `frame_bytes`."""
        ready = channel.ready
        if ready is not None and ready.seq == seq and ready.top == channel.top:
            return ready.parts
        top = channel.top
        lines = await self.lines_after(channel, seq)
        parts = parts_of(lines, self._settings.frame_bytes)
        if parts and top == channel.top:
            channel.ready = Ready(seq=seq, top=top, parts=parts)
        return parts

    async def grown(self, stream: StreamName, top: int, wait_s: float) -> None:
        """Wait until the stream reaches beyond `top`, or the bus goes away, but not too long."""
        channel = await self.join(stream)
        try:
            async with asyncio.timeout(wait_s):
                while channel.top <= top and not (channel.gone or self.closing):
                    await channel.changed.wait()
        except TimeoutError:
            return
        finally:
            self.leave(channel)

    async def close(self, timeout_s: float) -> None:
        """Tell every viewer that the bus goes away, and wait for them, but not longer than
        `timeout_s`.
        """
        self.closing = True
        self._elsewhere.close()
        for channel in self._channels.values():
            channel.ring_the_bell()
        self.featured_changed.set()
        await self.attendance.over(timeout_s)


def _has_failed(task: asyncio.Task[None]) -> bool:
    return task.done() and (task.cancelled() or task.exception() is not None)
