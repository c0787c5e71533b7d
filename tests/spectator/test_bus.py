"""The bus over real sockets: who may publish, what is refused, who sees what."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import aclosing

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Origin

from engine.events import DecisionEvent, Event, parse_event
from spectator.frames import EMPTY, fold
from spectator.server import BusServer, RefusedToBind
from spectator.settings import BusSettings
from spectator.store import Featured, SqliteEventStore
from spectator.streams import StreamName
from tests.spectator.matches import match_events, run_events
from tests.spectator.wire import (
    DEADLINE_S,
    body,
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
RESULT = json.loads(EVENTS[-1].model_dump_json())["data"]["result"]


@pytest.fixture
async def bus() -> AsyncIterator[BusServer]:
    async with BusServer(settings=BusSettings(stall_s=0.3)) as running:
        yield running


# --- publishing ----------------------------------------------------------------------------------


async def test_what_is_posted_is_exported_unchanged(bus):
    assert (await post(bus, EVENTS)).json() == {"next": LAST + 1}
    assert await stored(bus, "m/1") == [json.loads(e.model_dump_json()) for e in EVENTS]


@pytest.mark.parametrize("header", [None, "Bearer wrong", "Basic abc", "Bearer \u00e9"])
async def test_nobody_publishes_without_the_token(bus, header):
    headers = {"authorization": header.encode("latin-1")} if header else {}
    async with httpx.AsyncClient(base_url=bus.url, trust_env=False) as http:
        answer = await http.post("/api/events", content=body(EVENTS), headers=headers)
    assert answer.status_code == 401
    assert await stored(bus, "m/1") == []


async def test_a_hole_is_answered_with_the_expected_number(bus):
    await post(bus, EVENTS[:5])
    answer = await post(bus, EVENTS[8:])
    assert (answer.status_code, answer.json()) == (409, {"error": "gap", "next": 6})


async def test_a_stale_publisher_is_refused(bus):
    await post(bus, EVENTS[:5], fence=9)
    answer = await post(bus, EVENTS[5:8], fence=8)
    assert (answer.status_code, answer.json()) == (409, {"error": "stale_fence", "next": 6})


async def test_a_fence_is_told_although_it_brought_nothing_new(bus):
    await post(bus, EVENTS[:5], fence=1)
    await post(bus, EVENTS[:5], fence=9)
    async with client(bus) as http:
        featured = (await http.get("/api/featured")).json()
    assert featured == {"stream": "m/1", "fence": 9}


@pytest.mark.parametrize("fence", ["0", "-1", "x", "9" * 5000, str(2**63)])
async def test_a_fence_that_is_no_number_of_ours_is_refused(bus, fence):
    async with client(bus) as http:
        answer = await http.post(
            "/api/events", content=body(EVENTS), headers={"x-captains-fence": fence}
        )
    assert (answer.status_code, answer.json()["field"]) == (422, "x-captains-fence")


async def test_a_malformed_event_is_named_by_its_field(bus):
    broken = json.loads(body(EVENTS))
    delivery = next(i for i, e in enumerate(broken) if e["type"] == "delivery")
    broken[delivery]["data"]["score"]["runs"] = "many"
    async with client(bus) as http:
        answer = await http.post("/api/events", json=broken)
    assert answer.status_code == 422
    assert (answer.json()["index"], answer.json()["field"]) == (delivery, "data.score.runs")


@pytest.mark.parametrize("content", ["", "{}", "[", "nonsense", '[{"type": "toss"}]', "[1]"])
async def test_a_body_that_is_no_array_of_events_is_refused(bus, content):
    async with client(bus) as http:
        answer = await http.post("/api/events", content=content)
    assert answer.status_code == 422


async def test_an_attempt_that_no_path_can_name_is_refused(bus):
    async with client(bus) as http:
        far = EVENTS[0].model_copy(update={"attempt": 10**18})
        answer = await http.post("/api/events", content=body([far]))
    assert (answer.status_code, answer.json()["field"]) == (422, "attempt")


async def test_events_of_another_stream_are_refused(bus):
    async with client(bus) as http:
        answer = await http.post("/api/streams/else/1/events", content=body(EVENTS))
    assert (answer.status_code, answer.json()["field"]) == (422, "episode_id")


async def test_a_body_over_the_limit_is_refused_by_its_declared_length(bus):
    async with client(bus) as http:
        answer = await http.post("/api/events", content=b" " * (1024 * 1024 + 1))
    assert answer.status_code == 413


async def test_a_body_without_a_length_is_refused_when_it_gets_too_long(bus):
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(64):
            yield b" " * 65536

    async with client(bus) as http:
        answer = await http.post("/api/events", content=endless())
    assert answer.status_code == 413


async def test_a_mixed_batch_tells_every_streams_fate(bus):
    other = match_events("other", seed=5)
    async with client(bus) as http:
        answer = await http.post("/api/events", content=body([*EVENTS[3:6], *other]))
    assert answer.json()["results"] == [
        {"stream": "m/1", "status": "gap", "next": 1},
        {"stream": "other/1", "status": "ok", "next": len(other) + 1},
    ]


# --- reading -------------------------------------------------------------------------------------


async def test_a_page_of_events_starts_after_the_given_number(bus):
    await post(bus, EVENTS)
    async with client(bus) as http:
        answer = (await http.get("/api/streams/m/1/events?after=10&limit=5")).json()
    assert [e["seq"] for e in answer["events"]] == [11, 12, 13, 14, 15]
    assert answer["top"] == LAST


async def test_the_frame_is_the_fold_of_the_stream(bus):
    await post(bus, EVENTS)
    frame = EMPTY
    for event in EVENTS:
        frame = fold(frame, parse_event(event.model_dump_json()))
    async with client(bus) as http:
        answer = (await http.get("/api/streams/m/1/frame")).json()["frame"]
    assert answer["seq"] == frame.seq
    assert answer["innings"][-1]["runs"] == frame.innings[-1].runs
    assert answer["result"]["text"] == RESULT


async def test_the_list_says_who_plays_and_how_it_ended(bus):
    await post(bus, EVENTS)
    async with client(bus) as http:
        (line,) = (await http.get("/api/streams")).json()["streams"]
    assert (line["home"], line["away"], line["state"]) == ("heuristic", "baseline", "ended")
    assert line["result"] == RESULT


async def test_a_run_tells_its_latest_standings(bus):
    await post(bus, run_events(played=3))
    async with client(bus) as http:
        answer = (await http.get("/api/runs/friday-night/1")).json()
    assert answer["last_event"]["data"]["played"] == 3


async def test_an_unknown_stream_is_not_found(bus):
    async with client(bus) as http:
        answers = [await http.get(f"/api/streams/x/1{end}") for end in ("", "/events", "/frame")]
    assert [a.status_code for a in answers] == [404, 404, 404]


@pytest.mark.parametrize("end", ["", "/events", "/frame", "/export.jsonl"])
async def test_an_attempt_of_thousands_of_digits_is_not_found(bus, end):
    async with client(bus) as http:
        answers = [
            await http.get(f"/api/{kind}/x/{'9' * 5000}{end}") for kind in ("streams", "runs")
        ]
    assert [a.status_code for a in answers] == [404, 404]


async def test_nobody_watches_an_attempt_of_thousands_of_digits(bus):
    with pytest.raises(InvalidStatus) as refused:
        await watch(bus, f"/api/streams/x/{'9' * 5000}/ws")
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize("side", ["reasoning", "commentary"])
async def test_what_goes_beside_a_match_is_neither_listed_nor_featured(bus, side):
    beside = [e.model_copy(update={"episode_id": f"{side}:m"}) for e in EVENTS[:2]]
    await post(bus, EVENTS[:5], fence=1)
    await post(bus, beside, fence=1)
    async with client(bus) as http:
        page = (await http.get("/api/streams")).json()
    assert [s["stream"] for s in page["streams"]] == ["m/1"]
    assert (page["total"], page["featured"]["stream"]) == (1, "m/1")
    assert [e["seq"] for e in await stored(bus, f"{side}:m/1")] == [1, 2]


async def test_the_list_counts_more_than_it_shows(bus):
    async with client(bus) as http:
        await http.post("/api/events", content=body([*EVENTS, *match_events("n")[:1]]))
        page = (await http.get("/api/streams?limit=1")).json()
        found = (await http.get("/api/streams?limit=1&search=m/1")).json()
    assert (page["total"], [s["stream"] for s in page["streams"]]) == (2, ["n/1"])
    assert (found["total"], [s["stream"] for s in found["streams"]]) == (1, ["m/1"])


async def test_a_search_of_more_than_200_characters_is_refused(bus):
    async with client(bus) as http:
        answer = await http.get(f"/api/streams?search={'x' * 201}")
    assert (answer.status_code, answer.json()["field"]) == (422, "search")


async def test_requests_that_come_together_all_see_what_is_featured():
    async with aclosing(_SlowStore()) as store, BusServer(store) as bus, client(bus) as http:
        answers = await asyncio.gather(*(http.get("/api/featured") for _ in range(3)))
    assert [a.json()["stream"] for a in answers] == ["m/1"] * 3


async def test_a_start_that_failed_is_tried_again():
    async with aclosing(_SlowStore(fails=1)) as store, BusServer(store) as bus, client(bus) as http:
        answers = [await http.get("/api/featured") for _ in range(2)]
    assert [a.status_code for a in answers] == [500, 200]
    assert answers[1].json()["stream"] == "m/1"


@pytest.mark.parametrize("query", ["after=-1", "after=x", "limit=0", "after=99999999999999999999"])
async def test_a_bad_number_in_the_query_is_refused(bus, query):
    await post(bus, EVENTS[:1])
    async with client(bus) as http:
        answer = await http.get(f"/api/streams/m/1/events?{query}")
    assert answer.status_code == 422


async def test_readers_need_the_read_token_where_there_is_one():
    async with BusServer(settings=BusSettings(read_token="let-me-in")) as bus:
        async with httpx.AsyncClient(base_url=bus.url, trust_env=False) as http:
            refused = await http.get("/api/streams")
            allowed = await http.get("/api/streams?token=let-me-in")
        assert (refused.status_code, allowed.status_code) == (401, 200)
        with pytest.raises(InvalidStatus):
            await watch(bus, "/api/featured/ws")


async def test_every_answer_carries_the_strict_headers(bus):
    async with client(bus) as http:
        answers = [await http.get(path) for path in ("/", "/static/app.js", "/healthz", "/nowhere")]
    for answer in answers:
        assert answer.headers["content-security-policy"].startswith("default-src 'self'")
        assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "path", ["/matches", "/match/run-1.x/1", "/runs", "/run/friday/1", "/start", "/play/asha"]
)
async def test_every_address_of_the_page_is_the_page(bus, path):
    async with client(bus) as http:
        home, answer = await http.get("/"), await http.get(path)
    assert (answer.status_code, answer.text) == (200, home.text)


# --- watching ------------------------------------------------------------------------------------


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
    bulky = _bulky_events(count=160, size=60_000)  # 9.6 MB: more than the kernel's buffers hold
    async with _stalled(bus, "/api/streams/bulk/1/ws") as stalled:
        async with watch(bus, "/api/streams/bulk/1/ws", max_size=None) as good:
            seen = asyncio.create_task(events_until(good, len(bulky)))
            for start in range(0, len(bulky), 10):
                assert (await post(bus, bulky[start : start + 10])).status_code == 200
            assert await seen == list(range(1, len(bulky) + 1))
        await until(lambda: _has_no_viewers(bus))
        assert await asyncio.to_thread(_close_code, stalled) == 4008


async def test_a_page_of_another_origin_may_not_watch(bus):
    with pytest.raises(InvalidStatus) as refused:
        await watch(bus, "/api/featured/ws", origin="https://evil.example")
    assert refused.value.response.status_code == 403


async def test_our_own_address_by_another_scheme_is_another_origin(bus):
    with pytest.raises(InvalidStatus):
        await watch(bus, "/api/featured/ws", origin=bus.url.replace("http:", "https:"))


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "["])
@pytest.mark.parametrize("path", ["/", "/api/streams", "/static/app.js"])
async def test_a_loopback_bus_answers_to_no_other_name(bus, host, path):
    async with client(bus) as http:
        answer = await http.get(path, headers={"host": host})
    assert (answer.status_code, answer.json()) == (421, {"error": "unknown_host"})


@pytest.mark.parametrize(
    "host", ["localhost:1", "LOCALHOST", "127.0.0.1", "[::1]:80", "ours.example"]
)
async def test_a_loopback_bus_answers_to_loopback_names_and_allowed_origins(host):
    settings = BusSettings(allowed_origins=frozenset({"https://ours.example"}))
    async with BusServer(settings=settings) as bus, client(bus) as http:
        answer = await http.get("/api/streams", headers={"host": host})
    assert answer.status_code == 200


async def test_nobody_watches_under_another_name(bus):
    evil = f"evil.example:{bus.port}"
    address = {"host": "127.0.0.1", "port": bus.port}
    with pytest.raises(InvalidStatus) as refused:
        await connect(
            f"ws://{evil}/api/featured/ws", proxy=None, origin=Origin(f"http://{evil}"), **address
        )
    assert refused.value.response.status_code == 403


async def test_a_bus_that_others_reach_answers_to_any_name():
    settings = BusSettings(read_token="let-me-in")
    async with BusServer(host="0.0.0.0", settings=settings) as bus, client(bus) as http:
        url = f"http://127.0.0.1:{bus.port}/healthz"
        answer = await http.get(url, headers={"host": "bus.example"})
    assert answer.status_code == 200


async def test_our_own_page_may_watch(bus):
    async with watch(bus, "/api/featured/ws", origin=bus.url) as viewer:
        assert json.loads(await viewer.recv())["t"] == "featured"


@pytest.mark.parametrize(("text", "times", "code"), [("x" * 5000, 1, 1009), ("hi", 200, 1008)])
async def test_a_viewer_who_talks_too_much_is_closed(bus, text, times, code):
    async with watch(bus, "/api/featured/ws") as viewer:
        with pytest.raises(ConnectionClosed) as closed:
            await _talk(viewer, text, times)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == code


async def test_one_viewer_too_many_is_asked_to_come_later():
    settings = BusSettings(max_viewers=1)
    async with BusServer(settings=settings) as bus, watch(bus, "/api/featured/ws") as first:
        await first.recv()
        async with watch(bus, "/api/featured/ws") as second:
            with pytest.raises(ConnectionClosed) as closed:
                await second.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1013


async def test_an_idle_viewer_is_sent_a_sign_of_life():
    settings = BusSettings(ping_s=0.05)
    async with BusServer(settings=settings) as bus, watch(bus, "/api/featured/ws") as viewer:
        await viewer.recv()
        assert json.loads(await viewer.recv()) == {"t": "ping"}


async def test_the_bus_forgets_viewers_who_left(bus):
    async with watch(bus, "/api/featured/ws") as viewer:
        await viewer.recv()

    await until(lambda: _has_no_viewers(bus))


def test_the_bus_does_not_listen_outside_without_a_read_token():
    with pytest.raises(RefusedToBind):
        BusServer(host="0.0.0.0")


async def _talk(viewer: ClientConnection, text: str, times: int) -> None:
    for _ in range(times):
        await viewer.send(text)
    await to_the_end(viewer)


async def _has_no_viewers(bus: BusServer) -> bool:
    async with client(bus) as http:
        return bool((await http.get("/healthz")).json()["viewers"] == 0)


def _bulky_events(*, count: int, size: int) -> list[Event]:
    """A stream of decisions whose captain talks at great length."""
    talk = next(e for e in EVENTS if isinstance(e, DecisionEvent))
    data = talk.data.model_copy(update={"reason": "x" * size})
    return [
        talk.model_copy(update={"episode_id": "bulk", "seq": n + 1, "data": data})
        for n in range(count)
    ]


class _SlowStore(SqliteEventStore):
    """Takes its time to tell what is featured; where `fails` is given, fails so many times."""

    def __init__(self, fails: int = 0) -> None:
        super().__init__()
        self.fails = fails

    async def featured(self) -> Featured | None:
        await asyncio.sleep(0.2)
        self.fails -= 1
        if self.fails >= 0:
            raise OSError("the disk is away")
        return Featured(stream=StreamName("m/1"), fence=1)


class _stalled:  # noqa: N801 - reads as a function
    """A viewer that shakes hands and then reads nothing."""

    def __init__(self, bus: BusServer, path: str) -> None:
        self._bus, self._path = bus, path

    async def __aenter__(self) -> socket.socket:
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self._socket.settimeout(DEADLINE_S)
        await asyncio.to_thread(self._shake_hands)
        return self._socket

    def _shake_hands(self) -> None:
        self._socket.connect(("127.0.0.1", self._bus.port))
        self._socket.sendall(
            f"GET {self._path} HTTP/1.1\r\nHost: 127.0.0.1:{self._bus.port}\r\n"
            "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
        )

    async def __aexit__(self, *_: object) -> None:
        self._socket.close()


def _close_code(connection: socket.socket) -> int:
    """Read what was held back; the last frame is the close, and begins with its code."""
    data = b""
    while part := connection.recv(65536):
        data = (data + part)[-200:]
    start = data.rindex(b"\x88")
    return int.from_bytes(data[start + 2 : start + 4], "big")
