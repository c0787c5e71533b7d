"""What nobody may take too much of: bodies, time, connections, streams."""

from __future__ import annotations

import asyncio
import itertools
import math
from collections.abc import AsyncIterator

import httpx
import pytest
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from spectator.connections import ConnectionConfig
from spectator.metrics import Metrics
from spectator.server import BusServer
from spectator.settings import BusSettings
from tests.spectator.matches import match_events
from tests.spectator.raw import answered, everything, raw, request, send
from tests.spectator.wire import bulky_events, client, metric, post, to_the_end, until, watch

EVENTS = match_events("m", seed=3)


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


async def _talk(viewer: ClientConnection, text: str, times: int) -> None:
    for _ in range(times):
        await viewer.send(text)
    await to_the_end(viewer)


async def test_ten_megabytes_are_answered_although_they_are_still_being_sent(bus):
    size = 10 * 1024 * 1024
    head = request("/api/events", *_token(bus), f"Content-Length: {size}", method="POST")
    with raw(bus) as connection:
        await send(connection, head)
        await send(connection, b" " * size)
        assert await answered(connection) == 413
        await send(connection, request("/healthz"))
        assert await answered(connection) == 200


async def test_ten_megabytes_without_a_length_are_answered_too(bus):
    head = request("/api/events", *_token(bus), "Transfer-Encoding: chunked", method="POST")
    with raw(bus) as connection:
        await send(connection, head)
        await send(connection, (b"10000\r\n" + b" " * 65536 + b"\r\n") * 160)
        assert await answered(connection) == 413


async def test_who_goes_on_sending_after_his_answer_is_cut(bus):
    head = request("/api/events", *_token(bus), "Content-Length: 9999999", method="POST")
    with raw(bus) as connection:
        await send(connection, head + b" ")
        assert await answered(connection) == 413
        assert await everything(connection) == b""


@pytest.mark.parametrize("head", [b"GET / HTTP/1.1\r\nHost: local", b"G"])
async def test_a_head_that_does_not_come_to_its_end_is_answered_408(head):
    async with BusServer(settings=BusSettings(header_s=0.2)) as bus:
        with raw(bus) as connection:
            connection.sendall(head)  # there before the bus begins to count
            assert await answered(connection) == 408
            assert await everything(connection) == b""


async def test_a_head_that_trickles_gets_no_more_time():
    async with BusServer(settings=BusSettings(header_s=0.3)) as bus:
        with raw(bus) as connection:
            status = asyncio.create_task(answered(connection))
            for byte in itertools.cycle(b"X"):
                await asyncio.sleep(0.02)  # a byte now and then, as long as it takes
                if status.done():
                    break
                connection.send(bytes([byte]))
    assert status.result() == 408


async def test_a_head_that_goes_on_and_on_is_answered_400(bus):
    with raw(bus) as connection:
        head = request("/", *(f"X-{n}: {'x' * 1000}" for n in range(100)))
        await send(connection, head.removesuffix(b"\r\n"))
        assert (await everything(connection)).startswith(b"HTTP/1.1 400 ")


async def test_who_says_nothing_is_closed():
    async with BusServer(settings=BusSettings(header_s=0.1)) as bus:
        with raw(bus) as connection:
            assert await everything(connection) == b""


async def test_the_head_of_a_second_request_has_its_time_too():
    async with BusServer(settings=BusSettings(header_s=0.2)) as bus:
        with raw(bus) as connection:
            connection.sendall(request("/healthz") + b"GET")
            assert await answered(connection) == 200
            assert await answered(connection) == 408


async def test_a_connection_is_kept_longer_than_most_clients_keep_one(bus):
    kept_s = ConnectionConfig(None, BusSettings(), Metrics()).timeout_keep_alive
    assert kept_s > (httpx.Limits().keepalive_expiry or math.inf)  # else they ask as it hangs up


@pytest.mark.parametrize("path", ["/api/events", "/api/questions/q", "/api/streams/m/1/events"])
async def test_a_body_that_trickles_is_answered_408_and_closed(path):
    async with BusServer(settings=BusSettings(body_s=0.2)) as bus:
        method = "PUT" if "questions" in path else "POST"
        with raw(bus) as connection:
            await send(
                connection, request(path, *_token(bus), "Content-Length: 100", method=method) + b"["
            )
            assert await answered(connection) == 408
            assert await everything(connection) == b""


async def test_an_answer_that_nobody_takes_is_cut():
    async with BusServer(settings=BusSettings(stall_s=0.2)) as bus:
        bulky = bulky_events(count=160, size=60_000)  # 9.6 MB: more than the kernel's buffers hold
        for start in range(0, len(bulky), 10):
            await post(bus, bulky[start : start + 10])
        with raw(bus) as connection:
            await send(connection, request("/api/streams/bulk/1/export.jsonl"))
            await until(lambda: _are_open(bus, 1))  # the one that asks
            assert len(await everything(connection)) < 160 * 60_000


async def test_one_connection_too_many_is_answered_429():
    async with BusServer(settings=BusSettings(max_connections=1)) as bus:
        with raw(bus) as first, raw(bus) as second:
            await send(second, request("/healthz"))
            assert await answered(second) == 429
            await send(first, request("/healthz"))
            assert await answered(first) == 200


async def test_who_is_turned_away_at_the_door_is_counted():
    async with BusServer(settings=BusSettings(max_per_address=1)) as bus:
        with raw(bus, source="127.0.0.2"), raw(bus, source="127.0.0.2") as more:
            assert await answered(more) == 429
            assert await metric(bus, 'captains_bus_requests_refused_total{status="429"}') == 1


async def test_one_address_has_so_many_connections_and_this_machine_any_number():
    async with BusServer(settings=BusSettings(max_per_address=1)) as bus:
        with raw(bus, source="127.0.0.2") as one, raw(bus, source="127.0.0.2") as more:
            assert await answered(more) == 429
            await send(one, request("/healthz"))
            assert await answered(one) == 200
        with raw(bus), raw(bus) as ours:
            await send(ours, request("/healthz"))
            assert await answered(ours) == 200


async def test_a_connection_that_has_ended_makes_room():
    async with BusServer(settings=BusSettings(max_connections=2)) as bus:
        for _ in range(5):
            async with watch(bus, "/api/featured/ws") as viewer:
                await viewer.recv()
            await until(lambda: _are_open(bus, 1))


async def test_viewers_are_counted_by_the_address_that_a_proxy_speaks_for():
    async with BusServer(settings=BusSettings(max_per_address=1)) as bus:
        near, far = {"x-forwarded-for": "192.0.2.1"}, {"x-forwarded-for": "192.0.2.2"}
        path = "/api/featured/ws"
        async with watch(bus, path, additional_headers=near) as first:
            await first.recv()
            async with watch(bus, path, additional_headers=far) as other:
                assert "featured" in str(await other.recv())
            async with watch(bus, path, additional_headers=near) as second:
                with pytest.raises(ConnectionClosed) as closed:
                    await second.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1013


def _token(bus: BusServer) -> list[str]:
    return [f"Authorization: Bearer {bus.publish_token}"]


async def _are_open(bus: BusServer, count: int) -> bool:
    return await metric(bus, "captains_bus_connections") == count
