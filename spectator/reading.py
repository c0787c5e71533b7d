"""Readers ask over HTTP: what there is, one stream's events, its frame, its export."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import asdict
from http import HTTPStatus
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from engine.events import parse_event
from spectator.access import Access
from spectator.frames import EMPTY, fold
from spectator.hub import READ_AHEAD, Hub
from spectator.paths import RUN, STREAM, stream_in
from spectator.refusing import MAX_NUMBER, Refused, invalid, number_in
from spectator.settings import BusSettings
from spectator.store import Line, StoreUnavailable, StreamInfo
from spectator.streams import StreamKind, StreamName, run_stream
from spectator.views import featured_view, stream_view

MAX_SEARCH: Final = 200


class Reading:
    """The handlers that only read."""

    def __init__(self, hub: Hub, access: Access, settings: BusSettings) -> None:
        self._hub, self._store = hub, hub.store
        self._access, self._settings = access, settings

    def routes(self) -> list[BaseRoute]:
        guarded = self._access.for_readers
        return [
            Route("/healthz", self._health),
            Route("/api/featured", guarded(self._featured)),
            Route("/api/runs", guarded(self._runs)),
            Route("/api/streams", guarded(self._streams)),
            Route(RUN, guarded(self._run)),
            Route(STREAM, guarded(self._stream)),
            Route(STREAM + "/events", guarded(self._events)),
            Route(STREAM + "/frame", guarded(self._frame)),
            Route(STREAM + "/export.jsonl", guarded(self._export)),
        ]

    async def _health(self, _: Request) -> Response:
        """Whether the bus can do its work: 503 while it cannot reach its store."""
        status, code = "ok", HTTPStatus.OK
        try:
            await self._hub.loaded()
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
        return JSONResponse(stream_view(await self._known(stream_in(request))))

    async def _run(self, request: Request) -> Response:
        stream = run_stream(request.path_params["name"], request.path_params["attempt"])
        info = await self._known(stream)
        return JSONResponse(
            {**stream_view(info), "last_event": parse_event(info.last).model_dump(mode="json")}
        )

    async def _events(self, request: Request) -> Response:
        info = await self._known(stream_in(request))
        after = number_in(request, "after", 0, 0, MAX_NUMBER)
        limit = number_in(request, "limit", self._settings.page_limit, 1, self._settings.page_limit)
        lines = await self._store.read(info.stream, after, limit)
        body = ",".join(line.text for line in lines)
        top = max([info.last_seq, *(line.seq for line in lines)])
        text = f'{{"epoch":"{self._store.epoch}","top":{top},"events":[{body}]}}'
        return Response(text, media_type="application/json")

    async def _frame(self, request: Request) -> Response:
        """The view model at the top, so that a late joiner has the state at once."""
        info = await self._known(stream_in(request))
        lines = [line async for page in self._pages(info.stream) for line in page]
        frame = await asyncio.to_thread(_folded, lines)
        return JSONResponse({"epoch": self._store.epoch, "frame": frame})

    async def _export(self, request: Request) -> Response:
        info = await self._known(stream_in(request))

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


def _folded(lines: list[Line]) -> dict[str, Any]:
    frame = EMPTY
    for line in lines:
        frame = fold(frame, parse_event(line.text))
    return asdict(frame)
