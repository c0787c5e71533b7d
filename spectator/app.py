"""The bus as an ASGI application: publishers post, viewers read and watch, the page is served."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import asdict
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

from starlette.applications import Starlette
from starlette.convertors import IntegerConvertor, register_url_convertor
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocket

from engine.events import parse_event
from spectator.asking import Asking
from spectator.frames import EMPTY, fold
from spectator.guard import KnownHosts, StrictHeaders, has_token, host_in, is_own_origin
from spectator.hub import READ_AHEAD, Hub
from spectator.ingest import BadEvents, batches_of, parse_events, read_body
from spectator.refusing import (
    MAX_DIGITS,
    Handler,
    Refused,
    answer_of,
    error_answer,
    invalid,
    number_in,
)
from spectator.settings import DEFAULTS, BusSettings
from spectator.store import Appended, AppendStatus, EventStore, Line, StoreUnavailable, StreamInfo
from spectator.streams import MAX_ATTEMPT_DIGITS, StreamKind, StreamName, stream_name, stream_of
from spectator.viewer import CloseCode, Viewer
from spectator.views import featured_view, stream_view

COCKPIT: Final = Path(__file__).parent / "cockpit"
FENCE_HEADER: Final = "x-captains-fence"
MAX_FENCE: Final = 2**63 - 1  # what SQLite stores
MAX_SEARCH: Final = 200


class _AttemptConvertor(IntegerConvertor):
    """A number that is short enough to be read; a longer one is no path of ours."""

    regex = f"[0-9]{{1,{MAX_ATTEMPT_DIGITS}}}"


register_url_convertor("attempt", _AttemptConvertor())


def create_app(
    store: EventStore,
    *,
    publish_token: str,
    settings: BusSettings = DEFAULTS,
    hosts: frozenset[str] | None = None,
) -> Starlette:
    """The application over `store`. `app.state.hub` counts viewers and closes them.

    With `hosts` it answers to these names only, and to those of the allowed origins: give them
    where it is reached on loopback, and nowhere else.
    """
    return Bus(store, publish_token, settings).app(hosts)


class Bus:
    """The handlers, over one store and one hub."""

    def __init__(self, store: EventStore, publish_token: str, settings: BusSettings) -> None:
        self._store = store
        self._token = publish_token
        self._settings = settings
        self._hub = Hub(store, settings)
        self._asking = Asking(publish_token, settings)
        self._loading: asyncio.Task[None] | None = None

    def app(self, hosts: frozenset[str] | None = None) -> Starlette:
        guards = [Middleware(StrictHeaders)]
        if hosts is not None:
            allowed = filter(None, map(host_in, self._settings.allowed_origins))
            guards.append(Middleware(KnownHosts, hosts=hosts.union(allowed)))
        app = Starlette(routes=self._routes(), middleware=guards)
        app.state.hub, app.state.questions = self._hub, self._asking.questions
        return app

    def _routes(self) -> list[BaseRoute]:
        one = "/api/streams/{episode_id:path}/{attempt:attempt}"
        return [
            Route("/", _page),
            Route("/healthz", self._health),
            Route("/api/events", self._guarded(self._publish), methods=["POST"]),
            Route(one + "/events", self._guarded(self._publish_one), methods=["POST"]),
            Route("/api/featured", self._guarded(self._featured)),
            Route("/api/runs", self._guarded(self._runs)),
            Route("/api/streams", self._guarded(self._streams)),
            Route("/api/runs/{name:path}/{attempt:attempt}", self._guarded(self._run)),
            Route(one, self._guarded(self._stream)),
            Route(one + "/events", self._guarded(self._events)),
            Route(one + "/frame", self._guarded(self._frame)),
            Route(one + "/export.jsonl", self._guarded(self._export)),
            WebSocketRoute("/api/featured/ws", self._watch_featured),
            WebSocketRoute(one + "/ws", self._watch),
            *self._asking.routes(),
            Mount("/static", StaticFiles(directory=COCKPIT)),
        ]

    def _guarded(self, handler: Handler) -> Handler:
        """Check the token, and answer `Refused` in one shape."""

        async def loaded(request: Request) -> Response:
            await self._load()
            return await handler(request)

        async def answer(request: Request) -> Response:
            writes = request.method == "POST"
            token = self._token if writes else self._settings.read_token
            may = has_token(request, token, in_query=not writes)
            return await answer_of(loaded, request, may=may)

        return answer

    async def _load(self) -> None:
        """Once, for everybody who waits; after a failure the next request tries again."""
        if self._loading is None or _has_failed(self._loading):
            self._loading = asyncio.create_task(self._hub.load())
        await asyncio.shield(self._loading)  # who goes away does not take it with him

    # --- publishers ----------------------------------------------------------------------------

    async def _publish(self, request: Request) -> Response:
        """Events of any streams; every stream's fate is told on its own."""
        done = await self._append(request, None)
        return JSONResponse({"results": [_result(one) for one in done]})

    async def _publish_one(self, request: Request) -> Response:
        """Events of one stream; a batch that does not fit is a 409 with the number that does."""
        stream = _stream_in(request)
        done = await self._append(request, stream)
        if not done:
            return JSONResponse({"next": await self._next_seq(stream)})
        if done[0].status is AppendStatus.OK:
            return JSONResponse({"next": done[0].next_seq})
        return error_answer(HTTPStatus.CONFLICT, done[0].status.value, next=done[0].next_seq)

    async def _append(self, request: Request, only: StreamName | None) -> list[Appended]:
        fence = _fence_in(request)
        try:
            events = parse_events(await read_body(request, self._settings.max_body_bytes))
        except BadEvents as error:
            raise invalid(**asdict(error.bad)) from None
        for index, event in enumerate(events):
            if only is not None and stream_of(event) != only:
                raise invalid(index=index, field="episode_id", why="belongs to another stream")
        if not events:
            return []
        done = await self._store.append(batches_of(events), fence)
        self._hub.published(done, fence)
        return done

    async def _next_seq(self, stream: StreamName) -> int:
        info = await self._store.info(stream)
        return info.last_seq + 1 if info else 1

    # --- readers -------------------------------------------------------------------------------

    async def _health(self, _: Request) -> Response:
        """Whether the bus can do its work: 503 while it cannot reach its store."""
        status, code = "ok", HTTPStatus.OK
        try:
            await self._load()
            await self._store.featured()
        except StoreUnavailable:
            status, code = "store_unavailable", HTTPStatus.SERVICE_UNAVAILABLE
        told = {"status": status, "epoch": self._store.epoch, "viewers": self._hub.viewers}
        return JSONResponse(told, code)

    async def _featured(self, _: Request) -> Response:
        return JSONResponse(featured_view(self._hub.featured))

    async def _streams(self, request: Request) -> Response:
        return await self._list(request, StreamKind.MATCH)

    async def _runs(self, request: Request) -> Response:
        return await self._list(request, StreamKind.RUN)

    async def _list(self, request: Request, kind: StreamKind) -> Response:
        limit = number_in(request, "limit", 100, 1, self._settings.page_limit)
        search = request.query_params.get("search", "").strip()
        if len(search) > MAX_SEARCH:
            raise invalid(index=None, field="search", why=f"at most {MAX_SEARCH} characters")
        page = await self._store.streams(kind, limit=limit, search=search)
        return JSONResponse(
            {
                "epoch": self._store.epoch,
                "featured": featured_view(self._hub.featured),
                "total": page.total,
                "streams": [stream_view(info) for info in page.streams],
            }
        )

    async def _stream(self, request: Request) -> Response:
        return JSONResponse(stream_view(await self._known(_stream_in(request))))

    async def _run(self, request: Request) -> Response:
        stream = stream_name(f"run:{request.path_params['name']}", request.path_params["attempt"])
        info = await self._known(stream)
        return JSONResponse(
            {**stream_view(info), "last_event": parse_event(info.last).model_dump(mode="json")}
        )

    async def _events(self, request: Request) -> Response:
        info = await self._known(_stream_in(request))
        after = number_in(request, "after", 0, 0, MAX_FENCE)
        limit = number_in(request, "limit", self._settings.page_limit, 1, self._settings.page_limit)
        lines = await self._store.read(info.stream, after, limit)
        body = ",".join(line.text for line in lines)
        top = max([info.last_seq, *(line.seq for line in lines)])
        text = f'{{"epoch":"{self._store.epoch}","top":{top},"events":[{body}]}}'
        return Response(text, media_type="application/json")

    async def _frame(self, request: Request) -> Response:
        """The view model at the top, so that a late joiner has the state at once."""
        info = await self._known(_stream_in(request))
        lines = [line async for page in self._pages(info.stream) for line in page]
        frame = await asyncio.to_thread(_folded, lines)
        return JSONResponse({"epoch": self._store.epoch, "frame": frame})

    async def _export(self, request: Request) -> Response:
        info = await self._known(_stream_in(request))

        async def lines() -> AsyncIterator[str]:
            async for page in self._pages(info.stream):
                yield "".join(f"{line.text}\n" for line in page)

        return StreamingResponse(lines(), media_type="application/x-ndjson")

    async def _pages(self, stream: StreamName) -> AsyncIterator[list[Line]]:
        after = 0
        while page := await self._store.read(stream, after, READ_AHEAD):
            yield page
            after = page[-1].seq

    async def _known(self, stream: StreamName) -> StreamInfo:
        info = await self._store.info(stream)
        if info is None:
            raise Refused(HTTPStatus.NOT_FOUND, "unknown_stream")
        return info

    # --- viewers -------------------------------------------------------------------------------

    async def _watch(self, socket: WebSocket) -> None:
        if await self._admit(socket):
            stream = stream_name(socket.path_params["episode_id"], socket.path_params["attempt"])
            viewer = Viewer(socket, self._hub, self._settings)
            await viewer.watch(stream, _after(socket), socket.query_params.get("epoch"))

    async def _watch_featured(self, socket: WebSocket) -> None:
        if await self._admit(socket):
            stream = StreamName(socket.query_params.get("stream", ""))
            viewer = Viewer(socket, self._hub, self._settings)
            await viewer.watch_featured(stream, _after(socket), socket.query_params.get("epoch"))

    async def _admit(self, socket: WebSocket) -> bool:
        """Accept the socket, or refuse it: 403 before the handshake, 1013 where the bus is full."""
        allowed = is_own_origin(socket, self._settings.allowed_origins)
        if not allowed or not has_token(socket, self._settings.read_token, in_query=True):
            await socket.close(CloseCode.POLICY)
            return False
        await socket.accept()
        try:
            await self._load()
        except StoreUnavailable:
            await socket.close(CloseCode.TRY_LATER, "store unavailable")
            return False
        if self._hub.viewers >= self._settings.max_viewers or self._hub.closing:
            await socket.close(CloseCode.TRY_LATER, "full")
            return False
        return True


def _has_failed(task: asyncio.Task[None]) -> bool:
    return task.done() and (task.cancelled() or task.exception() is not None)


async def _page(_: Request) -> Response:
    return FileResponse(COCKPIT / "index.html")


def _folded(lines: list[Line]) -> dict[str, Any]:
    frame = EMPTY
    for line in lines:
        frame = fold(frame, parse_event(line.text))
    return asdict(frame)


def _stream_in(request: Request) -> StreamName:
    return stream_name(request.path_params["episode_id"], request.path_params["attempt"])


def _fence_in(request: Request) -> int | None:
    given = request.headers.get(FENCE_HEADER)
    if given is None:
        return None
    if not given.isdecimal() or len(given) > MAX_DIGITS or not 0 < int(given) <= MAX_FENCE:
        raise invalid(index=None, field=FENCE_HEADER, why="a whole number above 0")
    return int(given)


def _after(socket: WebSocket) -> int:
    given = socket.query_params.get("after", "0")
    return int(given) if given.isdecimal() and len(given) < MAX_DIGITS else 0


def _result(one: Appended) -> dict[str, Any]:
    return {"stream": one.stream, "status": one.status.value, "next": one.next_seq}
