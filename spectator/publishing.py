"""Publishers post events: of one stream, or of many in one request."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from http import HTTPStatus
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from spectator.access import Access
from spectator.hub import Hub
from spectator.ingest import BadEvents, batches_of, parse_events, read_body
from spectator.paths import STREAM, stream_in
from spectator.refusing import MAX_DIGITS, MAX_NUMBER, error_answer, invalid
from spectator.settings import BusSettings
from spectator.store import Appended, AppendStatus, Batch, Entry
from spectator.streams import StreamName, stream_of

FENCE_HEADER: Final = "x-captains-fence"


class Publishing:
    """The handlers that put events into the store, and from there on the air."""

    def __init__(self, hub: Hub, access: Access, settings: BusSettings) -> None:
        self._hub, self._access, self._settings = hub, access, settings

    def routes(self) -> list[BaseRoute]:
        guarded = self._access.for_publishers
        return [
            Route("/api/events", guarded(self._publish), methods=["POST"]),
            Route(STREAM + "/events", guarded(self._publish_one), methods=["POST"]),
        ]

    async def _publish(self, request: Request) -> Response:
        """Events of any streams; every stream's fate is told on its own."""
        done = await self._append(request, None)
        return JSONResponse({"results": [_result(one) for one in done]})

    async def _publish_one(self, request: Request) -> Response:
        """Events of one stream; a batch that does not fit is a 409 with the number that does."""
        stream = stream_in(request)
        done = await self._append(request, stream)
        if not done:
            return JSONResponse({"next": await self._next_seq(stream)})
        if done[0].status is AppendStatus.OK:
            return JSONResponse({"next": done[0].next_seq})
        full = done[0].status is AppendStatus.TOO_MANY_STREAMS
        status = HTTPStatus.INSUFFICIENT_STORAGE if full else HTTPStatus.CONFLICT
        return error_answer(status, done[0].status.value, next=done[0].next_seq)

    async def _append(self, request: Request, only: StreamName | None) -> list[Appended]:
        fence = _fence_in(request)
        try:
            events = parse_events(
                await read_body(request, self._settings, self._settings.max_body_bytes)
            )
        except BadEvents as error:
            raise invalid(**asdict(error.bad)) from None
        for index, event in enumerate(events):
            if only is not None and stream_of(event) != only:
                raise invalid(index=index, field="episode_id", why="belongs to another stream")
        if not events:
            return []
        batches = batches_of(events)
        fitting = await self._fitting(batches)
        with self._hub.metrics.append_s.time():
            done = await self._hub.store.append(fitting, fence)
        self._hub.published(done, fence)
        told = {one.stream: one for one in done}
        done = [told.get(batch.stream) or _no_room(batch) for batch in batches]
        for batch, one in zip(batches, done, strict=True):
            self._count(batch, one)
        return done

    async def _fitting(self, batches: Sequence[Batch]) -> list[Batch]:
        """Those of streams that are there already, or that there is room for."""
        room = self._settings.max_streams - self._hub.streams
        if room >= len(batches):
            return list(batches)
        fitting = []
        for batch in batches:
            is_new = await self._hub.store.info(batch.stream) is None
            if not is_new or room > 0:
                fitting.append(batch)
            room -= is_new
        return fitting

    def _count(self, batch: Batch, one: Appended) -> None:
        """What is new was accepted; the rest is there already, or was refused with the status."""
        rest = "duplicate" if one.status is AppendStatus.OK else one.status.value
        ours, every = _bytes(one.stored), _bytes(batch.entries)
        for outcome, events, size in (
            ("accepted", len(one.stored), ours),
            (rest, len(batch.entries) - len(one.stored), every - ours),
        ):
            if events:
                self._hub.metrics.events.labels(outcome=outcome).inc(events)
                self._hub.metrics.event_bytes.labels(outcome=outcome).inc(size)

    async def _next_seq(self, stream: StreamName) -> int:
        info = await self._hub.store.info(stream)
        return info.last_seq + 1 if info else 1


def _fence_in(request: Request) -> int | None:
    given = request.headers.get(FENCE_HEADER)
    if given is None:
        return None
    if not given.isdecimal() or len(given) > MAX_DIGITS or not 0 < int(given) <= MAX_NUMBER:
        raise invalid(index=None, field=FENCE_HEADER, why="a whole number above 0")
    return int(given)


def _no_room(batch: Batch) -> Appended:
    return Appended(stream=batch.stream, status=AppendStatus.TOO_MANY_STREAMS, next_seq=1)


def _bytes(entries: Sequence[Entry]) -> int:
    return sum(len(entry.text) for entry in entries)


def _result(one: Appended) -> dict[str, Any]:
    return {"stream": one.stream, "status": one.status.value, "next": one.next_seq}
