"""Who is let in at a route of the bus: by token, by origin, and while there is room."""

from __future__ import annotations

from http import HTTPStatus

from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.websockets import WebSocket

from spectator.guard import has_token, is_own_origin
from spectator.hub import Hub
from spectator.messages import CloseCode
from spectator.refusing import Handler, Refused, answer_of
from spectator.settings import BusSettings
from spectator.store import StoreUnavailable


class Access:
    """Checks requests before a handler sees them; each waits until the hub has been loaded."""

    def __init__(self, hub: Hub, publish_token: str, settings: BusSettings) -> None:
        self._hub, self._token, self._settings = hub, publish_token, settings

    def for_publishers(self, handler: Handler) -> Handler:
        """With the publish token, in the header alone."""
        return self._guarded(handler, self._token, in_query=False)

    def for_readers(self, handler: Handler) -> Handler:
        """With the read token where there is one; in the query too."""
        return self._guarded(handler, self._settings.read_token, in_query=True)

    async def admits(self, socket: WebSocket) -> bool:
        """Accept the socket and count its viewer, or refuse it: 403 before the handshake, 1013
        where there is no room, 1012 where the bus cannot reach its store.
        """
        allowed = is_own_origin(socket, self._settings.allowed_origins)
        if not allowed or not has_token(socket, self._settings.read_token, in_query=True):
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

    def _guarded(self, handler: Handler, token: str | None, *, in_query: bool) -> Handler:
        async def loaded(request: Request) -> Response:
            await self._hub.loaded()
            return await handler(request)

        async def answer(request: Request) -> Response:
            may = has_token(request, token, in_query=in_query)
            answer = await answer_of(loaded, request, may=may)
            if answer.status_code >= HTTPStatus.BAD_REQUEST:
                self._hub.metrics.refused.labels(status=answer.status_code).inc()
            return answer

        return answer


def _address(connection: HTTPConnection) -> str:
    return connection.client.host if connection.client is not None else ""
