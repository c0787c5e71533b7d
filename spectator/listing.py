"""Readers ask what there is: matches and runs, searched, filtered and page by page."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from engine.events import parse_event
from spectator.access import Access
from spectator.hub import Hub
from spectator.live import LiveScores
from spectator.paths import RUN
from spectator.refusing import MAX_NUMBER, Refused, invalid, number_in
from spectator.settings import BusSettings
from spectator.store import Outcome, Result, StreamFilter, StreamInfo
from spectator.streams import RUN_TAIL, StreamKind, kind_of, run_stream, stream_name
from spectator.taken import as_it_came
from spectator.views import featured_view, stream_view

MAX_SEARCH: Final = 200
MOST_CAPTAINS: Final = 2
STATES: Final = {
    "live": (Outcome.LIVE,),
    "ended": (Outcome.ENDED, Outcome.FORFEIT),
    "forfeit": (Outcome.FORFEIT,),
    "void": (Outcome.VOID,),
}


class Listing:
    """The lists of matches and of runs, and a run as it stands."""

    def __init__(self, hub: Hub, access: Access, settings: BusSettings) -> None:
        self._hub, self._store = hub, hub.store
        self._access, self._settings = access, settings
        self._scores = LiveScores(hub.store)

    def routes(self) -> list[BaseRoute]:
        guarded = self._access.for_readers
        return [
            Route("/api/streams", guarded(self._matches)),
            Route("/api/runs", guarded(self._runs)),
            Route(RUN, guarded(self._run)),
        ]

    async def _matches(self, request: Request) -> Response:
        return await self._list(request, StreamKind.MATCH)

    async def _runs(self, request: Request) -> Response:
        return await self._list(request, StreamKind.RUN)

    async def _list(self, request: Request, kind: StreamKind) -> Response:
        limit = number_in(request, "limit", 100, 1, self._settings.page_limit)
        offset = number_in(request, "offset", 0, 0, MAX_NUMBER)
        page = await self._store.streams(kind, filter_in(request), limit=limit, offset=offset)
        return JSONResponse(
            {
                "epoch": self._store.epoch,
                "featured": featured_view(self._hub.featured),
                "total": page.total,
                "offset": offset,
                "streams": await asyncio.gather(*map(self._view, page.streams)),
            }
        )

    async def _view(self, info: StreamInfo) -> dict[str, Any]:
        with as_it_came(self._store):
            if kind_of(info.stream) is StreamKind.RUN:
                return {**stream_view(info), "followed": await self._is_followed(info)}
            now = await self._scores.of(info)
            return stream_view(info) if now is None else {**stream_view(info), "now": now}

    async def _is_followed(self, info: StreamInfo) -> bool:
        """Whether the run was started anew after this start of it."""
        episode_id, _, attempt = info.stream.rpartition("/")
        return await self._store.info(stream_name(episode_id, int(attempt) + 1)) is not None

    async def _run(self, request: Request) -> Response:
        """The run as it stands: the last event of each type, for whoever follows it from there."""
        stream = run_stream(request.path_params["name"], request.path_params["attempt"])
        info = await self._store.info(stream)
        if info is None:
            raise Refused(HTTPStatus.NOT_FOUND, "unknown_stream")
        tail = await self._store.read(stream, max(1, info.last_seq - RUN_TAIL), RUN_TAIL)
        told = {}
        for text in (info.first, *(line.text for line in tail)):
            with as_it_came(self._store):
                event = parse_event(text)
            told[event.type] = event.model_dump(mode="json")
        return JSONResponse(
            {
                **await self._view(info),
                "epoch": self._store.epoch,
                "top": tail[-1].seq if tail else info.last_seq,
                "events": sorted(told.values(), key=lambda event: int(event["seq"])),
            }
        )


def filter_in(request: Request) -> StreamFilter:
    """What the query asks for; raises `Refused` with what is allowed."""
    query = request.query_params
    captains = tuple(name for name in query.getlist("captain") if name)
    state = query.get("state", "")
    if len(captains) > MOST_CAPTAINS:
        raise invalid(index=None, field="captain", why=f"at most {MOST_CAPTAINS}")
    if state and state not in STATES:
        raise invalid(index=None, field="state", why=f"one of {', '.join(STATES)}")
    result = query.get("result", "")
    if result and (result not in list(Result) or not captains):
        raise invalid(index=None, field="result", why=f"a captain's: one of {', '.join(Result)}")
    return StreamFilter(
        search=_text(query.get("search", "").strip(), "search"),
        run=_text(query.get("run", ""), "run"),
        captains=tuple(_text(name, "captain") for name in captains),
        result=Result(result) if result else None,
        format=_text(query.get("format", ""), "format"),
        outcomes=STATES.get(state, ()),
    )


def _text(given: str, field: str) -> str:
    if len(given) > MAX_SEARCH:
        raise invalid(index=None, field=field, why=f"at most {MAX_SEARCH} characters")
    return given
