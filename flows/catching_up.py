"""What the bus of a `captains up` lacks, made good, from before it was there and while it is.

An `up` that ends in mid-show, or is killed, leaves matches that the bus has not got whole; a
process that is killed, or cut short as it is cancelled, leaves a stream without its end. So as long
as `up` is there it delivers what waits in spools, publishes what is sealed and not on the bus, and
ends the streams that nobody publishes any more: void, cancelled. What killed single matches left
unsealed is put aside, and those that were asked for and not begun are named. Who is alive is told
by the kernel's locks (`flows.traces`). A match of elsewhere leaves no trace here; one that was live
when `up` came counts as given up once nothing has been heard of it for `SILENCE_S`.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Final

from engine.errors import BrokenRecord
from engine.record import header_of
from flows.ledger import RunFolder
from flows.live_streams import UNWELL, Live, LiveStreams, connected
from flows.play import BusAddress
from flows.publishing import deliver_spool, records_of
from flows.single import SINGLES
from flows.traces import Trace, has_orphans, not_played, run_folders, trace_of
from spectator.streams import StreamName, stream_of

SILENCE_S: Final = 900.0  # longer than a person or an endpoint may take for one answer
LOOK_S: Final = 4.0
AGAIN: Final = "ask for them again, unless a worker has them"


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
        self._is_tidy = False
        self._trouble: str | None = None

    async def look(self) -> None:
        """What is live and what is sealed: to be asked before anything is started here."""
        async with connected(self._bus) as bus:
            self._open = {one.stream: self._seen(one) for one in await bus.all()}
        self._sealed = await asyncio.to_thread(records_of, self._singles)

    async def run(self) -> None:
        """What is live, what begins later and what is left in spools, until it is cancelled."""
        while True:
            try:
                await self.is_done()
                self._trouble = None
                await asyncio.sleep(LOOK_S)
                await self.look_again()
            except (*UNWELL, OSError) as error:
                self._complain(f"what the bus had missed is not all there: {error}")
                await asyncio.sleep(LOOK_S)

    async def look_again(self) -> None:
        """What is live by now."""
        async with connected(self._bus) as bus:
            live = {one.stream: one for one in await bus.all()}
        self._strange &= live.keys()
        for stream in live.keys() - self._open.keys() - self._strange:
            self._open[stream] = self._seen(live[stream], is_new=True)

    def _seen(self, one: Live, *, is_new: bool = False) -> _Open:
        return _Open(one.stream, one.last_seq, self._clock(), is_new)

    async def is_done(self) -> bool:
        """Do what can be done now; whether that is all."""
        async with connected(self._bus) as bus:
            await self._deliver()
            await self._publish_singles(bus)
            for one in list(self._open.values()):
                if await self._is_over(bus, one):
                    del self._open[one.stream]
            await self._tidy(bus)
        self._tell()
        return not self._open

    # --- what is there and not on the bus ------------------------------------------------------

    async def _deliver(self) -> None:
        for folder in await asyncio.to_thread(self._with_orphans):
            await deliver_spool(folder, self._bus)

    def _with_orphans(self) -> list[RunFolder]:
        return [folder for folder in run_folders(self._runs) if has_orphans(folder)]

    async def _publish_singles(self, bus: LiveStreams) -> None:
        """Single matches of which the bus has nothing."""
        while self._sealed:
            record = self._sealed[-1]
            with suppress(BrokenRecord):
                stream = stream_of(header_of(record))
                if await bus.state(stream) is None:
                    trace = Trace(folder=self._singles, sealed=record)
                    self._published += (await bus.finish(stream, trace)).matches
            self._sealed.pop()

    async def _tidy(self, bus: LiveStreams) -> None:
        """Put aside, once, what killed single matches left: who is alive there has it locked, and
        what is aside is a trace still.
        """
        if not self._is_tidy:
            asked = await asyncio.to_thread(not_played, self._singles)
            lost = [stream for stream in asked if await bus.state(stream) is None]
            await asyncio.to_thread(self._singles.sweep)
            self._is_tidy = True
            if lost:
                named = ", ".join(lost)
                self._say(f"matches that a killed captains up had not played: {named}; {AGAIN}")

    # --- what is live --------------------------------------------------------------------------

    async def _is_over(self, bus: LiveStreams, one: _Open) -> bool:
        """Whether no more has to be done about it."""
        told = await bus.state(one.stream)
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

    async def _finish(self, bus: LiveStreams, one: _Open, trace: Trace) -> None:
        """What was played to its end is shown to it; anything else was cut short."""
        self._published += (await bus.finish(one.stream, trace)).matches
        if not await bus.is_live(one.stream):
            return
        if await bus.end(one.stream):
            self._ended += 1
        else:  # somebody was quicker, and lives
            self._strange.add(one.stream)

    # --- what is told --------------------------------------------------------------------------

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
