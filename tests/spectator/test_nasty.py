"""Whatever somebody sends and however he leaves, he is forgotten and the bus lives on."""

from __future__ import annotations

import socket
import struct
from typing import Final

import pytest

from spectator.server import BusServer
from spectator.settings import BusSettings
from tests.spectator.raw import raw, request, send
from tests.spectator.wire import has_no_viewers, metric, until

_WATCH: Final = request(
    "/api/featured/ws",
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
)
NASTY: Final = {
    "nothing": b"",
    "no HTTP": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "two lengths": request("/", "Content-Length: 3", "Content-Length: 4", method="POST") + b"abcd",
    "length and chunks": request(
        "/api/events", "Content-Length: 3", "Transfer-Encoding: chunked", method="POST"
    ),
    "a chunk of no size": request("/api/events", "Transfer-Encoding: chunked", method="POST")
    + b"x",
    "half a body": request("/api/events", "Content-Length: 99", method="POST") + b"[",
    "many requests": request("/healthz") * 50,
    "a request after a WebSocket": _WATCH + request("/healthz"),
    "a WebSocket without a key": _WATCH.replace(b"Sec-WebSocket-Key", b"X-Key"),
    "a WebSocket to nowhere": _WATCH.replace(b"/api/featured/ws", b"/nowhere"),
    "a frame without a mask": _WATCH + b"\x81\x02hi",
    "a frame of no kind": _WATCH + b"\x8f\x80abcd",
    "half a frame": _WATCH + b"\x81\xfe\x0f\xff",
    "a frame of 2^63 bytes": _WATCH + b"\x81\xff" + b"\xff" * 8,
    "no text": _WATCH + b"\x81\x82abcd\xff\xff",
    "a path of no text": b"GET /%ff%fe/\xc3 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a stream and gone": request("/api/featured/sse"),
}


@pytest.mark.parametrize("data", NASTY.values(), ids=NASTY.keys())
@pytest.mark.parametrize("end", ["closes", "resets", "ends his side"])
async def test_whatever_somebody_sends_he_is_forgotten_and_the_bus_lives_on(data, end):
    async with BusServer(settings=BusSettings(header_s=0.2, ping_s=0.3)) as bus:
        with raw(bus) as connection:
            await send(connection, data)
            if end == "resets":
                at_once = struct.pack("ii", 1, 0)
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, at_once)
            elif end == "ends his side":
                connection.shutdown(socket.SHUT_WR)
                await until(lambda: _only_we_are_left(bus))
        await until(lambda: _only_we_are_left(bus))
        assert await has_no_viewers(bus)


async def _only_we_are_left(bus: BusServer) -> bool:
    return await metric(bus, "captains_bus_connections") == 1
