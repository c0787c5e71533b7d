"""Fan-out: one ring of recent events a stream, one cursor a viewer.

A viewer asks for what follows his cursor; the ring answers, or the store where the ring no longer
reaches. He sleeps only when his cursor stands at the top, and nothing can come between that look
and the sleep. So there is no hole and no duplicate, nothing is queued for anybody, and a viewer
whose socket is full blocks himself alone.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from typing import Final, Protocol

from spectator.metrics import Metrics
from spectator.settings import BusSettings
from spectator.snapshots import Snapshots
from spectator.store import Appended, AppendStatus, EventStore, Featured, Line
from spectator.streams import StreamName, is_side

READ_AHEAD: Final = 500  # events a read from the store


class Lagging(Protocol):
    """A viewer, as far as the hub looks at him."""

    @property
    def lag(self) -> int: ...


@dataclass(slots=True)
class Part:
    """A run of lines that is sent at once; the same object to all who stand at the same place."""

    lines: Sequence[Line]
    _text: str | None = None

    @property
    def last(self) -> int:
        return self.lines[-1].seq

    @property
    def text(self) -> str:
        """As it goes over a WebSocket."""
        if self._text is None:
            body = ",".join(line.text for line in self.lines)
            self._text = f'{{"t":"events","events":[{body}]}}'
        return self._text


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ready:
    """The parts that were made for whoever stands at `seq` while `top` is the highest number."""

    seq: int
    top: int
    parts: Sequence[Part]


@dataclass(slots=True)
class Channel:
    """One stream as its viewers share it: the last events, the highest number, and the bell for the
    next.
    """

    stream: StreamName
    ring: deque[Line]
    top: int = 0
    viewers: int = 0
    ready: _Ready | None = None
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def publish(self, lines: Sequence[Line]) -> None:
        """Take over what the store has accepted; lines that do not join up make the ring start
        anew.
        """
        if lines[-1].seq <= self.top:
            return
        if lines[0].seq != self.top + 1:
            self.ring.clear()
        self.ring.extend(lines)
        self.top = lines[-1].seq
        self.ring_the_bell()

    def ring_the_bell(self) -> None:
        bell, self.changed = self.changed, asyncio.Event()
        bell.set()

    def after(self, seq: int) -> list[Line] | None:
        """What follows `seq`, or None where the ring does not reach back that far."""
        if not self.ring or self.ring[0].seq > seq + 1:
            return None
        return list(islice(self.ring, seq + 1 - self.ring[0].seq, None))


class Hub:
    """The channels that somebody watches, and which stream is featured."""

    def __init__(self, store: EventStore, settings: BusSettings) -> None:
        self.store = store
        self._settings = settings
        self._channels: dict[StreamName, Channel] = {}
        self._viewers: dict[asyncio.Task[object], str] = {}
        self._from: Counter[str] = Counter()
        self._following: set[Lagging] = set()
        self.snapshots = Snapshots(store, settings.snapshots)
        self.metrics = Metrics()
        self._loading: asyncio.Task[None] | None = None
        self.featured: Featured | None = None
        self.featured_changed = asyncio.Event()
        self.closing = False

    @property
    def viewers(self) -> int:
        return len(self._viewers)

    @property
    def lag(self) -> int:
        """How many events the viewer who is farthest behind has not been sent yet."""
        return max((one.lag for one in self._following), default=0)

    async def loaded(self) -> None:
        """Wait until what the store knows from before has been picked up: once, for everybody who
        waits; after a failure the next one tries again.
        """
        if self._loading is None or _has_failed(self._loading):
            self._loading = asyncio.create_task(self._load())
        await asyncio.shield(self._loading)  # who goes away does not take it with him

    async def _load(self) -> None:
        self.featured = await self.store.featured()

    def published(self, done: Sequence[Appended], fence: int | None) -> None:
        """Show what the store has taken."""
        for one in done:
            channel = self._channels.get(one.stream)
            if channel is not None and one.stored:
                channel.publish(one.stored)
        if fence is None or any(one.status is AppendStatus.STALE_FENCE for one in done):
            return
        brought = [one.stream for one in done if one.stored and not is_side(one.stream)]
        if brought:
            self._feature(Featured(stream=brought[-1], fence=fence))
        elif self.featured is not None:
            self._feature(Featured(stream=self.featured.stream, fence=fence))

    def _feature(self, now: Featured) -> None:
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
            channel = Channel(stream=stream, ring=deque(maxlen=self._settings.ring_events))
            self._channels[stream] = channel
        channel.viewers += 1
        try:
            info = await self.store.info(stream)
        except BaseException:
            self.leave(channel)
            raise
        if info is not None:
            channel.top = max(channel.top, info.last_seq)
        return channel

    def leave(self, channel: Channel) -> None:
        channel.viewers -= 1
        if not channel.viewers:
            self._channels.pop(channel.stream, None)

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
        parts = [Part(lines) for lines in _frames(lines, self._settings.frame_bytes)]
        if parts and top == channel.top:
            channel.ready = _Ready(seq=seq, top=top, parts=parts)
        return parts

    async def grown(self, stream: StreamName, top: int, wait_s: float) -> None:
        """Wait until the stream reaches beyond `top`, or the bus goes away, but not too long."""
        channel = await self.join(stream)
        try:
            async with asyncio.timeout(wait_s):
                while channel.top <= top and not self.closing:
                    await channel.changed.wait()
        except TimeoutError:
            return
        finally:
            self.leave(channel)

    # --- viewers -------------------------------------------------------------------------------

    def has_room(self, address: str) -> bool:
        """Whether one viewer more may come, from there."""
        crowded = self._from[address] >= self._settings.max_per_address
        if crowded and address not in self._settings.trusted_addresses:
            return False
        return len(self._viewers) < self._settings.max_viewers and not self.closing

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

    async def close(self, timeout_s: float) -> None:
        """Tell every viewer that the bus goes away, and wait for them, but not longer than
        `timeout_s`.
        """
        self.closing = True
        for channel in self._channels.values():
            channel.ring_the_bell()
        self.featured_changed.set()
        if self._viewers:
            await asyncio.wait(self._viewers, timeout=timeout_s)


def _frames(lines: Sequence[Line], limit: int) -> list[list[Line]]:
    """Runs of lines, each about `limit` bytes at most."""
    frames: list[list[Line]] = []
    room = 0
    for line in lines:
        if not frames or room < len(line.text):
            frames.append([])
            room = limit
        frames[-1].append(line)
        room -= len(line.text)
    return frames


def _has_failed(task: asyncio.Task[None]) -> bool:
    return task.done() and (task.cancelled() or task.exception() is not None)
