"""A way to a server on loopback that can be closed, while the server serves others."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass(slots=True, kw_only=True)
class Way:
    """`url` leads to the server until `close`: from then on nobody answers there."""

    url: str
    server: asyncio.Server
    writers: list[asyncio.StreamWriter] = field(default_factory=list)

    def close(self) -> None:
        self.server.close()
        for writer in self.writers:
            writer.transport.abort()


@asynccontextmanager
async def relay(url: str) -> AsyncIterator[Way]:
    there = urlsplit(url)
    writers: list[asyncio.StreamWriter] = []

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection(there.hostname, there.port)
        writers.extend([writer, far_writer])
        await asyncio.gather(_carried(reader, far_writer), _carried(far_reader, writer))

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    here = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    way = Way(url=there._replace(netloc=here).geturl(), server=server, writers=writers)
    try:
        yield way
    finally:
        way.close()


async def _carried(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while part := await reader.read(65536):
            writer.write(part)
            await writer.drain()
    writer.close()
