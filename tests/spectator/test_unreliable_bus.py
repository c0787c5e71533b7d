"""Whatever the bus does, it has every event once and in order in the end, and memory is bounded."""

from __future__ import annotations

import asyncio
import json
import os
import tempfile
from collections import deque
from collections.abc import Sequence
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.events import Event
from spectator.outboxes import PublisherLimits
from spectator.publisher import BusPublisher
from tests.spectator.matches import match_events, published
from tests.spectator.unreliable import Mood, UnreliableBus
from tests.spectator.wire import DEADLINE_S


def first_and_last(match: Sequence[Event], events: int = 20) -> list[Event]:
    """So many of a match: together more than most limits below, and each is sent often enough."""
    return [*match[: events - 1], match[-1].model_copy(update={"seq": events})]


MATCHES = [
    first_and_last(published(match_events(f"m{n}", seed=n, overs=1)).match) for n in range(3)
]
TOLD = {f"m{n}/1": [json.loads(e.line) for e in match] for n, match in enumerate(MATCHES)}
MOODS = st.lists(st.sampled_from(Mood), max_size=12)
LIMITS = st.builds(
    PublisherLimits,
    pending=st.sampled_from([5, 40, 20_000]),
    kept=st.sampled_from([0, 3, 5_000]),
    batch_events=st.sampled_from([1, 7, 1_000]),
    batch_bytes=st.sampled_from([1, 2_000, 512 * 1024]),
    linger_s=st.just(0.0),
    adopted=st.sampled_from([1, 8]),
    adopt_every_s=st.just(0.0),
    backoff_first_s=st.just(0.0),
    unreached_s=st.just(DEADLINE_S),
    backoff_most_s=st.just(0.0),
)


ORDERS = st.permutations([n for n, match in enumerate(MATCHES) for _ in match[1:]])


def in_order(order: Sequence[int]) -> list[Event]:
    """The events of all matches but the last of each; `order` says whose comes next."""
    left = [deque(match) for match in MATCHES]
    return [left[n].popleft() for n in order]


def of_url(bus: UnreliableBus, folder: Path, limits: PublisherLimits) -> BusPublisher:
    return BusPublisher(
        "http://bus",
        "t",
        transport=bus,
        spool=folder / "spool",
        adopts=True,
        limits=limits,
        flush_s=DEADLINE_S,
    )


def in_memory(publisher: BusPublisher) -> int:
    """Lines that wait in memory."""
    boxes = publisher._boxes._open.values()
    return sum(min(box.waiting, len(box.lines)) for box in boxes)


async def tell(publisher: BusPublisher, events: Sequence[Event], *, every: int) -> None:
    """With time for the sender after so many events."""
    observer = publisher.observer()
    for at, event in enumerate(events):
        await observer.on_event(event)
        if at % every == 0:
            await asyncio.sleep(0)


@given(ORDERS, MOODS, MOODS, LIMITS, st.sampled_from([1, 10, 1_000]))
def test_everything_arrives_once_and_in_order(
    order: list[int], moods: list[Mood], last: list[Mood], limits: PublisherLimits, every: int
) -> None:
    async def scenario(folder: Path) -> None:
        most: list[int] = []
        bus = UnreliableBus(moods, watch=lambda: most.append(in_memory(publisher)))
        publisher = of_url(bus, folder, limits)
        async with publisher:
            observer = publisher.observer()
            for at, event in enumerate(in_order(order)):
                await observer.on_event(event)
                if at % every == 0:
                    await asyncio.sleep(0)
            await publisher.flushed(DEADLINE_S, lambda: not publisher.report.waiting)
            # What has ended is not told to a bus that forgets it later.
            bus.moods = deque(mood for mood in last if mood is not Mood.FORGETS)
            for match in MATCHES:
                await observer.on_event(match[-1])
        assert bus.streams == TOLD
        assert (publisher.report.dropped, publisher.report.waiting) == (0, 0)
        assert max(most, default=0) <= limits.pending
        assert publisher.streams_left == 0

    with tempfile.TemporaryDirectory() as name:
        asyncio.run(scenario(Path(name)))


@given(ORDERS, MOODS, LIMITS, st.integers(1, 60))
def test_a_publisher_that_is_killed_while_the_bus_is_away_loses_nothing(
    order: list[int], moods: list[Mood], limits: PublisherLimits, ends: int
) -> None:
    """The next one delivers all that it was told from the moment that it knew."""
    events = in_order(order)[:ends]

    async def killed(folder: Path) -> None:
        gone = UnreliableBus([Mood.REFUSES] * 10_000)
        publisher = of_url(gone, folder, limits)
        observer = publisher.observer()
        await observer.on_event(events[0])
        await publisher.flushed(DEADLINE_S, lambda: publisher._boxes.away)
        for event in events[1:]:
            await observer.on_event(event)
        assert publisher._task is not None
        publisher._task.cancel()
        await asyncio.gather(publisher._task, return_exceptions=True)
        for box in publisher._boxes._open.values():
            if box.log is not None:
                os.close(box.log._handle)  # what the kernel does

    async def next_one(folder: Path) -> UnreliableBus:
        bus = UnreliableBus([mood for mood in moods if mood is not Mood.FORGETS])
        async with of_url(bus, folder, limits) as publisher:
            pass
        assert publisher.streams_left == 0
        return bus

    with tempfile.TemporaryDirectory() as name:
        asyncio.run(killed(Path(name)))
        bus = asyncio.run(next_one(Path(name)))
    for stream, found in bus.streams.items():
        assert found == TOLD[stream][: len(found)]
    assert sum(map(len, bus.streams.values())) == len(events)


@settings(max_examples=20)
@given(ORDERS)
def test_a_bus_that_is_away_from_start_to_end_gets_everything_from_the_next(
    order: list[int],
) -> None:
    events = [*in_order(order), *(match[-1] for match in MATCHES)]

    async def scenario(folder: Path) -> None:
        limits = PublisherLimits(unreached_s=0.01, backoff_first_s=0.0, adopt_every_s=0.0)
        gone = UnreliableBus([Mood.REFUSES] * 100_000)
        async with of_url(gone, folder, limits) as first:
            await tell(first, events, every=10)
        assert (first.report.dropped, first.report.sent) == (0, 0)
        assert first.report.spooled == len(events)
        assert first.streams_left == len(MATCHES)
        bus = UnreliableBus([])
        async with of_url(bus, folder, PublisherLimits(adopted=2)) as second:
            pass
        assert bus.streams == TOLD
        assert second.streams_left == 0

    with tempfile.TemporaryDirectory() as name:
        asyncio.run(scenario(Path(name)))


async def test_without_room_on_disk_the_match_goes_on_and_the_loss_is_told(tmp_path: Path) -> None:
    (tmp_path / "spool").write_text("in the way")
    gone = UnreliableBus([Mood.REFUSES] * 100_000)
    limits = PublisherLimits(pending=10, unreached_s=0.01)
    async with of_url(gone, tmp_path, limits) as publisher:
        await tell(publisher, MATCHES[0], every=1)
    assert publisher.report.dropped == len(MATCHES[0])
    assert publisher.report.spooled == 0
    assert "the disk takes" in str(publisher.report.why)
