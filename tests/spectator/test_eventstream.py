"""Server-sent events and plain requests: the same events from the same log."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from spectator.server import BusServer
from spectator.settings import BusSettings
from tests.spectator.matches import match_events
from tests.spectator.wire import DEADLINE_S, client, has_no_viewers, metric, post, until

EVENTS = match_events("m", seed=3)
LAST = EVENTS[-1].seq
ONE, FEATURED = "/api/streams/m/1/sse", "/api/featured/sse"

Told = dict[str, str]


@asynccontextmanager
async def stream(
    bus: BusServer, path: str, last_id: str = ""
) -> AsyncIterator[AsyncIterator[Told]]:
    """The messages, each as its fields; a comment is the field ``."""
    headers = {b"last-event-id": last_id.encode()} if last_id else {}
    async with client(bus) as http, http.stream("GET", path, headers=headers) as answer:
        assert answer.headers["content-type"] == "text/event-stream"
        yield _messages(answer)


async def _messages(answer: httpx.Response) -> AsyncIterator[Told]:
    fields: Told = {}
    async with asyncio.timeout(DEADLINE_S):
        async for line in answer.aiter_lines():
            if line:
                name, _, value = line.partition(": ")
                fields[name] = value
            else:
                yield fields
                fields = {}


async def events_in(messages: AsyncIterator[Told], last_seq: int) -> list[Told]:
    """The events of the log up to `last_seq`."""
    seen: list[Told] = []
    async for message in messages:
        if "id" in message and "event" not in message:
            seen.append(message)
            if json.loads(message["data"])["seq"] == last_seq:
                break
    return seen


def seqs(messages: list[Told]) -> list[int]:
    return [json.loads(message["data"])["seq"] for message in messages]


# --- server-sent events --------------------------------------------------------------------------


async def test_every_event_comes_once_with_its_place_as_its_id(bus):
    await post(bus, EVENTS[:50])
    async with stream(bus, ONE) as messages:
        before = await events_in(messages, 50)
        await post(bus, EVENTS[50:])
        after = await events_in(messages, LAST)
    assert seqs(before + after) == list(range(1, LAST + 1))
    assert [m["id"].split(":")[1] for m in after] == [str(n) for n in range(51, LAST + 1)]


async def test_who_comes_back_says_where_he_left_and_gets_the_rest(bus):
    await post(bus, EVENTS)
    async with stream(bus, ONE) as messages:
        left = (await events_in(messages, 100))[-1]["id"]
    async with stream(bus, ONE, last_id=left) as messages:
        assert seqs(await events_in(messages, LAST)) == list(range(101, LAST + 1))


async def test_who_comes_back_to_another_log_starts_from_the_beginning(bus):
    await post(bus, EVENTS)
    async with stream(bus, ONE, last_id="of-old:100") as messages:
        assert seqs(await events_in(messages, LAST)) == list(range(1, LAST + 1))


@pytest.mark.parametrize("last_id", ["x", "e:x", "e:" + "9" * 5000, ":1", "\u00e9:1"])
async def test_an_id_that_is_none_of_ours_counts_for_nothing(bus, last_id):
    await post(bus, EVENTS[:9])
    async with stream(bus, ONE, last_id=last_id) as messages:
        assert seqs(await events_in(messages, 9)) == list(range(1, 10))


async def test_who_takes_a_snapshot_gets_one():
    async with BusServer(settings=BusSettings(recover_events=20)) as bus:
        await post(bus, EVENTS[:99])
        async with stream(bus, f"{ONE}?join=snapshot") as messages:
            told = [await anext(messages) for _ in range(3)]
    assert [m.get("event") for m in told] == [None, "hello", "snapshot"]
    assert told[2]["id"] == f"{json.loads(told[1]['data'])['epoch']}:99"


async def test_the_featured_viewer_is_taken_from_match_to_match_and_comes_back_to_his(bus):
    later = match_events("later", seed=4)
    await post(bus, EVENTS, fence=1)
    async with stream(bus, FEATURED) as messages:
        await events_in(messages, LAST)
        await post(bus, later, fence=2)
        left = (await events_in(messages, 20))[-1]["id"]
    assert left.endswith(":20:later/1")
    async with stream(bus, FEATURED, last_id=left) as messages:
        assert seqs(await events_in(messages, len(later))) == list(range(21, len(later) + 1))


async def test_an_idle_viewer_is_sent_a_sign_of_life_that_a_page_hears():
    settings = BusSettings(ping_s=0.05)
    async with BusServer(settings=settings) as bus, stream(bus, FEATURED) as messages:
        told = [await anext(messages) for _ in range(3)]
    assert told[1:] == [
        {"event": "featured", "data": '{"t": "featured", "stream": null}'},
        {"event": "ping", "data": '{"t": "ping"}'},
    ]


async def test_one_viewer_too_many_is_asked_to_come_later():
    settings = BusSettings(max_viewers=1)
    async with BusServer(settings=settings) as bus, stream(bus, FEATURED), client(bus) as http:
        answer = await http.get(FEATURED)
    assert (answer.status_code, answer.json()) == (429, {"error": "full"})


async def test_who_asks_for_the_head_alone_gets_it(bus):
    async with client(bus) as http:
        answer = await http.head(FEATURED)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")


async def test_the_bus_forgets_viewers_who_left(bus):
    async with stream(bus, FEATURED) as messages:
        await anext(messages)
        assert await metric(bus, "captains_bus_viewers") == 1
    await until(lambda: has_no_viewers(bus))


async def test_the_stream_ends_when_the_bus_goes_away():
    bus = BusServer()
    async with httpx.AsyncClient(trust_env=False, timeout=DEADLINE_S) as http:
        await bus.__aenter__()
        async with http.stream("GET", f"{bus.url}{FEATURED}") as answer:
            await bus.__aexit__(None, None, None)
            async with asyncio.timeout(DEADLINE_S):
                assert "featured" in (await answer.aread()).decode()


# --- plain requests ------------------------------------------------------------------------------


async def get(bus: BusServer, query: str, etag: str = "") -> httpx.Response:
    async with client(bus) as http:
        headers = {"if-none-match": etag} if etag else {}
        return await http.get(
            f"/api/streams/m/1/events{query}", headers=headers, timeout=DEADLINE_S
        )


async def test_what_somebody_has_is_not_sent_again(bus):
    await post(bus, EVENTS[:20])
    first = await get(bus, "?limit=9")
    again = await get(bus, "?limit=9", first.headers["etag"])
    await post(bus, EVENTS[20:21])
    grown = await get(bus, "?limit=9", first.headers["etag"])
    assert (again.status_code, again.content) == (304, b"")
    assert (grown.status_code, grown.json()["top"]) == (200, 21)


async def test_who_waits_is_answered_by_the_next_event(bus):
    await post(bus, EVENTS[:20])
    waiting = asyncio.create_task(get(bus, "?after=20&wait_s=30"))
    await until(lambda: _is_asked(bus))
    await post(bus, EVENTS[20:22])
    assert [e["seq"] for e in (await waiting).json()["events"]] == [21, 22]


async def test_who_waits_with_what_he_has_is_answered_when_there_is_more(bus):
    await post(bus, EVENTS[:20])
    etag = (await get(bus, "")).headers["etag"]
    waiting = asyncio.create_task(get(bus, "?wait_s=30", etag))
    await until(lambda: _is_asked(bus))
    await post(bus, EVENTS[20:22])
    assert (await waiting).json()["top"] == 22


@pytest.mark.parametrize("with_etag", [False, True])
async def test_a_wait_comes_to_its_end(bus, with_etag):
    await post(bus, EVENTS[:20])
    etag = (await get(bus, "?after=20")).headers["etag"]
    answer = await get(bus, "?after=20&wait_s=1", etag if with_etag else "")
    assert answer.status_code == (304 if with_etag else 200)
    assert with_etag or answer.json()["events"] == []


async def test_who_waits_is_let_go_when_the_bus_goes_away():
    async with BusServer() as bus:
        await post(bus, EVENTS[:20])
        waiting = asyncio.create_task(get(bus, "?after=20&wait_s=30"))
        await until(lambda: _is_asked(bus))
    assert (await waiting).json()["events"] == []


async def _is_asked(bus: BusServer) -> bool:
    """Whether somebody's request is open beside ours."""
    return await metric(bus, "captains_bus_connections") == 2
