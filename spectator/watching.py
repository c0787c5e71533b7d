"""Viewers watch one stream, or whatever is featured: over a WebSocket, or by server-sent events."""

from __future__ import annotations

from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket

from spectator.access import Access
from spectator.eventstream import EventStream, rejoined
from spectator.following import Follower, Join, pushing_of
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
        guarded = self._access.for_readers
        return [
            WebSocketRoute("/api/featured/ws", self._watch_featured),
            WebSocketRoute(STREAM + "/ws", self._watch),
            Route("/api/featured/sse", guarded(self._stream_featured)),
            Route(STREAM + "/sse", guarded(self._stream)),
        ]

    async def _watch(self, socket: WebSocket) -> None:
        if await self._access.admits(socket):
            follower = self._follower(socket)
            await self._viewer(socket, follower).watch(follower.one(stream_in(socket)))

    async def _watch_featured(self, socket: WebSocket) -> None:
        if await self._access.admits(socket):
            follower = self._follower(socket)
            await self._viewer(socket, follower).watch(follower.featured())

    async def _stream(self, request: Request) -> Response:
        self._access.admit(request)
        follower = Follower(self._hub, self._settings, rejoined(request, _join_in(request)))
        return EventStream(follower.one(stream_in(request)), follower, self._hub, featured=False)

    async def _stream_featured(self, request: Request) -> Response:
        self._access.admit(request)
        follower = Follower(self._hub, self._settings, rejoined(request, _join_in(request)))
        return EventStream(follower.featured(), follower, self._hub, featured=True)

    def _follower(self, socket: WebSocket) -> Follower:
        return Follower(self._hub, self._settings, _join_in(socket), pushing_of(socket.scope))

    def _viewer(self, socket: WebSocket, follower: Follower) -> Viewer:
        return Viewer(socket, follower, self._hub, self._settings)


def _join_in(connection: HTTPConnection) -> Join:
    """What the query says of where the viewer comes in; what is no number there counts as 0."""
    query = connection.query_params
    after = query.get("after", "0")
    return Join(
        after=int(after) if after.isdecimal() and len(after) < MAX_DIGITS else 0,
        epoch=query.get("epoch"),
        stream=StreamName(query.get("stream", "")),
        snapshots=query.get("join") == "snapshot",
    )
