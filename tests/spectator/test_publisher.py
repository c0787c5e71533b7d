"""The publisher: never in the way, in order, exactly once, and honest about what it drops."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from engine.events import Event
from spectator.observer import BusObserver
from spectator.outboxes import PublisherLimits
from spectator.publisher import BusPublisher
from spectator.sending import BusLine
from spectator.server import BusServer
from spectator.settings import BusSettings
from spectator.spool import Spool
from spectator.streams import StreamName
from tests.spectator.matches import match_events, published
from tests.spectator.processes import free_port
from tests.spectator.wire import post, stored, until

EVENTS = published(match_events("m", seed=3)).match
OTHERS = published(match_events("other", seed=4)).match
ALL = list(range(1, len(EVENTS) + 1))
TOKEN = "only-for-tests"


@pytest.fixture
async def bus() -> AsyncIterator[BusServer]:
    async with BusServer(publish_token=TOKEN) as running:
        yield running


async def play(observer: BusObserver, events: Sequence[Event]) -> None:
    for event in events:
        await observer.on_event(event)


async def seqs(bus: BusServer, stream: str = "m/1") -> list[int]:
    return [event["seq"] for event in await stored(bus, stream)]


async def test_every_event_arrives_once_and_in_order(bus):
    async with BusPublisher(bus.url, TOKEN) as publisher:
        observer = publisher.observer()
        await play(observer, EVENTS)
        await observer.aclose()
    assert await seqs(bus) == ALL
    assert (publisher.report.sent, publisher.report.dropped) == (len(EVENTS), 0)


async def test_an_observer_that_flushes_has_delivered_when_it_is_closed(bus):
    async with BusPublisher(bus.url, TOKEN) as publisher:
        observer = publisher.observer(flush_s=10)
        await play(observer, EVENTS)
        await observer.aclose()
        assert await seqs(bus) == ALL
        assert (observer.report.sent, observer.report.waiting) == (len(EVENTS), 0)


async def test_many_episodes_share_few_requests(bus, monkeypatch):
    posts = _count_posts(monkeypatch)
    async with BusPublisher(bus.url, TOKEN) as publisher:
        for n in range(20):
            observer = publisher.observer()
            await play(observer, [e.model_copy(update={"episode_id": f"e{n}"}) for e in EVENTS])
            await observer.aclose()
    assert publisher.report.sent == 20 * len(EVENTS)
    assert len(posts) <= 20
    assert [await seqs(bus, f"e{n}/1") for n in range(20)] == [ALL] * 20


async def test_events_that_are_too_large_do_not_make_later_requests_smaller(bus, monkeypatch):
    posts = _count_posts(monkeypatch)
    async with BusPublisher(bus.url, TOKEN, flush_s=20) as publisher:
        observer = publisher.observer()
        for n in range(10):
            await observer.on_event(EVENTS[-1].model_copy(update=_bulky(f"b{n}")))
        await play(observer, EVENTS)
        await observer.aclose()
    assert await seqs(bus) == ALL
    assert publisher.report.dropped == 10
    assert len(posts) <= 10 + len(EVENTS) // 10


async def test_a_bus_that_comes_late_gets_everything(tmp_path: Path):
    port = free_port()
    async with BusPublisher(f"http://127.0.0.1:{port}", TOKEN, flush_s=20) as publisher:
        observer = publisher.observer()
        await play(observer, EVENTS[:100])
        async with BusServer(tmp_path / "s.sqlite", port=port, publish_token=TOKEN) as bus:
            await play(observer, EVENTS[100:])
            await publisher.aclose()
            assert await seqs(bus) == ALL
    assert publisher.report.dropped == 0


@pytest.mark.parametrize("keeps", [True, False])
async def test_a_bus_that_restarts_misses_nothing(tmp_path: Path, keeps):
    """Whether it kept its store or comes back empty."""
    port = free_port()
    store = tmp_path / "bus.sqlite" if keeps else ":memory:"
    async with BusPublisher(f"http://127.0.0.1:{port}", TOKEN, flush_s=20) as publisher:
        observer = publisher.observer()
        async with BusServer(store, port=port, publish_token=TOKEN):
            await play(observer, EVENTS[:80])
            await until(lambda: _has_sent(publisher, 80))
        await play(observer, EVENTS[80:150])
        async with BusServer(store, port=port, publish_token=TOKEN) as bus:
            await play(observer, EVENTS[150:])
            await until(lambda: _has_sent(publisher, len(EVENTS)))
            assert await seqs(bus) == ALL


async def test_a_match_that_ends_as_the_bus_is_looked_for_again_stops_nobody(tmp_path: Path):
    port, limits = free_port(), PublisherLimits(linger_s=0.3, backoff_first_s=0.01)
    async with BusPublisher(
        f"http://127.0.0.1:{port}", TOKEN, flush_s=20, limits=limits, spool=tmp_path
    ) as publisher:
        first, second = publisher.observer(), publisher.observer()
        await play(first, EVENTS[:1])
        await until(lambda: _is_away(publisher))
        await asyncio.sleep(0.1)  # it waits for company before it asks once more
        await play(first, EVENTS[1:])
        await asyncio.sleep(limits.linger_s)
        async with BusServer(port=port, publish_token=TOKEN) as bus:
            await play(second, OTHERS[:50])
            await until(lambda: _has_sent(publisher, 50))
            assert len(await seqs(bus, "other/1")) == 50


async def _is_away(publisher: BusPublisher) -> bool:
    return publisher._boxes.away


async def test_a_bus_that_never_comes_costs_the_match_nothing_but_is_reported():
    publisher = BusPublisher(f"http://127.0.0.1:{free_port()}", TOKEN, flush_s=0.05)
    observer = publisher.observer()
    await play(observer, EVENTS)
    await observer.aclose()
    report = await publisher.aclose()
    assert (report.sent, report.dropped, report.waiting) == (0, len(EVENTS), 0)
    assert report.why is not None
    assert "could not be reached" in report.why


async def test_on_event_does_not_wait_for_the_bus():
    """With a bus that never answers, a whole match goes by before the first request has ended."""
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        publisher = BusPublisher(f"http://127.0.0.1:{deaf.getsockname()[1]}", TOKEN, flush_s=0)
        observer = publisher.observer()
        await play(observer, EVENTS)
        assert observer.report.waiting == len(EVENTS)
        await publisher.aclose()
        assert observer.report.dropped == len(EVENTS)


async def test_a_full_queue_ends_a_stream_but_delivers_its_beginning():
    port = free_port()
    limits = PublisherLimits(pending=50)
    async with BusPublisher(f"http://127.0.0.1:{port}", TOKEN, limits=limits) as publisher:
        observer = publisher.observer()
        await play(observer, EVENTS)
        async with BusServer(port=port, publish_token=TOKEN) as bus:
            await until(lambda: _has_sent(publisher, 50))
            assert await seqs(bus) == ALL[:50]
    assert observer.report.dropped == len(EVENTS) - 50


async def test_a_stale_publisher_stops_and_says_so(bus):
    await post(bus, match_events("newer")[:3], fence=5)
    async with BusPublisher(bus.url, TOKEN) as publisher:
        observer = publisher.observer(fence=4)
        await play(observer, EVENTS)
        await publisher.aclose()
    assert observer.report.stale
    assert (observer.report.sent, observer.report.dropped) == (0, len(EVENTS))
    assert await seqs(bus) == []


async def test_the_featured_match_and_the_others_go_side_by_side(bus):
    other = published(match_events("other", seed=4)).match
    async with BusPublisher(bus.url, TOKEN) as publisher:
        featured, plain = publisher.observer(fence=1), publisher.observer()
        for ours, theirs in zip(EVENTS, other, strict=False):
            await featured.on_event(ours)
            await plain.on_event(theirs)
    count = min(len(EVENTS), len(other))
    assert await seqs(bus) == ALL[:count]
    assert await seqs(bus, "other/1") == ALL[:count]


async def test_that_somebody_shows_a_featured_match_is_seen_in_the_spool(bus, tmp_path):
    async with BusPublisher(bus.url, TOKEN, spool=tmp_path) as publisher:
        observer = publisher.observer(fence=1)
        for event in EVENTS[:-1]:
            await observer.on_event(event)
        assert Spool(tmp_path).is_held(StreamName("m/1"))
        await observer.on_event(EVENTS[-1])
    assert (Spool(tmp_path).streams_left(), await seqs(bus)) == (0, ALL)


async def test_a_wrong_token_ends_publishing(bus):
    async with BusPublisher(bus.url, "wrong") as publisher:
        await play(publisher.observer(), EVENTS)
    assert (publisher.report.sent, publisher.report.dropped) == (0, len(EVENTS))
    assert publisher.report.why == "the bus does not accept the token"


async def test_a_stream_that_the_bus_knows_otherwise_is_given_up_alone(bus):
    await post(bus, match_events("m", seed=9)[:5])
    other = published(match_events("other", seed=4)).match
    async with BusPublisher(bus.url, TOKEN) as publisher:
        await play(publisher.observer(), EVENTS)
        await play(publisher.observer(), other)
    assert publisher.report.dropped == len(EVENTS)
    assert len(await seqs(bus, "other/1")) == len(other)


async def test_batches_shrink_for_a_bus_that_reads_little():
    settings = BusSettings(max_body_bytes=4_000)
    async with BusServer(publish_token=TOKEN, settings=settings) as bus:
        async with BusPublisher(bus.url, TOKEN) as publisher:
            await play(publisher.observer(), EVENTS)
        assert await seqs(bus) == ALL


async def test_a_publisher_works_in_a_loop_of_a_pool_process_of_its_own():
    with BusServer(publish_token=TOKEN) as bus:
        await asyncio.to_thread(asyncio.run, _publish(bus.url))
        assert await seqs(bus) == ALL


async def _publish(url: str) -> None:
    async with BusPublisher(url, TOKEN) as publisher:
        await play(publisher.observer(), EVENTS)


async def _has_sent(publisher: BusPublisher, count: int) -> bool:
    return publisher.report.sent >= count and not publisher.report.waiting


def _bulky(episode_id: str) -> dict[str, Any]:
    """A match in one event, which is larger than the bus reads."""
    data = EVENTS[-1].data.model_copy(update={"error": "x" * 1_200_000})
    return {"episode_id": episode_id, "seq": 1, "data": data}


def _count_posts(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    posts: list[int] = []
    post = BusLine.post

    async def counted(self, body, fence):
        posts.append(len(body))
        return await post(self, body, fence)

    monkeypatch.setattr(BusLine, "post", counted)
    return posts
