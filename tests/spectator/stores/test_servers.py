"""Several bus servers over one PostgreSQL: what one is sent the others show, whoever is killed."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
from websockets.exceptions import ConnectionClosed

from spectator.publisher import BusPublisher
from spectator.server import BusServer
from tests.postgres import LOCKED, PASSWORD, Postgres
from tests.spectator.matches import match_events
from tests.spectator.processes import bus_process
from tests.spectator.stores.places import Place
from tests.spectator.wire import (
    DEADLINE_S,
    Bus,
    client,
    events_until,
    post,
    stored,
    to_the_end,
    until,
    watch,
)

EVENTS = match_events("m", seed=3)
LAST = EVENTS[-1].seq
ALL = list(range(1, LAST + 1))
NOWHERE = "postgresql://captains@127.0.0.1:1/captains"


@pytest.fixture
async def pair(postgres_log: Place) -> AsyncIterator[tuple[BusServer, BusServer]]:
    async with BusServer(postgres_log.address) as here, BusServer(postgres_log.address) as there:
        yield here, there


@pytest.fixture
def restarted(postgres: Postgres) -> Iterator[Postgres]:
    yield postgres
    postgres.stop()
    postgres.start()


# --- one log, two servers ------------------------------------------------------------------------


@pytest.mark.parametrize("join_at", [0, 7, LAST])
async def test_who_watches_another_server_sees_every_event_once(pair, join_at):
    here, there = pair
    if join_at:
        await post(here, EVENTS[:join_at])
    async with watch(there, "/api/streams/m/1/ws") as viewer:
        seen = asyncio.create_task(events_until(viewer, LAST))
        for start in range(join_at, LAST, 9):
            await post(here, EVENTS[start : start + 9])
        assert await seen == ALL


async def test_a_stream_that_both_servers_are_sent_is_seen_once(pair):
    here, there = pair
    async with (
        watch(here, "/api/streams/m/1/ws") as one,
        watch(there, "/api/streams/m/1/ws") as two,
    ):
        seen = [asyncio.create_task(events_until(viewer, LAST)) for viewer in (one, two)]
        for number, start in enumerate(range(0, LAST, 7)):
            await post(pair[number % 2], EVENTS[max(0, start - 5) : start + 7])
        assert [await each for each in seen] == [ALL, ALL]


async def test_the_featured_viewer_of_another_server_is_taken_along(pair):
    here, there = pair
    later = match_events("later", seed=4)
    async with watch(there, "/api/featured/ws") as viewer:
        await viewer.recv()
        await post(here, EVENTS, fence=1)
        assert await events_until(viewer, LAST) == ALL
        await post(here, later, fence=2)
        assert await events_until(viewer, len(later)) == list(range(1, len(later) + 1))


async def test_a_publisher_that_was_followed_elsewhere_is_refused(pair):
    here, there = pair
    await post(here, EVENTS[:5], fence=9)
    answer = await post(there, match_events("late")[:5], fence=8)
    assert (answer.status_code, answer.json()["error"]) == (409, "stale_fence")


async def test_both_servers_are_of_one_epoch(pair):
    epochs = set()
    for bus in pair:
        async with client(bus) as http:
            epochs.add((await http.get("/healthz")).json()["epoch"])
    assert len(epochs) == 1


async def test_viewers_of_a_log_that_was_replaced_are_sent_to_the_new_one(postgres, postgres_log):
    async with BusServer(postgres_log.address) as bus:
        await post(bus, EVENTS[:5])
        async with watch(bus, "/api/streams/m/1/ws") as viewer:
            await events_until(viewer, 5)
            await asyncio.to_thread(postgres_log.empty)  # it waits for what this loop has begun
            async with postgres_log.opened():
                ends = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> "
                postgres.execute(ends + "pg_backend_pid() AND backend_type = 'client backend'")
                with pytest.raises(ConnectionClosed) as closed:
                    await to_the_end(viewer)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1012
        await post(bus, EVENTS[:3])
        assert len(await stored(bus, "m/1")) == 3


# --- killed --------------------------------------------------------------------------------------


async def test_a_server_that_is_killed_loses_nothing_and_doubles_nothing(postgres_log):
    with bus_process(postgres_log.address) as first, bus_process(postgres_log.address) as second:
        async with watch(second, "/api/streams/m/1/ws") as viewer:
            seen = asyncio.create_task(events_until(viewer, LAST))
            publishing = asyncio.create_task(_publish_until_it_breaks(first))
            await until(lambda: _reaches(second, 20))
            first.kill()
            accepted = await publishing
            for start in range(0, LAST, 25):
                assert (await post(second, EVENTS[start : start + 25])).status_code == 200
            assert await seen == ALL
        assert accepted >= 20
        assert await stored(second, "m/1") == [json.loads(e.model_dump_json()) for e in EVENTS]


async def _publish_until_it_breaks(bus: Bus) -> int:
    """Three events at a time and no end, but for the server's; how many were accepted."""
    accepted = 0
    try:
        while True:
            answer = await post(bus, EVENTS[accepted : min(accepted + 3, LAST - 5)] or EVENTS[:3])
            accepted = max(accepted, answer.json()["next"] - 1)
    except httpx.TransportError:
        return accepted


async def _reaches(bus: Bus, top: int) -> bool:
    return len(await stored(bus, "m/1")) >= top


async def test_a_database_that_restarts_takes_no_viewer_and_no_event_along(restarted, postgres_log):
    async with BusServer(postgres_log.address) as here, BusServer(postgres_log.address) as there:
        publisher = BusPublisher(here.url, here.publish_token, flush_s=DEADLINE_S)
        async with watch(there, "/api/streams/m/1/ws") as viewer:
            seen = asyncio.create_task(events_until(viewer, LAST))
            observer = publisher.observer()
            for event in EVENTS[:40]:
                await observer.on_event(event)
            await until(lambda: _reaches(here, 40))
            await asyncio.to_thread(restarted.stop)
            for event in EVENTS[40:]:
                await observer.on_event(event)
            await until(lambda: _answers(there, 503))
            await asyncio.to_thread(restarted.start)
            report = await publisher.aclose()
            assert await seen == ALL
        assert (report.dropped, report.waiting) == (0, 0)
        assert [event["seq"] for event in await stored(there, "m/1")] == ALL


async def _answers(bus: Bus, status: int) -> bool:
    async with client(bus) as http:
        return (await http.get("/healthz")).status_code == status


# --- the store is away, or does not let us in ----------------------------------------------------


async def test_a_bus_whose_store_is_away_answers_503_and_tells_viewers_to_come_later():
    async with BusServer(NOWHERE) as bus, client(bus) as http:
        asked = [await http.get(path) for path in ("/healthz", "/api/streams", "/api/featured")]
        sent = await post(bus, EVENTS[:1])
        page = await http.get("/")
        async with watch(bus, "/api/featured/ws") as viewer:
            with pytest.raises(ConnectionClosed) as closed:
                await to_the_end(viewer)
    assert {answer.status_code for answer in (*asked, sent)} == {503}
    assert sent.json() == {"error": "store_unavailable"}
    assert page.status_code == 200
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1012


def test_a_process_whose_store_is_away_says_so_and_waits_for_it():
    with bus_process(NOWHERE) as bus:
        answer = httpx.get(f"{bus.url}/healthz", trust_env=False, timeout=DEADLINE_S)
        bus.process.terminate()
        _, err = bus.process.communicate(timeout=DEADLINE_S)
    assert answer.json()["status"] == "store_unavailable"
    assert "the store does not answer, waiting for it: " in err
    assert "Traceback" not in err


def test_a_process_takes_the_stores_password_from_the_environment(postgres, postgres_log):
    with bus_process(postgres.address(user=LOCKED), PGPASSWORD=PASSWORD) as bus:
        answer = httpx.get(f"{bus.url}/healthz", trust_env=False, timeout=DEADLINE_S)
        bus.process.terminate()
        _, err = bus.process.communicate(timeout=DEADLINE_S)
    assert (answer.json()["status"], err) == ("ok", "")


@pytest.mark.parametrize("who", [LOCKED, f"{LOCKED}:s3cret", f"{LOCKED}:s3/cret"])
def test_a_process_that_is_not_let_in_ends_and_tells_no_password(postgres, who):
    command = [sys.executable, "-m", "spectator", "--store", postgres.address(user=who)]
    environment = {k: v for k, v in os.environ.items() if k != "PGPASSWORD"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("captains bus: the store cannot be used: ")
    assert "cret" not in done.stderr
    assert "Traceback" not in done.stderr
