"""Readers ask over HTTP: what there is, one stream's events, its frame, its export."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from spectator.access import Access
from spectator.hub import READ_AHEAD, Hub
from spectator.paths import STREAM, stream_in
from spectator.refusing import MAX_NUMBER, Refused, number_in
from spectator.settings import BusSettings
from spectator.store import Line, StreamInfo
from spectator.streams import StreamName
from spectator.taken import as_it_came
from spectator.views import featured_view, stream_view


class Reading:
    """The handlers that only read."""

    def __init__(self, hub: Hub, access: Access, settings: BusSettings) -> None:
        self._hub, self._store = hub, hub.store
        self._access, self._settings = access, settings

    def routes(self) -> list[BaseRoute]:
        guarded = self._access.for_readers
        return [
            Route("/api/featured", guarded(self._featured)),
            Route(STREAM, guarded(self._stream)),
            Route(STREAM + "/events", guarded(self._events)),
            Route(STREAM + "/frame", guarded(self._frame)),
            Route(STREAM + "/export.jsonl", guarded(self._export)),
        ]

    async def _featured(self, _: Request) -> Response:
        return JSONResponse(featured_view(self._hub.featured))

    async def _stream(self, request: Request) -> Response:
        info = await self._known(stream_in(request))
        with as_it_came(self._store):
            return JSONResponse(stream_view(info))

    async def _events(self, request: Request) -> Response:
        """The events after a number; with `wait_s`, once there is something that the asker does not
        have, if it comes in time.
        """
        info = await self._known(stream_in(request))
        after = number_in(request, "after", 0, 0, MAX_NUMBER)
        limit = number_in(request, "limit", self._settings.page_limit, 1, self._settings.page_limit)
        wait_s = number_in(request, "wait_s", 0, 0, self._settings.max_wait_s)
        had = request.headers.get("if-none-match")
        page = await self._page(info.stream, after, limit)
        if wait_s and (page.tag == had or not page.lines):
            await self._hub.grown(info.stream, page.top, wait_s)
            page = await self._page(info.stream, after, limit)
        if page.tag == had:
            return Response(status_code=HTTPStatus.NOT_MODIFIED, headers={"etag": page.tag})
        return Response(page.text, media_type="application/json", headers={"etag": page.tag})

    async def _page(self, stream: StreamName, after: int, limit: int) -> _Page:
        info = await self._known(stream)
        lines = await self._store.read(stream, after, limit)
        top = max([info.last_seq, *(line.seq for line in lines)])
        return _Page(epoch=self._store.epoch, top=top, lines=lines)

    async def _frame(self, request: Request) -> Response:
        """The view model at the top, so that a late joiner has the state at once."""
        info = await self._known(stream_in(request))
        snapshot = await self._hub.snapshots.of(info.stream, info.last_seq)
        if snapshot is None:
            raise Refused(HTTPStatus.NOT_FOUND, "no_frame")
        text = f'{{"epoch":"{self._store.epoch}","frame":{snapshot.frame}}}'
        return Response(text, media_type="application/json")

    async def _export(self, request: Request) -> Response:
        info = await self._known(stream_in(request))
        first = await self._store.read(info.stream, 0, READ_AHEAD)  # while it can be refused

        async def lines() -> AsyncIterator[str]:
            async for page in self._pages(info.stream, first):
                yield "".join(f"{line.text}\n" for line in page)

        return StreamingResponse(lines(), media_type="application/x-ndjson")

    async def _pages(self, stream: StreamName, page: list[Line]) -> AsyncIterator[list[Line]]:
        """From this one on."""
        while page:
            yield page
            page = await self._store.read(stream, page[-1].seq, READ_AHEAD)

    async def _known(self, stream: StreamName) -> StreamInfo:
        info = await self._store.info(stream)
        if info is None:
            raise Refused(HTTPStatus.NOT_FOUND, "unknown_stream")
        return info


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    """Some events of a stream, and the highest number that it has."""

    epoch: str
    top: int
    lines: Sequence[Line]

    @property
    def tag(self) -> str:
        """The same for the same answer to the same address."""
        last = self.lines[-1].seq if self.lines else 0
        return f'"{self.epoch}:{last}:{self.top}"'

    @property
    def text(self) -> str:
        body = ",".join(line.text for line in self.lines)
        return f'{{"epoch":"{self.epoch}","top":{self.top},"events":[{body}]}}'
