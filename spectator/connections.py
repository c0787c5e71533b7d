"""uvicorn's connections, except that nobody can hold one for nothing.

A head that trickles is answered 408, a body that goes on after its answer is cut, a response that
is not taken is cut; there is a limit in all and one an address (429). A viewer who takes no data
can be closed all the same.
"""

from __future__ import annotations

import asyncio
import math
from collections import Counter
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Final

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

from spectator.channel import Part
from spectator.following import CONNECTION
from spectator.metrics import Metrics
from spectator.settings import BusSettings

CUT_AFTER_S: Final = 0.2  # how long a closing socket may take to empty when the bus stops
CLOSE_TIMEOUT_S: Final = 2.0  # how long a viewer has to answer our close
LINGER_S: Final = 2.0  # how long who has been answered may go on sending


class Door:
    """Counts the open connections, in all and by address."""

    def __init__(self, settings: BusSettings) -> None:
        self._settings = settings
        self._from: Counter[str] = Counter()

    @property
    def open(self) -> int:
        return self._from.total()

    def lets_in(self, address: str) -> bool:
        """Whether there is room for one more from there; then it is counted."""
        crowded = self._from[address] >= self._settings.max_per_address
        if self.open >= self._settings.max_connections or (
            crowded and address not in self._settings.trusted_addresses
        ):
            return False
        self._from[address] += 1
        return True

    def leave(self, address: str) -> None:
        self._from[address] -= 1
        if not self._from[address]:
            del self._from[address]


class ConnectionConfig(uvicorn.Config):
    """uvicorn's settings, with ours and the door that the connections share."""

    def __init__(self, app: Any, settings: BusSettings, metrics: Metrics) -> None:
        super().__init__(
            app,
            http=HttpConnection,
            ws=WebSocketConnection,
            lifespan="off",
            log_config=None,
            log_level="critical",
            access_log=False,
            server_header=False,
            forwarded_allow_ips=sorted(settings.trusted_addresses),
            ws_max_size=settings.max_message_bytes,
            ws_per_message_deflate=False,  # costs a third more CPU (REFERENCES)
            ws_ping_interval=settings.ping_s,
            ws_ping_timeout=settings.ping_s,
            timeout_keep_alive=math.ceil(settings.header_s),  # as long as for a first head
            timeout_graceful_shutdown=1,
        )
        self.bus = settings
        self.door, self.metrics = Door(settings), metrics
        metrics.connections.set_function(lambda: self.door.open)


class HttpConnection(H11Protocol):
    """One HTTP connection; becomes a WebSocket's where the client asks for it."""

    config: ConnectionConfig

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._counted = False
        self._away = False  # has been answered; what still comes is not read
        self._lingers = False  # has been answered, and its body still comes
        self._deadline: asyncio.TimerHandle | None = None
        self._stall: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        super().connection_made(transport)
        self._counted = self.config.door.lets_in(address_of(self.client))
        if self._counted:
            self._give(self.config.bus.header_s, self._head_is_late)
        else:
            self._turn_away(HTTPStatus.TOO_MANY_REQUESTS, "too_many_connections")

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._no_deadline()
        self._no_stall()
        if self._counted:
            self.config.door.leave(address_of(self.client))

    def data_received(self, data: bytes) -> None:
        if not self._away:
            super().data_received(data)

    def handle_events(self) -> None:
        super().handle_events()
        if self.transport.get_protocol() is not self:  # it is a WebSocket now
            self._no_deadline()
            return
        if self.scope is not None:
            self.scope.setdefault("extensions", {})[CONNECTION] = {"is": self}
        self._look_at_the_head()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.cycle.response_complete and self.conn.their_state is h11.SEND_BODY:
            self._lingers = True
            self._give(LINGER_S, self.transport.close)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._stall = self.loop.call_later(self.config.bus.stall_s, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._no_stall()

    def is_writable(self) -> bool:
        return not self.flow.write_paused

    def _look_at_the_head(self) -> None:
        """Give a request's head its time, from its first byte to its last."""
        if self.conn.their_state is h11.IDLE:
            if self._lingers or self._deadline is None:
                self._lingers = False
                self._give(self.config.bus.header_s, self._head_is_late)
        elif not self._lingers:
            self._no_deadline()

    def _head_is_late(self) -> None:
        if self.conn.trailing_data[0]:
            self._turn_away(HTTPStatus.REQUEST_TIMEOUT, "too_slow")
        else:
            self.transport.close()

    def _turn_away(self, status: HTTPStatus, error: str) -> None:
        """Answer without an application, and read no more. Who is still sending gets the answer all
        the same: the connection is closed for good a moment later.
        """
        self._away = True
        self.config.metrics.refused.labels(status=status.value).inc()
        body = f'{{"error":"{error}"}}'
        self.transport.write(
            f"HTTP/1.1 {status.value} {status.phrase}\r\nconnection: close\r\n"
            f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n{body}".encode()
        )
        self.transport.write_eof()
        self._give(LINGER_S, self.transport.abort)

    def _give(self, seconds: float, then: Callable[[], None]) -> None:
        self._no_deadline()
        self._deadline = self.loop.call_later(seconds, then)

    def _no_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _no_stall(self) -> None:
        if self._stall is not None:
            self._stall.cancel()
            self._stall = None


class WebSocketConnection(WebSocketsSansIOProtocol):
    """One WebSocket."""

    config: ConnectionConfig

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.close_timeout = CLOSE_TIMEOUT_S

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self.config.door.leave(address_of(self.client))

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if not self.close_sent:
            self.scope["extensions"][CONNECTION] = {"is": self}

    def is_writable(self) -> bool:
        return self.writable.is_set()

    def push(self, part: Part) -> bool:
        """Write a message past the protocol object, which would only make the same bytes again."""
        if self.close_sent or self.transport.is_closing() or not self.writable.is_set():
            return False
        self.transport.write(part.frame)
        return True

    async def send(self, message: Any) -> None:
        if message["type"] == "websocket.close":
            self.writable.set()  # do not wait for a socket that takes nothing
            self.loop.call_later(2 * CLOSE_TIMEOUT_S, self.transport.abort)
        await super().send(message)

    def shutdown(self) -> None:
        super().shutdown()
        self.loop.call_later(CUT_AFTER_S, self.transport.abort)


def address_of(client: tuple[str, int] | None) -> str:
    return client[0] if client is not None else ""
