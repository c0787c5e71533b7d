"""What the bus of a `captains up` lacks from before it was there, made good.

An `up` that ends in mid-show, or is killed, leaves matches that the bus has not got whole. The next
one delivers the spool, publishes what is sealed and not on the bus, and ends the streams that
nobody publishes any more: void, cancelled. Who is alive is told by the kernel's locks, on unsealed
records, spool files and runs. A match of elsewhere leaves no trace here; it counts as given up once
nothing has been heard of it for `SILENCE_S`.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import httpx

from engine.errors import BrokenRecord
from engine.record import header_of, is_written, record_of_attempt, unsealed
from flows.endings import ending_of_match, ending_of_run
from flows.ledger import RunFolder
from flows.play import BusAddress
from flows.publishing import deliver_spool, publish_record, records_of
from flows.showing import Kept
from flows.single import SINGLES
from spectator import BusPublisher, start_token
from spectator.spool import SUFFIX, Spool
from spectator.streams import RUN_PREFIX, StreamName, stream_of

SILENCE_S: Final = 900.0  # longer than a person or an endpoint may take for one answer
LOOK_S: Final = 1.0
_PAGE: Final = 1_000


@dataclass(slots=True)
class _Open:
    """A stream that was live when we came. `last_seq` since `since_s`."""

    stream: StreamName
    last_seq: int
    since_s: float

    @property
    def episode_id(self) -> str:
        return self.stream.rpartition("/")[0]

    @property
    def attempt(self) -> int:
        return int(self.stream.rpartition("/")[2])


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
        self._open: list[_Open] = []
        self._sealed: list[Path] = []
        self._singles = RunFolder((runs / SINGLES).resolve())
        self._published = self._ended = 0

    async def look(self) -> None:
        """What is live and what is sealed: to be asked before anything is started here."""
        async with self._client() as bus:
            self._open = [*await self._live(bus, "streams"), *await self._live(bus, "runs")]
        self._sealed = await asyncio.to_thread(records_of, self._singles)

    async def run(self) -> None:
        """Until nothing of what was live is."""
        try:
            while not await self.is_done():  # noqa: ASYNC110 - other processes are looked at
                await asyncio.sleep(LOOK_S)
        except (httpx.HTTPError, OSError) as error:
            self._say(f"what the bus had missed is not all there: {error}")

    async def is_done(self) -> bool:
        """Do what can be done now; whether that is all."""
        async with self._client() as bus:
            await self._deliver()
            await self._publish_singles(bus)
            self._open = [one for one in self._open if not await self._is_over(bus, one)]
        self._tell()
        return not self._open

    # --- what is there and not on the bus ------------------------------------------------------

    async def _deliver(self) -> None:
        for folder in self._folders():
            if not all(map(is_written, folder.spool.glob(f"*{SUFFIX}"))):
                await deliver_spool(folder, self._bus)

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
        told = await self._state(bus, one.stream)
        if told is None or told["state"] != "live":
            return True
        if told["last_seq"] != one.last_seq:
            one.last_seq, one.since_s = told["last_seq"], self._clock()
        is_run = one.stream.startswith(RUN_PREFIX)
        alive = self._is_run_alive(one) if is_run else await self._is_match_alive(one)
        silent = self._clock() - one.since_s >= SILENCE_S
        if alive or (alive is None and not silent):
            return False
        if (await self._state(bus, one.stream) or told)["state"] == "live":
            await self._end(bus, one, is_run=is_run)
        return True

    async def _is_match_alive(self, one: _Open) -> bool | None:
        """None where nothing here tells. One that is sealed is put on the bus."""
        found: bool | None = None
        for folder in self._folders():
            parts = list(unsealed(folder.records, one.episode_id, one.attempt))
            if Spool(folder.spool).is_held(one.stream) or any(map(is_written, parts)):
                return True
            with suppress(BrokenRecord):
                record = record_of_attempt(folder.records, one.episode_id, one.attempt)
                if record is not None:
                    await self._publish(folder, record, one.stream)
                    return False
            if parts:
                found = False
        return found

    def _is_run_alive(self, one: _Open) -> bool | None:
        for folder in self._folders():
            about = folder.about()
            if f"{RUN_PREFIX}{about.get('run_id')}" == one.episode_id:
                return folder.is_held() and about.get("starts") == one.attempt
        return None

    async def _end(self, bus: httpx.AsyncClient, one: _Open, *, is_run: bool) -> None:
        answer = await bus.get(f"/api/streams/{quote(one.stream)}/export.jsonl")
        answer.raise_for_status()
        lines = answer.content.splitlines()
        event = (ending_of_run if is_run else ending_of_match)(lines)
        async with BusPublisher(self._bus.url, self._bus.token) as publisher:
            observer = publisher.observer(flush_s=LOOK_S)
            await observer.on_event(event)
            await observer.aclose()
        self._ended += 1

    # --- what is asked -------------------------------------------------------------------------

    def _folders(self) -> Iterator[RunFolder]:
        """Of single matches, and of every run."""
        for pattern in (SINGLES, "*/*"):
            for path in self._runs.glob(pattern):
                if (path / "records").is_dir() or (path / "spool").is_dir():
                    yield RunFolder(path.resolve())

    def _client(self) -> httpx.AsyncClient:
        token = {"authorization": f"Bearer {start_token(self._bus.token)}"}
        return httpx.AsyncClient(base_url=self._bus.url, headers=token, trust_env=False)

    async def _live(self, bus: httpx.AsyncClient, kind: str) -> list[_Open]:
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
            self._say(f"matches of before put on the bus: {'; '.join(did)}")
