"""A way to a server on loopback that can be closed or held, while the server serves others."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass(slots=True, kw_only=True)
class Way:
    """`url` leads to the server until `close`: from then on nobody answers there. While `flows` is
    not set, nothing that the server says is taken.
    """

    url: str
    server: asyncio.Server
    flows: asyncio.Event
    writers: list[asyncio.StreamWriter] = field(default_factory=list)

    def close(self) -> None:
        self.server.close()
        for writer in self.writers:
            writer.transport.abort()


@asynccontextmanager
async def relay(url: str, *, buffer: int | None = None) -> AsyncIterator[Way]:
    """`buffer` bytes at most wait on the way from the server."""
    there = urlsplit(url)
    writers: list[asyncio.StreamWriter] = []
    flows = asyncio.Event()
    flows.set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far = await _connected((str(there.hostname), there.port or 0), buffer)
        far_reader, far_writer = await asyncio.open_connection(sock=far, limit=buffer or 65536)
        writers.extend([writer, far_writer])
        await asyncio.gather(_carried(reader, far_writer), _carried(far_reader, writer, flows))

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    here = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    url = there._replace(netloc=here).geturl()
    way = Way(url=url, server=server, writers=writers, flows=flows)
    try:
        yield way
    finally:
        way.close()


async def _connected(address: tuple[str, int], buffer: int | None) -> socket.socket:
    far = socket.socket()
    far.setblocking(False)
    if buffer is not None:
        far.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
    await asyncio.get_running_loop().sock_connect(far, address)
    return far


async def _carried(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, flows: asyncio.Event | None = None
) -> None:
    with suppress(ConnectionError):
        while part := await reader.read(65536):
            writer.write(part)
            await writer.drain()
            if flows is not None:
                await flows.wait()
    writer.close()
