"""Watching over a WebSocket: every event once, whenever somebody joins."""

from __future__ import annotations

import asyncio
import json

import pytest

from spectator.server import BusServer
from spectator.settings import BusSettings
from tests.spectator.matches import match_events
from tests.spectator.raw import SlowViewer
from tests.spectator.wire import bulky_events, events_until, has_no_viewers, post, until, watch

EVENTS = match_events("m", seed=3)
LAST = EVENTS[-1].seq


@pytest.mark.parametrize("join_at", [0, 1, 7, 60, LAST - 1, LAST])
@pytest.mark.parametrize("step", [3, 50])
async def test_who_joins_at_any_time_sees_every_event_once(bus, join_at, step):
    if join_at:
        await post(bus, EVENTS[:join_at])
    async with watch(bus, "/api/streams/m/1/ws") as viewer:
        seen = asyncio.create_task(events_until(viewer, LAST))
        for start in range(join_at, LAST, step):
            await post(bus, EVENTS[start : start + step])
        assert await seen == list(range(1, LAST + 1))


async def test_who_comes_back_gets_only_what_he_missed(bus):
    await post(bus, EVENTS)
    async with watch(bus, "/api/streams/m/1/ws?after=100") as viewer:
        assert await events_until(viewer, LAST) == list(range(101, LAST + 1))


async def test_who_comes_back_to_another_log_starts_from_the_beginning(bus):
    await post(bus, EVENTS)
    async with watch(bus, "/api/streams/m/1/ws?after=100&epoch=of-old") as viewer:
        hello = json.loads(await viewer.recv())
        assert hello["after"] == 0
        assert await events_until(viewer, LAST) == list(range(1, LAST + 1))


async def test_the_ring_may_be_shorter_than_the_stream():
    settings = BusSettings(ring_events=4, frame_bytes=2_000)
    async with BusServer(settings=settings) as bus, watch(bus, "/api/streams/m/1/ws") as viewer:
        seen = asyncio.create_task(events_until(viewer, LAST))
        for start in range(0, LAST, 9):
            await post(bus, EVENTS[start : start + 9])
        assert await seen == list(range(1, LAST + 1))


async def test_the_featured_viewer_is_taken_from_match_to_match(bus):
    later = match_events("later", seed=4)
    async with watch(bus, "/api/featured/ws") as viewer:
        assert json.loads(await viewer.recv()) == {"t": "featured", "stream": None}
        await post(bus, EVENTS, fence=1)
        assert await events_until(viewer, LAST) == list(range(1, LAST + 1))
        await post(bus, later, fence=2)
        assert await events_until(viewer, len(later)) == list(range(1, len(later) + 1))


async def test_a_stalled_viewer_delays_nobody_and_is_told_4008(bus):
    bulky = bulky_events(count=160, size=60_000)  # 9.6 MB: more than the kernel's buffers hold
    async with SlowViewer(bus, "/api/streams/bulk/1/ws") as stalled:
        async with watch(bus, "/api/streams/bulk/1/ws", max_size=None) as good:
            seen = asyncio.create_task(events_until(good, len(bulky)))
            for start in range(0, len(bulky), 10):
                assert (await post(bus, bulky[start : start + 10])).status_code == 200
            assert await seen == list(range(1, len(bulky) + 1))
        await until(lambda: has_no_viewers(bus))
        assert await stalled.code() == 4008


async def test_an_idle_viewer_is_sent_a_sign_of_life():
    settings = BusSettings(ping_s=0.05)
    async with BusServer(settings=settings) as bus, watch(bus, "/api/featured/ws") as viewer:
        await viewer.recv()
        assert json.loads(await viewer.recv()) == {"t": "ping"}


async def test_the_bus_forgets_viewers_who_left(bus):
    async with watch(bus, "/api/featured/ws") as viewer:
        await viewer.recv()

    await until(lambda: has_no_viewers(bus))
