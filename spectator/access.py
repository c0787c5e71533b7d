"""Who is let in at a route of the bus: by token, by origin, and while there is room."""

from __future__ import annotations

from collections.abc import Callable, Collection
from http import HTTPStatus
from typing import Final

from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.websockets import WebSocket

from spectator.guard import bearer_of, has_token, is_own_origin, start_digest, start_token
from spectator.hub import Hub
from spectator.messages import CloseCode
from spectator.refusing import Handler, Refused, answer_of
from spectator.settings import BusSettings
from spectator.store import StoreUnavailable

EARLIER_START: Final = (
    "this token is of an earlier start of `captains up`; the address that it printed when it was "
    "started last ends in the one that holds"
)


class Access:
    """Checks requests before a handler sees them; each waits until the hub has been loaded."""

    def __init__(
        self,
        hub: Hub,
        publish_token: str,
        settings: BusSettings,
        earlier_starts: Collection[str] = (),
    ) -> None:
        self._hub, self._token, self._settings = hub, publish_token, settings
        self._earlier = frozenset(earlier_starts)
        self._starts = start_token(publish_token)

    def for_publishers(self, handler: Handler) -> Handler:
        """With the publish token, in the header alone."""
        return self._guarded(handler, lambda request: has_token(request, self._token))

    def for_readers(self, handler: Handler) -> Handler:
        """With the read token where there is one; in the query too. Who may start may read."""
        return self._guarded(handler, self._may_read)

    def for_starters(self, handler: Handler) -> Handler:
        """With the start token or the publish token, in the header alone. Whose start token is of
        before the bus was started anew is told so.
        """

        async def answer(request: Request) -> Response:
            if self.is_earlier_start(request):
                raise Refused(HTTPStatus.UNAUTHORIZED, "earlier_start", why=EARLIER_START)
            return await handler(request)

        return self._guarded(answer, lambda r: self.may_start(r) or self.is_earlier_start(r))

    def is_earlier_start(self, request: HTTPConnection) -> bool:
        """Whether it bears a start token that held before, and does not any more."""
        known = start_digest(bearer_of(request)) in self._earlier
        return known and not self.may_start(request)

    def may_start(self, request: HTTPConnection) -> bool:
        return has_token(request, self._starts) or has_token(request, self._token)

    async def admits(self, socket: WebSocket) -> bool:
        """Accept the socket and count its viewer, or refuse it: 403 before the handshake, 1013
        where there is no room, 1012 where the bus cannot reach its store.
        """
        allowed = is_own_origin(socket, self._settings.allowed_origins)
        if not allowed or not self._may_read(socket):
            await socket.close(CloseCode.POLICY)
            return False
        await socket.accept()
        try:
            await self._hub.loaded()
        except StoreUnavailable:
            await self._send_away(socket, CloseCode.COME_AGAIN, "store unavailable")
            return False
        if not self._has_room(socket):
            await self._send_away(socket, CloseCode.TRY_LATER, "full")
            return False
        self._hub.attendance.enter(_address(socket))
        return True

    async def _send_away(self, socket: WebSocket, code: CloseCode, why: str) -> None:
        self._hub.metrics.drops.labels(code=int(code)).inc()
        await socket.close(code, why)

    def admit(self, request: Request) -> None:
        """Count a viewer who comes by HTTP, or refuse him where there is no room."""
        if not self._has_room(request):
            raise Refused(HTTPStatus.TOO_MANY_REQUESTS, "full")
        self._hub.attendance.enter(_address(request))

    def _has_room(self, viewer: HTTPConnection) -> bool:
        return not self._hub.closing and self._hub.attendance.has_room(_address(viewer))

    def _may_read(self, connection: HTTPConnection) -> bool:
        tokens = (self._settings.read_token, self._starts)
        return any(has_token(connection, token, in_query=True) for token in tokens)

    def _guarded(self, handler: Handler, may: Callable[[Request], bool]) -> Handler:
        async def loaded(request: Request) -> Response:
            await self._hub.loaded()
            return await handler(request)

        async def answer(request: Request) -> Response:
            answer = await answer_of(loaded, request, may=may(request))
            if answer.status_code >= HTTPStatus.BAD_REQUEST:
                self._hub.metrics.refused.labels(status=answer.status_code).inc()
            return answer

        return answer


def _address(connection: HTTPConnection) -> str:
    return connection.client.host if connection.client is not None else ""
