"""Every event once and in order, however publishing, sending and full connections interleave, and
whoever stores the events: this server, or another one behind the hub's back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import aclosing
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.events import Event
from spectator.channel import Part
from spectator.following import Follower, Join
from spectator.hub import Hub
from spectator.messages import CloseCode, Leave
from spectator.settings import BusSettings
from spectator.snapshots import Snapshot
from spectator.store import SqliteEventStore, Watcher
from spectator.streams import StreamName
from tests.spectator.matches import match_events
from tests.spectator.wire import DEADLINE_S, batch, until

EVENTS = match_events("m", seed=3)[:120]
LAST = EVENTS[-1].seq
STREAM: Final = StreamName("m/1")


class Word(StrEnum):
    """How the hub hears of events that are in the log."""

    HERE = "it published them"
    ELSEWHERE = "another server says how far the stream reaches now"
    ON_ITS_WAY = "another server has not said so yet"
    FOUND = "nor then, but somebody joins, for whom the log is looked at"


class Shared(SqliteEventStore):
    """A log that other servers write to, too."""

    watcher: Watcher | None = None

    async def open(self, watcher: Watcher) -> None:
        self.watcher = watcher
        await super().open(watcher)

    def say(self, top: int) -> None:
        assert self.watcher is not None
        self.watcher.heard(STREAM, top)


@dataclass(slots=True)
class Wavering:
    """A connection that takes data when its script says so (and always, after it), and what a
    viewer saw on it: numbers of events, and of the snapshots that he jumped to.
    """

    script: Iterator[bool]
    seen: list[int] = field(default_factory=list)
    jumps: set[int] = field(default_factory=set)

    def is_writable(self) -> bool:
        return next(self.script, True)

    def push(self, part: Part) -> bool:
        if not self.is_writable():
            return False
        self.seen += [line.seq for line in part.lines]
        return True

    async def watch(self, follower: Follower) -> CloseCode | None:
        """Until everything has been seen, or he is sent away."""
        async with aclosing(follower.one(STREAM)) as messages:
            try:
                async for message in messages:
                    if isinstance(message, Part):
                        self.seen += [line.seq for line in message.lines]
                    elif isinstance(message, Snapshot):
                        self.jumps.add(message.seq)
                        self.seen.append(message.seq)
                    while not self.is_writable():
                        follower.blocked = True
                        await asyncio.sleep(0)
                    if self.seen and self.seen[-1] == LAST:
                        return None
            except Leave as leave:
                return leave.code
        return None

    async def has_seen(self, last: int) -> bool:
        return bool(self.seen) and self.seen[-1] == last

    def has_a_hole(self) -> bool:
        """Whether a number is missing or comes twice, but for a snapshot's, which stands for all
        before it.
        """
        steps = zip([0, *self.seen], self.seen, strict=False)
        return any(now != before + 1 and now not in self.jumps for before, now in steps)


SCRIPTS = st.lists(st.booleans(), max_size=60)
BATCHES = st.lists(
    st.tuples(st.integers(1, 20), st.integers(0, 4), st.sampled_from(Word)), max_size=30
)


async def stored(store: Shared, hub: Hub, part: list[Event], word: Word) -> None:
    done = await store.append([batch(part)])
    if word is Word.HERE:
        hub.published(done, None)
    elif word is Word.ELSEWHERE:
        store.say(part[-1].seq)
    elif word is Word.FOUND:
        hub.leave(await hub.join(STREAM))


async def watched(
    batches: list[tuple[int, int, Word]],
    scripts: list[list[bool]],
    settings: BusSettings,
    join: Join,
) -> list[tuple[Wavering, CloseCode | None]]:
    """Events come in batches with so many turns of the loop between them; each script's viewer
    watches, from the first on. In the end every word has arrived.
    """
    store = Shared()
    hub = Hub(store, settings)
    await hub.loaded()
    viewers = [Wavering(iter(script)) for script in scripts]
    watching = [
        asyncio.create_task(viewer.watch(Follower(hub, settings, join, viewer)))
        for viewer in viewers
    ]
    there = 0
    for size, turns, word in [*batches, (LAST, 0, Word.HERE)]:
        if part := EVENTS[there : there + size]:
            await stored(store, hub, part, word)
            there += len(part)
        for _ in range(turns):
            await asyncio.sleep(0)
    store.say(LAST)
    async with asyncio.timeout(DEADLINE_S):
        codes = await _ended(viewers, watching)
    await hub.close(0)
    await store.aclose()
    return list(zip(viewers, codes, strict=True))


async def _ended(
    viewers: list[Wavering], watching: list[asyncio.Task[CloseCode | None]]
) -> list[CloseCode | None]:
    """Who has seen everything by being told is not woken: let him go when it is so."""
    while any(not task.done() for task in watching):
        await asyncio.sleep(0)
        for viewer, task in zip(viewers, watching, strict=True):
            if viewer.seen and viewer.seen[-1] == LAST:
                task.cancel()
    ends = await asyncio.gather(*watching, return_exceptions=True)
    return [end if isinstance(end, CloseCode) else None for end in ends]


@given(BATCHES, st.lists(SCRIPTS, min_size=1, max_size=3), st.integers(1, 50))
def test_who_takes_no_snapshots_sees_every_event_once(batches, scripts, ring):
    settings = BusSettings(ring_events=ring, frame_bytes=2_000)
    found = asyncio.run(watched(batches, scripts, settings, Join()))
    assert [viewer.seen for viewer, _ in found] == [list(range(1, LAST + 1))] * len(scripts)


@given(BATCHES, st.lists(SCRIPTS, min_size=1, max_size=3), st.integers(0, 20))
def test_who_takes_snapshots_misses_nothing_after_them(batches, scripts, few):
    settings = BusSettings(ring_events=30, frame_bytes=2_000, recover_events=few, behind_events=few)
    found = asyncio.run(watched(batches, scripts, settings, Join(snapshots=True)))
    for viewer, code in found:
        assert not viewer.has_a_hole()
        assert code in (None, CloseCode.TOO_SLOW)
        assert code is not None or viewer.seen[-1] == LAST


@pytest.mark.parametrize("is_told", [True, False])
async def test_what_a_later_viewer_finds_in_the_log_is_shown_to_the_earlier_one(is_told):
    """Another server stored event 6, and its word is still on the way."""
    store, settings = SqliteEventStore(), BusSettings()
    hub = Hub(store, settings)
    await hub.loaded()
    viewer = Wavering(iter(()))
    follower = Follower(hub, settings, Join(), viewer if is_told else None)
    watching = asyncio.create_task(viewer.watch(follower))
    hub.published(await store.append([batch(EVENTS[:5])]), None)
    await until(lambda: viewer.has_seen(5))
    await store.append([batch(EVENTS[5:6])])
    channel = await hub.join(STREAM)
    await until(lambda: viewer.has_seen(6))
    hub.published(await store.append([batch(EVENTS[6:7])]), None)
    await until(lambda: viewer.has_seen(7))
    hub.leave(channel)
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    await store.aclose()
    assert viewer.seen == [1, 2, 3, 4, 5, 6, 7]
