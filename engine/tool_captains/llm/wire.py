"""What is watched of a request on its way: when the endpoint has taken it, and how much it answers.

The deadline of a captain runs from the moment his request was sent whole: connecting and sending
are the network's time, thinking is his.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextvars import ContextVar
from typing import Any, Final

import httpx2

LARGEST_ANSWER_BYTES: Final = 8 * 1024 * 1024
_KEPT_OPEN: Final = 64
_KEPT_OPEN_S: Final = 30.0
_SENT: Final = "send_request_body.complete"


class TooLarge(Exception):
    """The answer is longer than `LARGEST_ANSWER_BYTES`, or compressed though nobody asked."""


class Watch:
    """One request under way; `limit` is the scope that its deadline ends."""

    def __init__(self, limit: asyncio.Timeout, deadline_s: float) -> None:
        self._limit, self._deadline_s = limit, deadline_s
        self.accepted = False

    async def see(self, event: str, _: Mapping[str, Any]) -> None:
        """Called by the HTTP client with everything it does."""
        if event.endswith(_SENT):
            self.accepted = True
            self._limit.reschedule(asyncio.get_running_loop().time() + self._deadline_s)


WATCHED: Final[ContextVar[Watch | None]] = ContextVar("watched", default=None)


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
    )


def timeouts(connect_s: float) -> httpx2.Timeout:
    """To connect and to send; what comes after is the deadline's."""
    return httpx2.Timeout(connect=connect_s, write=connect_s, read=None, pool=None)


async def _watch(request: httpx2.Request) -> None:
    watch = WATCHED.get()
    if watch is not None:
        request.extensions = {**request.extensions, "trace": watch.see}


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
