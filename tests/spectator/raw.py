"""Clients that misbehave: plain sockets on loopback, with a deadline on everything."""

from __future__ import annotations

import asyncio
import json
import socket
from types import TracebackType
from typing import Any, Self

from spectator.server import BusServer
from tests.spectator.wire import DEADLINE_S

TEXT, CLOSE = 0x81, 0x88  # the first byte of a server's frame


def raw(bus: BusServer, *, source: str = "127.0.0.1") -> socket.socket:
    """A connection from the loopback address `source`."""
    return socket.create_connection(
        ("127.0.0.1", bus.port), timeout=DEADLINE_S, source_address=(source, 0)
    )


def request(path: str, *headers: str, method: str = "GET") -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", *headers, "", ""]
    return "\r\n".join(lines).encode()


async def send(connection: socket.socket, data: bytes) -> None:
    """All of it, while the bus in this loop reads."""
    await asyncio.to_thread(connection.sendall, data)


async def answered(connection: socket.socket) -> int:
    """The status of the next answer, whose body is read with it."""
    return await asyncio.to_thread(_answered, connection)


async def everything(connection: socket.socket) -> bytes:
    """What still comes until the other side ends it, by a reset too."""
    return await asyncio.to_thread(_everything, connection)


def _answered(connection: socket.socket) -> int:
    data = b""
    while b"\r\n\r\n" not in data:
        if not (part := connection.recv(65536)):
            raise EOFError(data)
        data += part
    head, _, rest = data.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").lower().split("\r\n")
    length = next(int(line[15:]) for line in lines if line.startswith("content-length:"))
    while len(rest) < length:
        rest += connection.recv(65536)
    return int(lines[0].split()[1])


def _everything(connection: socket.socket) -> bytes:
    data = b""
    try:
        while part := connection.recv(65536):
            data += part
    except ConnectionResetError:
        pass
    return data


class SlowViewer:
    """Shakes hands, has a small buffer, and reads only when he is told to."""

    def __init__(self, bus: BusServer, path: str) -> None:
        self._address, self._path = ("127.0.0.1", bus.port), path

    async def __aenter__(self) -> Self:
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self._socket.settimeout(DEADLINE_S)
        await asyncio.to_thread(self._shake_hands)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._socket.close()

    async def until(self, kind: str, last: int = 0) -> list[dict[str, Any]]:
        """The messages up to one of that kind, and of `events` up to one with number `last`."""
        seen: list[dict[str, Any]] = []
        while not seen or seen[-1]["t"] != kind or last > _last_in(seen[-1]):
            code, body = await asyncio.to_thread(self._frame)
            assert code == TEXT, body
            seen.append(json.loads(body))
        return seen

    async def code(self) -> int:
        """The code that he is closed with, after whatever was sent before."""
        while True:
            code, body = await asyncio.to_thread(self._frame)
            if code == CLOSE:
                return int.from_bytes(body[:2], "big")

    def _shake_hands(self) -> None:
        self._socket.connect(self._address)
        self._socket.sendall(
            request(
                self._path,
                "Upgrade: websocket",
                "Connection: Upgrade",
                "Sec-WebSocket-Version: 13",
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            )
        )
        self._file = self._socket.makefile("rb")
        while self._file.readline().strip():
            pass

    def _frame(self) -> tuple[int, bytes]:
        """A server's frame: its first byte, and what it carries."""
        first, length = self._file.read(2)
        if length > 125:
            length = int.from_bytes(self._file.read(2 if length == 126 else 8), "big")
        return first, self._file.read(length)


def _last_in(message: dict[str, Any]) -> int:
    return int(message["events"][-1]["seq"]) if message["t"] == "events" else 0
