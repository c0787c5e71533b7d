"""Viewers watch over a WebSocket: one stream, or whatever is featured."""

from __future__ import annotations

from starlette.routing import BaseRoute, WebSocketRoute
from starlette.websockets import WebSocket

from spectator.access import Access
from spectator.hub import Hub
from spectator.paths import STREAM, stream_in
from spectator.refusing import MAX_DIGITS
from spectator.settings import BusSettings
from spectator.streams import StreamName
from spectator.viewer import Viewer


class Watching:
    """The handlers that follow what is published."""

    def __init__(self, hub: Hub, access: Access, settings: BusSettings) -> None:
        self._hub, self._access, self._settings = hub, access, settings

    def routes(self) -> list[BaseRoute]:
        return [
            WebSocketRoute("/api/featured/ws", self._watch_featured),
            WebSocketRoute(STREAM + "/ws", self._watch),
        ]

    async def _watch(self, socket: WebSocket) -> None:
        if await self._access.admits(socket):
            viewer = Viewer(socket, self._hub, self._settings)
            await viewer.watch(stream_in(socket), _after(socket), socket.query_params.get("epoch"))

    async def _watch_featured(self, socket: WebSocket) -> None:
        if await self._access.admits(socket):
            stream = StreamName(socket.query_params.get("stream", ""))
            viewer = Viewer(socket, self._hub, self._settings)
            await viewer.watch_featured(stream, _after(socket), socket.query_params.get("epoch"))


def _after(socket: WebSocket) -> int:
    given = socket.query_params.get("after", "0")
    return int(given) if given.isdecimal() and len(given) < MAX_DIGITS else 0
