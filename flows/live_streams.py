"""The streams of a bus that are live, and the end of those of which nobody sends it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

import httpx

from engine.errors import BrokenRecord
from flows.endings import ending_of_match, ending_of_run
from flows.ledger import RunFolder
from flows.play import BusAddress
from flows.publishing import Published, publish_record
from flows.showing import Kept
from flows.traces import Trace, trace_of
from spectator import BusPublisher, start_token
from spectator.sending import tls_for
from spectator.streams import RUN_PREFIX, StreamName

FLUSH_S: Final = 1.0
_SWEEP_S: Final = 3.0  # a command is to end within ten
_PAGE: Final = 1_000
# Of a bus that does not answer, or of something else that answers in its place.
UNWELL: Final = (httpx.HTTPError, ValueError, KeyError, TypeError)


@dataclass(frozen=True, slots=True)
class Live:
    """A stream, and the number of its last event."""

    stream: StreamName
    last_seq: int


class LiveStreams:
    """Those of a bus that `connected` reaches. All of it raises what `UNWELL` names."""

    def __init__(self, bus: BusAddress, client: httpx.AsyncClient) -> None:
        self._bus, self._client = bus, client

    async def all(self) -> list[Live]:
        """Of matches and of runs."""
        return [*await self._of("streams"), *await self._of("runs")]

    async def _of(self, kind: str) -> list[Live]:
        found: list[Live] = []
        while True:
            query = f"state=live&limit={_PAGE}&offset={len(found)}"
            answer = await self._client.get(f"/api/{kind}?{query}")
            answer.raise_for_status()
            page = answer.json()["streams"]
            found += [Live(one["stream"], one["last_seq"]) for one in page]
            if len(page) < _PAGE:
                return found

    async def state(self, stream: StreamName) -> dict[str, Any] | None:
        """The stream's line in the list; None where the bus has not got it."""
        answer = await self._client.get(f"/api/streams/{quote(stream)}")
        if answer.status_code == httpx.codes.NOT_FOUND:
            return None
        answer.raise_for_status()
        return dict(answer.json())

    async def is_live(self, stream: StreamName) -> bool:
        told = await self.state(stream)
        return told is not None and told["state"] == "live"

    async def finish(self, stream: StreamName, trace: Trace) -> Published:
        """What was played to its end is shown to it."""
        if trace.folder is not None and trace.sealed is not None:
            with suppress(BrokenRecord):
                shown = Kept.of(trace.folder).of_stream(stream)
                return await publish_record(trace.sealed, self._bus, shown)
        return Published()

    async def end(self, stream: StreamName) -> bool:
        """As cut short; whether nobody was quicker."""
        answer = await self._client.get(f"/api/streams/{quote(stream)}/export.jsonl")
        answer.raise_for_status()
        is_run = stream.startswith(RUN_PREFIX)
        ending = (ending_of_run if is_run else ending_of_match)(answer.content.splitlines())
        async with BusPublisher(self._bus.url, self._bus.token) as publisher:
            observer = publisher.observer(flush_s=FLUSH_S)
            await observer.on_event(ending)
            await observer.aclose()
        return observer.report.sent > 0


@asynccontextmanager
async def connected(bus: BusAddress) -> AsyncIterator[LiveStreams]:
    token = {"authorization": f"Bearer {start_token(bus.token)}"}
    async with httpx.AsyncClient(
        base_url=bus.url, headers=token, trust_env=False, verify=tls_for(bus.url)
    ) as client:
        yield LiveStreams(bus, client)


@asynccontextmanager
async def none_left(
    bus: BusAddress | None, folders: Callable[[], Iterable[RunFolder]]
) -> AsyncIterator[None]:
    """No match that is played in these folders during the block is live after it: a process that
    was ended or killed sends no last event. A bus that is away is not waited for.
    """
    try:
        yield
    finally:
        if bus is not None:
            with suppress(*UNWELL, OSError, TimeoutError):
                async with asyncio.timeout(_SWEEP_S), connected(bus) as live:
                    await _sweep(live, [*folders()])


async def _sweep(live: LiveStreams, folders: list[RunFolder]) -> None:
    for one in await live.all():
        if one.stream.startswith(RUN_PREFIX):
            continue
        trace = await asyncio.to_thread(trace_of, one.stream, folders)
        if trace.alive is False:
            await live.finish(one.stream, trace)
            if await live.is_live(one.stream):
                await live.end(one.stream)
