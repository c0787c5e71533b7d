"""What the bus of a `captains up` lacks, made good, from before it was there and while it is.

An `up` that ends in mid-show, or is killed, leaves matches that the bus has not got whole; a
process that is killed, or cut short as it is cancelled, leaves a stream without its end. So as long
as `up` is there it delivers what waits in spools, publishes what is sealed and not on the bus, and
ends the streams that nobody publishes any more: void, cancelled. Who is alive is told by the
kernel's locks (`flows.traces`). A match of elsewhere leaves no trace here; one that was live when
`up` came counts as given up once nothing has been heard of it for `SILENCE_S`.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import httpx

from engine.errors import BrokenRecord
from engine.record import header_of
from flows.endings import ending_of_match, ending_of_run
from flows.ledger import RunFolder
from flows.play import BusAddress
from flows.publishing import deliver_spool, publish_record, records_of
from flows.showing import Kept
from flows.single import SINGLES
from flows.traces import Trace, has_orphans, run_folders, trace_of
from spectator import BusPublisher, start_token
from spectator.sending import tls_for
from spectator.streams import RUN_PREFIX, StreamName, stream_of

SILENCE_S: Final = 900.0  # longer than a person or an endpoint may take for one answer
LOOK_S: Final = 4.0
FLUSH_S: Final = 1.0
_PAGE: Final = 1_000


@dataclass(slots=True)
class _Open:
    """A stream that is live. `last_seq` since `since_s`; `is_new`: it began after we came.
    `folder` is where it has been seen to live.
    """

    stream: StreamName
    last_seq: int
    since_s: float
    is_new: bool = False
    folder: RunFolder | None = None


class CatchingUp:
    """`say` hears in a line what was done; nothing where nothing was."""

    def __init__(
        self,
        runs: Path,
        bus: BusAddress,
        say: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._runs, self._bus, self._say, self._clock = runs, bus, say, clock
        self._open: dict[StreamName, _Open] = {}
        self._strange: set[StreamName] = set()  # not ours to end
        self._sealed: list[Path] = []
        self._singles = RunFolder((runs / SINGLES).resolve())
        self._published = self._ended = 0
        self._trouble: str | None = None

    async def look(self) -> None:
        """What is live and what is sealed: to be asked before anything is started here."""
        async with self._client() as bus:
            self._open = {one.stream: one for one in await self._live(bus)}
        self._sealed = await asyncio.to_thread(records_of, self._singles)

    async def run(self) -> None:
        """What is live, what begins later and what is left in spools, until it is cancelled."""
        while True:
            try:
                await self.is_done()
                await asyncio.sleep(LOOK_S)
                await self.look_again()
            except (httpx.HTTPError, OSError) as error:
                self._complain(f"what the bus had missed is not all there: {error}")
                await asyncio.sleep(LOOK_S)

    async def look_again(self) -> None:
        """What is live by now."""
        async with self._client() as bus:
            live = {one.stream: one for one in await self._live(bus)}
        self._strange &= live.keys()
        for stream in live.keys() - self._open.keys() - self._strange:
            live[stream].is_new = True
            self._open[stream] = live[stream]

    async def is_done(self) -> bool:
        """Do what can be done now; whether that is all."""
        async with self._client() as bus:
            await self._deliver()
            await self._publish_singles(bus)
            for one in list(self._open.values()):
                if await self._is_over(bus, one):
                    del self._open[one.stream]
        self._tell()
        return not self._open

    # --- what is there and not on the bus ------------------------------------------------------

    async def _deliver(self) -> None:
        for folder in await asyncio.to_thread(self._with_orphans):
            await deliver_spool(folder, self._bus)

    def _with_orphans(self) -> list[RunFolder]:
        return [folder for folder in run_folders(self._runs) if has_orphans(folder)]

    async def _publish_singles(self, bus: httpx.AsyncClient) -> None:
        """Single matches of which the bus has nothing."""
        sealed, self._sealed = self._sealed, []
        for record in sealed:
            with suppress(BrokenRecord):
                stream = stream_of(header_of(record))
                if await self._state(bus, stream) is None:
                    await self._publish(self._singles, record, stream)

    async def _publish(self, folder: RunFolder, record: Path, stream: StreamName) -> None:
        done = await publish_record(record, self._bus, Kept.of(folder).of_stream(stream))
        self._published += done.matches

    # --- what is live --------------------------------------------------------------------------

    async def _is_over(self, bus: httpx.AsyncClient, one: _Open) -> bool:
        """Whether no more has to be done about it."""
        told = await self._state(bus, one.stream)
        if told is None or told["state"] != "live":
            return True
        if told["last_seq"] != one.last_seq:
            one.last_seq, one.since_s = told["last_seq"], self._clock()
        quiet_s = self._clock() - one.since_s
        if one.is_new and quiet_s < LOOK_S:
            return False
        trace = await asyncio.to_thread(self._trace, one)
        if trace.alive is None and one.is_new:  # what is played here leaves its trace first
            self._strange.add(one.stream)
            return True
        if trace.alive or (trace.alive is None and quiet_s < SILENCE_S):
            one.folder = trace.folder
            return False
        await self._finish(bus, one, trace)
        return True

    def _trace(self, one: _Open) -> Trace:
        """Where it has been seen to live is looked at first: there may be many folders."""
        near = [] if one.folder is None else [one.folder]
        return trace_of(one.stream, chain(near, run_folders(self._runs)))

    async def _finish(self, bus: httpx.AsyncClient, one: _Open, trace: Trace) -> None:
        """What was played to its end is shown to it; anything else was cut short."""
        if trace.folder is not None and trace.sealed is not None:
            with suppress(BrokenRecord):
                await self._publish(trace.folder, trace.sealed, one.stream)
        told = await self._state(bus, one.stream)
        if told is not None and told["state"] == "live":
            await self._end(bus, one)

    async def _end(self, bus: httpx.AsyncClient, one: _Open) -> None:
        answer = await bus.get(f"/api/streams/{quote(one.stream)}/export.jsonl")
        answer.raise_for_status()
        is_run = one.stream.startswith(RUN_PREFIX)
        ending = (ending_of_run if is_run else ending_of_match)(answer.content.splitlines())
        async with BusPublisher(self._bus.url, self._bus.token) as publisher:
            observer = publisher.observer(flush_s=FLUSH_S)
            await observer.on_event(ending)
            await observer.aclose()
        if observer.report.sent:
            self._ended += 1
        else:  # somebody was quicker, and lives
            self._strange.add(one.stream)

    # --- what is asked -------------------------------------------------------------------------

    def _client(self) -> httpx.AsyncClient:
        token = {"authorization": f"Bearer {start_token(self._bus.token)}"}
        url = self._bus.url
        return httpx.AsyncClient(base_url=url, headers=token, trust_env=False, verify=tls_for(url))

    async def _live(self, bus: httpx.AsyncClient) -> list[_Open]:
        return [*await self._live_of(bus, "streams"), *await self._live_of(bus, "runs")]

    async def _live_of(self, bus: httpx.AsyncClient, kind: str) -> list[_Open]:
        found: list[_Open] = []
        while True:
            query = f"state=live&limit={_PAGE}&offset={len(found)}"
            answer = await bus.get(f"/api/{kind}?{query}")
            answer.raise_for_status()
            now_s, page = self._clock(), answer.json()["streams"]
            found += [_Open(one["stream"], one["last_seq"], now_s) for one in page]
            if len(page) < _PAGE:
                return found

    async def _state(self, bus: httpx.AsyncClient, stream: StreamName) -> dict[str, Any] | None:
        """The stream's line in the list; None where the bus has not got it."""
        answer = await bus.get(f"/api/streams/{quote(stream)}")
        if answer.status_code == httpx.codes.NOT_FOUND:
            return None
        answer.raise_for_status()
        return dict(answer.json())

    def _tell(self) -> None:
        did = [
            f"{count} {what}"
            for count, what in (
                (self._published, "that it had not got whole"),
                (self._ended, "that nobody plays any more, ended as cancelled"),
            )
            if count
        ]
        self._published = self._ended = 0
        if did:
            self._say(f"matches put on the bus: {'; '.join(did)}")

    def _complain(self, trouble: str) -> None:
        """Once, however long it lasts."""
        if trouble != self._trouble:
            self._say(trouble)
        self._trouble = trouble
