"""Joining late, coming back, falling behind: what was missed or a snapshot, and never a hole."""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict
from functools import cache
from itertools import accumulate
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.events import parse_event
from spectator.frame_parts import Frame
from spectator.frames import EMPTY, fold
from spectator.server import BusServer
from spectator.settings import BusSettings
from spectator.snapshots import Snapshots
from spectator.store import SqliteEventStore
from spectator.streams import StreamName
from tests.spectator.matches import match_events, run_events
from tests.spectator.raw import SlowViewer
from tests.spectator.wire import (
    DEADLINE_S,
    batch,
    bulky_events,
    client,
    events_until,
    metric,
    post,
    watch,
)

EVENTS = match_events("m", seed=3)
LAST = EVENTS[-1].seq
PATIENT = BusSettings(stall_s=DEADLINE_S, max_body_bytes=32 * 1024 * 1024)


def frame_at(seq: int) -> Any:
    """Folded from the first event to event `seq`, as JSON has it."""
    return json.loads(json.dumps(asdict(_frames()[seq])))


@cache
def _frames() -> list[Frame]:
    parsed = [parse_event(event.model_dump_json()) for event in EVENTS]
    return list(accumulate(parsed, fold, initial=EMPTY))


async def first_of(bus: BusServer, path: str, count: int) -> list[dict[str, Any]]:
    """The first messages of a viewer."""
    async with watch(bus, path, max_size=None) as viewer, asyncio.timeout(DEADLINE_S):
        return [json.loads(await viewer.recv()) for _ in range(count)]


# --- joining -------------------------------------------------------------------------------------


@pytest.mark.parametrize("join_at", [60, 150, LAST - 1, LAST])
async def test_who_joins_late_has_a_snapshot_and_then_every_event(join_at):
    async with BusServer(settings=BusSettings(recover_events=20)) as bus:
        await post(bus, EVENTS[:join_at])
        async with watch(bus, "/api/streams/m/1/ws?join=snapshot") as viewer:
            hello, snapshot = json.loads(await viewer.recv()), json.loads(await viewer.recv())
            for start in range(join_at, LAST, 30):
                await post(bus, EVENTS[start : start + 30])
            begin = snapshot["seq"]
            rest = await events_until(viewer, LAST) if begin < LAST else []
    assert (hello["mode"], hello["after"], snapshot["t"]) == ("snapshot", begin, "snapshot")
    assert snapshot["frame"] == frame_at(begin)
    assert rest == list(range(begin + 1, LAST + 1))


async def test_who_misses_little_gets_just_that(bus):
    await post(bus, EVENTS)
    path = f"/api/streams/m/1/ws?join=snapshot&after={LAST - 5}"
    hello, events = await first_of(bus, path, 2)
    assert (hello["mode"], hello["after"]) == ("recovered", LAST - 5)
    assert [e["seq"] for e in events["events"]] == list(range(LAST - 4, LAST + 1))


@pytest.mark.parametrize("limit", [{"recover_events": 4}, {"recover_bytes": 500}])
async def test_who_misses_more_in_number_or_size_gets_a_snapshot(limit):
    async with BusServer(settings=BusSettings(**limit)) as bus:
        await post(bus, EVENTS)
        path = f"/api/streams/m/1/ws?join=snapshot&after={LAST - 5}"
        hello, snapshot = await first_of(bus, path, 2)
    assert (hello["mode"], snapshot["seq"]) == ("snapshot", LAST)


async def test_who_comes_back_to_another_log_gets_a_snapshot_of_it():
    async with BusServer(settings=BusSettings(recover_events=20)) as bus:
        await post(bus, EVENTS)
        path = f"/api/streams/m/1/ws?join=snapshot&after={LAST}&epoch=of-old"
        hello, snapshot = await first_of(bus, path, 2)
    assert (hello["mode"], snapshot["seq"]) == ("snapshot", LAST)


async def test_who_does_not_ask_for_a_snapshot_gets_every_event():
    async with BusServer(settings=BusSettings(recover_events=20)) as bus:
        await post(bus, EVENTS)
        async with watch(bus, "/api/streams/m/1/ws") as viewer:
            assert json.loads(await viewer.recv())["mode"] == "recovered"
            assert await events_until(viewer, LAST) == list(range(1, LAST + 1))


async def test_a_featured_viewer_joins_with_a_snapshot_too():
    async with BusServer(settings=BusSettings(recover_events=20)) as bus:
        await post(bus, EVENTS[:99], fence=1)
        told = await first_of(bus, "/api/featured/ws?join=snapshot", 3)
    assert [message["t"] for message in told] == ["featured", "hello", "snapshot"]


@pytest.mark.parametrize(
    ("events", "path"),
    [
        (run_events("r", played=30), "run:r/1"),
        ([e.model_copy(update={"seq": e.seq - 60}) for e in EVENTS[60:99]], "m/1"),
    ],
    ids=["no match", "no order that a match has"],
)
async def test_what_has_no_frame_is_told_event_by_event(events, path):
    async with BusServer(settings=BusSettings(recover_events=2)) as bus:
        await post(bus, events)
        async with client(bus) as http:
            frame = await http.get(f"/api/streams/{path}/frame")
        async with watch(bus, f"/api/streams/{path}/ws?join=snapshot") as viewer:
            seen = await events_until(viewer, events[-1].seq)
    assert (frame.status_code, frame.json()) == (404, {"error": "no_frame"})
    assert seen == [event.seq for event in events]


# --- falling behind ------------------------------------------------------------------------------


async def test_who_falls_behind_gets_a_snapshot_and_the_second_time_4008():
    path = "/api/streams/bulk/1/ws?join=snapshot"
    async with BusServer(settings=PATIENT) as bus, SlowViewer(bus, path) as slow:
        await post(bus, bulky_events(count=1, size=10))
        await slow.until("events", last=1)
        await post(bus, bulky_events(count=200, size=60_000, first=2))
        await post(bus, bulky_events(count=200, size=60_000, first=202))
        seen = (await slow.until("snapshot"))[-1]
        rest = await slow.until("events", last=401) if seen["seq"] < 401 else []
        assert seen["seq"] > 300
        assert [m["events"][0]["seq"] for m in rest][:1] in ([], [seen["seq"] + 1])
        await post(bus, bulky_events(count=200, size=60_000, first=402))
        await post(bus, bulky_events(count=200, size=60_000, first=602))
        assert await slow.code() == 4008
        assert await metric(bus, "captains_bus_resyncs_total") == 1
        assert await metric(bus, 'captains_bus_drops_total{code="4008"}') == 1


async def test_who_takes_no_snapshots_reads_on_from_the_log_at_his_own_pace():
    path = "/api/streams/bulk/1/ws"
    async with BusServer(settings=PATIENT) as bus, SlowViewer(bus, path) as slow:
        await post(bus, bulky_events(count=1, size=10))
        await slow.until("events", last=1)
        for first in (2, 202):
            await post(bus, bulky_events(count=200, size=60_000, first=first))
        told = await slow.until("events", last=401)
    assert [e["seq"] for m in told for e in m["events"]] == list(range(2, 402))


async def test_a_publisher_who_sends_much_at_once_makes_nobody_slow():
    settings = BusSettings(behind_events=5, behind_bytes=5_000, recover_events=5)
    path = "/api/streams/m/1/ws?join=snapshot"
    async with BusServer(settings=settings) as bus, watch(bus, path) as viewer:
        seen = asyncio.create_task(events_until(viewer, LAST))
        await post(bus, EVENTS[:1])
        await post(bus, EVENTS)
        assert await seen == list(range(1, LAST + 1))


# --- snapshots -----------------------------------------------------------------------------------


@given(st.lists(st.tuples(st.integers(0, 90), st.booleans()), max_size=8))
def test_a_snapshot_is_the_fold_from_the_first_event_whenever_it_is_asked_for(steps):
    async def play() -> None:
        store, there = SqliteEventStore(), 0
        snapshots = Snapshots(store, most=1)
        for more, crowded_out in steps:
            if more and there < LAST:
                await store.append([batch(EVENTS[there : there + more])])
                there = min(LAST, there + more)
            if crowded_out:
                await snapshots.of(StreamName("other/1"), 0)
            told = await snapshots.of(StreamName("m/1"), there)
            assert told is not None
            assert (told.seq, json.loads(told.frame)) == (there, frame_at(there))
        await store.aclose()

    asyncio.run(play())


async def test_a_snapshot_that_is_new_enough_is_not_made_again():
    store = SqliteEventStore()
    snapshots = Snapshots(store, most=1)
    await store.append([batch(EVENTS[:50])])
    first = await snapshots.of(StreamName("m/1"), 40)
    await store.append([batch(EVENTS[50:60])])
    assert await snapshots.of(StreamName("m/1"), 50) is first
    await store.aclose()
