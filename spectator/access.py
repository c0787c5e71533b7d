"""Who is let in at a route of the bus: by token, by origin, and while there is room."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.websockets import WebSocket

from spectator.guard import has_token, is_own_origin
from spectator.hub import Hub
from spectator.refusing import Handler, answer_of
from spectator.settings import BusSettings
from spectator.store import StoreUnavailable
from spectator.viewer import CloseCode


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
        """Accept the socket, or refuse it: 403 before the handshake, 1013 where the bus is full,
        1012 where it cannot reach its store.
        """
        allowed = is_own_origin(socket, self._settings.allowed_origins)
        if not allowed or not has_token(socket, self._settings.read_token, in_query=True):
            await socket.close(CloseCode.POLICY)
            return False
        await socket.accept()
        try:
            await self._hub.loaded()
        except StoreUnavailable:
            await socket.close(CloseCode.COME_AGAIN, "store unavailable")
            return False
        if self._hub.viewers >= self._settings.max_viewers or self._hub.closing:
            await socket.close(CloseCode.TRY_LATER, "full")
            return False
        return True

    def _guarded(self, handler: Handler, token: str | None, *, in_query: bool) -> Handler:
        async def loaded(request: Request) -> Response:
            await self._hub.loaded()
            return await handler(request)

        async def answer(request: Request) -> Response:
            return await answer_of(
                loaded, request, may=has_token(request, token, in_query=in_query)
            )

        return answer
