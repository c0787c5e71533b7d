"""Runs the bus: in a thread of its own, or inside an event loop, on a port that it tells.

Starts in a moment and stops within a second: viewers are told 1001, sockets that take nothing are
cut.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import socket
import threading
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import uvicorn
from starlette.applications import Starlette

from engine.tool_captains.services import sendable
from spectator.app import create_app
from spectator.connections import CUT_AFTER_S, ConnectionConfig
from spectator.hub import Hub
from spectator.questions import Questions
from spectator.settings import DEFAULTS, LOOPBACK, BusSettings
from spectator.starts import Starter
from spectator.store import EventStore, open_store

START_TIMEOUT_S: Final = 10.0


class RefusedToBind(Exception):
    """The bus will not listen there: a host that others can reach needs a read token."""


class BusServer:
    """The bus on a port.

    `with BusServer() as bus:` runs it in a thread, `async with` in the running loop. `bus.url` and
    `bus.publish_token` are what a publisher needs. A store given as a path is opened and closed
    here. A `starter` is asked in the loop that serves the bus. Raises `RefusedToBind`, and
    `MissingSecret` for a publish token that no header holds.
    """

    def __init__(
        self,
        store: EventStore | Path | str = ":memory:",
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        publish_token: str | None = None,
        settings: BusSettings = DEFAULTS,
        starter: Starter | None = None,
        earlier_starts: Collection[str] = (),
    ) -> None:
        if host not in LOOPBACK and not settings.read_token:
            raise RefusedToBind(f"{host} can be reached from outside: set a read token")
        # One that no header holds would let nobody in, and break whoever sends it.
        self.publish_token = sendable("publish token", publish_token or secrets.token_urlsafe(32))
        self._host, self._wanted_port, self._settings = host, port, settings
        self._starter, self._earlier_starts = starter, earlier_starts
        self._opens = isinstance(store, (str, Path))
        self._store = store
        self._server: _Server | None = None
        self._port: int | None = None
        self._task: asyncio.Task[None] | None = None
        self._thread: threading.Thread | None = None

    @property
    def port(self) -> int:
        """The port that it listens on; known once it has been started."""
        if self._port is None:
            raise RuntimeError("the bus has not been started")
        return self._port

    @property
    def url(self) -> str:
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self.port}"

    # --- in a thread ---------------------------------------------------------------------------

    def start(self) -> None:
        """Listen, in a thread of its own; returns when the bus answers."""
        ready = threading.Event()
        server, listener = self._prepare(ready.set)
        self._thread = threading.Thread(
            target=asyncio.run, args=(self._serve(server, listener),), name="captains-bus"
        )
        self._thread.start()
        if not ready.wait(START_TIMEOUT_S):
            self.stop()
            raise RuntimeError("the bus did not start")

    def stop(self) -> None:
        """Close every viewer and the port. Safe to call twice."""
        if self._server is not None:
            self._server.should_exit = True
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    # --- in the running loop -------------------------------------------------------------------

    async def __aenter__(self) -> Self:
        ready = asyncio.Event()
        server, listener = self._prepare(ready.set)
        self._task = asyncio.get_running_loop().create_task(self._serve(server, listener))
        await ready.wait()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._server is not None and self._task is not None:
            self._server.should_exit = True
            await self._task
            self._task = None

    # --- both ----------------------------------------------------------------------------------

    def _prepare(self, ready: Callable[[], None]) -> tuple[_Server, socket.socket]:
        """Bind first, so that the port is known and a port in use is the caller's error."""
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        listener = socket.create_server((self._host, self._wanted_port), family=family)
        self._port = listener.getsockname()[1]
        store = self._store
        if isinstance(store, (str, Path)):
            try:
                store = open_store(store)
            except BaseException:
                listener.close()
                raise
        app = create_app(
            store,
            publish_token=self.publish_token,
            settings=self._settings,
            hosts=LOOPBACK if self._host in LOOPBACK else None,
            starter=self._starter,
            earlier_starts=self._earlier_starts,
        )
        self._server = _Server(app, store, self._settings, ready)
        return self._server, listener

    async def _serve(self, server: _Server, listener: socket.socket) -> None:
        try:
            await server.serve([listener])
        finally:
            listener.close()
            if self._opens:
                await server.store.aclose()


class _Server(uvicorn.Server):
    """uvicorn without its signal handlers and its log, and with a quick end."""

    def __init__(
        self,
        app: Starlette,
        store: EventStore,
        settings: BusSettings,
        ready: Callable[[], None],
    ) -> None:
        self._hub: Hub = app.state.hub
        super().__init__(ConnectionConfig(app, settings, self._hub.metrics))
        self.store = store
        self._questions: Questions = app.state.questions
        self._ready = ready

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals belong to whoever started the bus."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._questions.close()
        await self._hub.close(CUT_AFTER_S)
        await super().shutdown(sockets)
