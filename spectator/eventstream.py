"""Server-sent events, for who cannot have a WebSocket: the same messages from the same log.

An event of the log is a message whose id says where the viewer stands, so a browser that comes back
says it in `Last-Event-ID`: `epoch:seq`, and on the featured channel `epoch:seq:stream`. What else a
WebSocket is told comes as events named `hello`, `snapshot`, `featured` and `ping`: browsers keep a
comment to themselves, and a page that hears nothing for too long comes back.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import replace
from typing import Final, assert_never

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from spectator.channel import Part
from spectator.following import Follower, Join, Messages, connection_of
from spectator.hub import Hub
from spectator.messages import CloseCode, Hello, Leave, Message, Ping, Shown, json_of
from spectator.refusing import MAX_DIGITS
from spectator.snapshots import Snapshot
from spectator.store import StoreUnavailable
from spectator.streams import StreamName
from spectator.viewer import first_of

RETRY_MS: Final = 2_000
_HEADERS: Final = {
    "content-type": "text/event-stream",
    "cache-control": "no-store",
    "x-accel-buffering": "no",  # nginx would keep the events back
}


def rejoined(request: Request, join: Join) -> Join:
    """`join`, unless the browser says where it left."""
    given = request.headers.get("last-event-id", "").encode("latin-1").decode(errors="replace")
    epoch, _, rest = given.partition(":")
    seq, _, stream = rest.partition(":")
    if not (epoch and seq.isdecimal() and len(seq) < MAX_DIGITS):
        return join
    return replace(join, after=int(seq), epoch=epoch, stream=StreamName(stream) or join.stream)


class EventStream(Response):
    """Sends a follower's messages until the viewer goes or is to go."""

    def __init__(self, messages: Messages, follower: Follower, hub: Hub, *, featured: bool) -> None:
        super().__init__(headers=_HEADERS)
        del self.headers["content-length"]
        self._messages, self._follower, self._hub = messages, follower, hub
        self._featured = featured
        self._epoch = self._stream = ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        connection = connection_of(scope)

        async def tell(text: str) -> None:
            self._follower.blocked = connection is not None and not connection.is_writable()
            await send({"type": "http.response.body", "body": text.encode(), "more_body": True})

        await send(
            {"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers}
        )
        if scope["method"] != "HEAD":
            await self._watched(tell, receive)
        await send({"type": "http.response.body", "body": b""})

    async def _watched(self, tell: Callable[[str], Awaitable[None]], receive: Receive) -> None:
        """Until the viewer goes; one who is to go comes back, as browsers do, and joins anew."""
        with self._hub.attendance.following(self._follower):
            try:
                await first_of(self._tell(tell), _gone(receive))
            except Leave as leave:
                self._hub.metrics.drops.labels(code=int(leave.code)).inc()
            except StoreUnavailable:
                self._hub.metrics.drops.labels(code=int(CloseCode.COME_AGAIN)).inc()

    async def _tell(self, tell: Callable[[str], Awaitable[None]]) -> None:
        await tell(f"retry: {RETRY_MS}\n\n")
        async with aclosing(self._messages) as messages:
            async for message in messages:
                await tell(self._text_of(message))

    def _text_of(self, message: Message) -> str:
        match message:
            case Part(lines=lines):
                return "".join(
                    f"id: {self._place(line.seq)}\ndata: {line.text}\n\n" for line in lines
                )
            case Ping():
                return f"event: ping\ndata: {json_of(message)}\n\n"
            case Snapshot(seq=seq):
                return f"event: snapshot\nid: {self._place(seq)}\ndata: {json_of(message)}\n\n"
            case Hello():
                self._epoch, self._stream = message.epoch, message.stream
                return f"event: hello\ndata: {json_of(message)}\n\n"
            case Shown():
                return f"event: featured\ndata: {json_of(message)}\n\n"
            case _:
                assert_never(message)

    def _place(self, seq: int) -> str:
        return f"{self._epoch}:{seq}" + (f":{self._stream}" if self._featured else "")


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
