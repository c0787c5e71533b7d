"""The HTTP client of chat endpoints: what it tells of a request on its way, and how much it takes
of an answer.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextvars import ContextVar
from typing import Final

import httpx2

from engine.tool_captains.authorities import authorities
from engine.tool_captains.deadline import Trace

LARGEST_ANSWER_BYTES: Final = 8 * 1024 * 1024
_KEPT_OPEN: Final = 64
_KEPT_OPEN_S: Final = 30.0


class TooLarge(Exception):
    """The answer is longer than `LARGEST_ANSWER_BYTES`, or compressed though nobody asked."""


WATCHED: Final[ContextVar[Trace | None]] = ContextVar("watched", default=None)


def new_client() -> httpx2.AsyncClient:
    """A pool of connections that follows no redirect: the key would go along."""
    return httpx2.AsyncClient(
        follow_redirects=False,
        headers={"accept-encoding": "identity"},  # a small body may unpack to a very large one
        limits=httpx2.Limits(
            max_connections=None,
            max_keepalive_connections=_KEPT_OPEN,
            keepalive_expiry=_KEPT_OPEN_S,
        ),
        event_hooks={"request": [_watch], "response": [_bound]},
        verify=authorities(trust_env=True),
    )


def timeouts(connect_s: float) -> httpx2.Timeout:
    """To connect and to send; what comes after is the deadline's."""
    return httpx2.Timeout(connect=connect_s, write=connect_s, read=None, pool=None)


async def _watch(request: httpx2.Request) -> None:
    trace = WATCHED.get()
    if trace is not None:
        request.extensions = {**request.extensions, "trace": trace}


async def _bound(response: httpx2.Response) -> None:
    if response.headers.get("content-encoding", "identity").lower() != "identity":
        raise TooLarge("the answer is compressed, which was not asked for")
    assert isinstance(response.stream, httpx2.AsyncByteStream)
    response.stream = _Bounded(response.stream)


class _Bounded(httpx2.AsyncByteStream):
    def __init__(self, stream: httpx2.AsyncByteStream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        async for chunk in self._stream:
            size += len(chunk)
            if size > LARGEST_ANSWER_BYTES:
                raise TooLarge(f"the answer is longer than {LARGEST_ANSWER_BYTES} bytes")
            yield chunk

    async def aclose(self) -> None:
        await self._stream.aclose()
