"""What a publisher sends: read within a limit, checked against the union, sorted by stream."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails
from starlette.requests import Request

from engine.events import EVENT_TYPES, Event
from spectator.refusing import Refused
from spectator.settings import BusSettings
from spectator.store import Batch, Entry
from spectator.streams import MAX_ATTEMPT_DIGITS, MAX_EPISODE_ID, StreamName, stream_of

_EVENTS: Final[TypeAdapter[list[Event]]] = TypeAdapter(list[Event])


@dataclass(frozen=True, slots=True, kw_only=True)
class BadField:
    """Where a body is wrong: event `index` of the array (None: the array itself), `field` in dots,
    and why.
    """

    index: int | None
    field: str
    why: str


class BadEvents(Exception):
    """The body is not an array of events."""

    def __init__(self, bad: BadField) -> None:
        super().__init__(bad)
        self.bad = bad


async def read_body(request: Request, settings: BusSettings, limit: int) -> bytes:
    """The whole body. Raises `Refused`: 413 as soon as it is known to be over `limit` bytes, 408
    where it does not arrive in time.
    """
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > limit:
        raise _too_large(limit)
    parts, size = [], 0
    try:
        async with asyncio.timeout(settings.body_s):
            async for part in request.stream():
                size += len(part)
                if size > limit:
                    raise _too_large(limit)
                parts.append(part)
    except TimeoutError:
        raise Refused(HTTPStatus.REQUEST_TIMEOUT, "too_slow") from None
    return b"".join(parts)


def _too_large(limit: int) -> Refused:
    return Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "body_too_large", limit_bytes=limit)


def parse_events(body: bytes) -> list[Event]:
    """The events of a JSON array; raises `BadEvents` for the first thing that is wrong with it."""
    try:
        events = _EVENTS.validate_json(body)
    except ValidationError as error:
        raise BadEvents(
            _bad_field(error.errors(include_url=False, include_input=False)[0])
        ) from None
    for index, event in enumerate(events):
        if not (event.episode_id.isprintable() and 1 <= len(event.episode_id) <= MAX_EPISODE_ID):
            why = f"1 to {MAX_EPISODE_ID} printable characters"
            raise BadEvents(BadField(index=index, field="episode_id", why=why))
        if event.attempt >= 10**MAX_ATTEMPT_DIGITS:
            why = f"at most {MAX_ATTEMPT_DIGITS} digits"
            raise BadEvents(BadField(index=index, field="attempt", why=why))
    return events


def batches_of(events: Sequence[Event]) -> list[Batch]:
    """The events by stream, each stream's in the order in which they came."""
    by_stream: dict[StreamName, list[Entry]] = {}
    for event in events:
        by_stream.setdefault(stream_of(event), []).append(_entry(event))
    return [Batch(stream=s, entries=tuple(entries)) for s, entries in by_stream.items()]


def _entry(event: Event) -> Entry:
    return Entry(seq=event.seq, type=event.type, ts=event.ts.isoformat(), text=event.line.decode())


def _bad_field(error: ErrorDetails) -> BadField:
    """pydantic's location without the index and without the union's tag that follows it."""
    index, rest = None, list(error["loc"])
    if rest and isinstance(rest[0], int):
        index = int(rest.pop(0))
    if rest and isinstance(rest[0], str) and rest[0] in EVENT_TYPES:
        rest.pop(0)
    field = ".".join(map(str, rest)) or ("type" if index is not None else "")
    return BadField(index=index, field=field, why=error["msg"])
