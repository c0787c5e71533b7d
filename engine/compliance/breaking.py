"""Connections that break, as they do on the way to a program: in the middle of a request, or after
it, before the answer.
"""

from __future__ import annotations

import asyncio
import ssl
from contextlib import suppress
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

LONGEST_S: Final = 5.0  # for all of it


class Break(StrEnum):
    """Where the connection ends."""

    HALF_SENT = "half sent"
    SENT = "sent, not answered"


async def break_off(url: str, body: bytes, token: str | None, where: Break) -> None:
    """Begins a request to `url` and hangs up. That it cannot even begin is left to whoever asks
    next.
    """
    with suppress(OSError, TimeoutError, UnicodeError):
        async with asyncio.timeout(LONGEST_S):
            await _break_off(url, body, token, where)


async def _break_off(url: str, body: bytes, token: str | None, where: Break) -> None:
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    context = ssl.create_default_context() if secure else None
    port = parts.port or (443 if secure else 80)
    reader, writer = await asyncio.open_connection(parts.hostname, port, ssl=context)
    try:
        writer.write(_head(parts.netloc, parts.path or "/", len(body), token))
        writer.write(body if where is Break.SENT else body[: len(body) // 2])
        await writer.drain()
        if where is Break.HALF_SENT and writer.can_write_eof():
            writer.write_eof()
            await reader.read()  # until the program has seen it, and hangs up
    finally:
        if where is Break.SENT:
            writer.transport.abort()  # a reset: the program cannot even write
        else:
            writer.close()


def _head(host: str, path: str, length: int, token: str | None) -> bytes:
    lines = [
        f"POST {path} HTTP/1.1",
        f"host: {host.encode('idna').decode()}",
        "content-type: application/json",
        f"content-length: {length}",
        *([] if token is None else [f"authorization: Bearer {token}"]),
    ]
    return "\r\n".join([*lines, "", ""]).encode()
