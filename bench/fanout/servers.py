"""The servers that are compared: `python -m bench.fanout.servers bus|naive|broadcast FOLDER`.

Each takes events at `POST /api/events` and tells one line of JSON when it listens: `url` to post
to, `port` and `path` to watch. Compression is off in all of them.
"""

from __future__ import annotations

import asyncio
import json
import resource
import socket
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect
from websockets.asyncio.server import ServerConnection, broadcast, serve

from bench.fanout.posting import EPISODE, TOKEN
from spectator import BusServer, BusSettings

PATH: Final = f"/api/streams/{EPISODE}/1/ws"
_RUNNING: Final[list[asyncio.Task[None]]] = []  # or they would be collected
_LONG_S: Final = 3_600.0  # nobody is pinged: the viewers only read

Fan = Callable[[list[dict[str, Any]]], Awaitable[None]]


async def bus(folder: Path) -> None:
    settings = BusSettings(max_viewers=10_000, max_connections=10_000, ping_s=_LONG_S)
    async with BusServer(folder / "bus.sqlite", publish_token=TOKEN, settings=settings) as running:
        _tell(running.url, running.port)
        await asyncio.Event().wait()


async def naive(_: Path) -> None:
    """The loop that everybody writes first."""
    viewers: set[WebSocket] = set()

    async def watch(viewer: WebSocket) -> None:
        await viewer.accept()
        viewers.add(viewer)
        try:
            while True:
                await viewer.receive_text()
        except WebSocketDisconnect:
            viewers.discard(viewer)

    async def fan(events: list[dict[str, Any]]) -> None:
        for event in events:
            for viewer in list(viewers):
                await viewer.send_json(event)

    port = _serving(fan, WebSocketRoute(PATH, watch))
    _tell(f"http://127.0.0.1:{port}", port)
    await asyncio.Event().wait()


async def library(_: Path) -> None:
    """`websockets.broadcast`, over connections of its own server."""
    viewers: set[ServerConnection] = set()

    async def watch(connection: ServerConnection) -> None:
        viewers.add(connection)
        await connection.wait_closed()
        viewers.discard(connection)

    async def fan(events: list[dict[str, Any]]) -> None:
        for event in events:
            broadcast(viewers, json.dumps(event, separators=(",", ":")))

    port = _serving(fan)
    async with serve(watch, "127.0.0.1", 0, compression=None, ping_interval=None) as watched:
        _tell(f"http://127.0.0.1:{port}", watched.sockets[0].getsockname()[1])
        await asyncio.Event().wait()


def _serving(fan: Fan, *routes: WebSocketRoute) -> int:
    """The port of a server that hands what is posted to `fan`."""

    async def publish(request: Request) -> Response:
        await fan(json.loads(await request.body()))
        return JSONResponse({})

    app = Starlette(routes=[Route("/api/events", publish, methods=["POST"]), *routes])
    config = uvicorn.Config(
        app,
        http="h11",
        ws="websockets-sansio",
        log_level="critical",
        ws_per_message_deflate=False,
        ws_ping_interval=None,
    )
    listener = socket.create_server(("127.0.0.1", 0), backlog=4_096)
    _RUNNING.append(asyncio.create_task(uvicorn.Server(config).serve([listener])))
    port: int = listener.getsockname()[1]
    return port


def _tell(url: str, port: int) -> None:
    sys.stdout.write(json.dumps({"url": url, "port": port, "path": PATH}) + "\n")
    sys.stdout.flush()


SERVERS: Final = {"bus": bus, "naive": naive, "broadcast": library}


if __name__ == "__main__":
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    asyncio.run(SERVERS[sys.argv[1]](Path(sys.argv[2])))
