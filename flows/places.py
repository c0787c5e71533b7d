"""Where a match that was asked for is played: in a process of this machine, or by a worker
(`flows.workers`).

Each plays a match to its end and is cancelled as any task is; it then waits until the match has
ended, with its record sealed and the channel given back.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol
from uuid import UUID

import httpx
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import State
from prefect.exceptions import ObjectNotFound
from prefect.states import Cancelled, Crashed
from pydantic import ValidationError

from engine.variables import BUS_TOKEN, BUS_URL
from engine.wording import printable, shortened
from flows.config import EpisodeConfig
from flows.limits import free_after
from flows.match_child import ChildSays
from flows.play import BusAddress
from spectator.starts import StartResult

END_S: Final = 5.0  # a match seals its record, and tells Prefect; then it is killed
HURRIED_S: Final = 4.0  # the same where the whole command ends
SETTLE_S: Final = 1.5  # with Prefect, of what a process could not do any more
COMPLAINTS_KEPT: Final = 4_000  # bytes
_ROOT: Final = Path(__file__).resolve().parents[1]
LONGEST_WHY: Final = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """How a match ended: with a result, or failed for a reason."""

    result: StartResult | None = None
    reason: str | None = None


class CancelledElsewhere(Exception):
    """Somebody has cancelled the run in Prefect."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordered:
    """One match for a place. `stream` is its name on the bus; `on_playing` is called when it
    begins.
    """

    config: EpisodeConfig
    episode_id: str
    stream: str
    on_playing: Callable[[], None]


class Place(Protocol):
    async def play(self, order: Ordered) -> Played:
        """Raises `CancelledElsewhere`."""
        ...


@dataclass(slots=True)
class _Child:
    """A match's process and what it has said."""

    process: Process
    flow_run: UUID | None = None
    last: ChildSays | None = None
    complaints: bytes = b""


class Here:
    """Plays in a child process, which takes nothing of the bus's time. One is kept ready, as it
    takes seconds to load what a match needs. Implements `Place`.
    """

    def __init__(self, client: PrefectClient, bus: Callable[[], BusAddress]) -> None:
        self._client, self._bus = client, bus
        self._spare: asyncio.Task[Process] | None = None
        self._end_s = END_S

    def hurry(self) -> None:
        """Wait less long for matches that are cancelled from here on."""
        self._end_s = HURRIED_S

    def warm(self) -> None:
        """Have a process ready for the next match."""
        if self._spare is None:
            self._spare = asyncio.create_task(self._spawned())

    async def aclose(self) -> None:
        if self._spare is not None:
            process = await self._spare
            with suppress(ProcessLookupError):
                process.kill()  # it has begun nothing
            await process.wait()

    async def play(self, order: Ordered) -> Played:
        child = _Child(await self._taken())
        code = await self._heard(child, order)
        if child.last is None and code < 0:  # as it waited: it had not read its order
            child = _Child(await self._spawned())
            code = await self._heard(child, order)
        if child.last is not None and child.last.what in ("ended", "failed"):
            return _played(child.last)
        why = _how_it_died(code, child.complaints)
        await self._settle(order, child, Crashed(message=why))
        return Played(reason=why)

    async def _heard(self, child: _Child, order: Ordered) -> int:
        """How its process ended."""
        assert child.process.stdin is not None
        complaining = asyncio.create_task(_keep_complaints(child))
        try:
            child.process.stdin.write(order.config.model_dump_json().encode() + b"\n")
            await self._listen(child, order)
            code = await child.process.wait()
            await complaining
        except asyncio.CancelledError:
            await asyncio.shield(self._cancelled(order, child))
            raise
        finally:
            complaining.cancel()
            _close(child.process)
        return code

    async def _taken(self) -> Process:
        spare, self._spare = self._spare, None
        if spare is not None and (process := await spare).returncode is None:
            return process
        return await self._spawned()

    async def _spawned(self) -> Process:
        bus = self._bus()
        path = os.pathsep.join(filter(None, [str(_ROOT), os.environ.get("PYTHONPATH", "")]))
        own = {"PYTHONPATH": path, BUS_URL.name: bus.url, BUS_TOKEN.name: bus.token}
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "flows.match_child"),
            stdin=PIPE,
            stdout=PIPE,
            stderr=PIPE,
            env={**os.environ, **own},
            start_new_session=True,  # a Ctrl-C is for the command, which ends it in its own way
        )

    async def _listen(self, child: _Child, order: Ordered) -> None:
        assert child.process.stdout is not None
        async for line in child.process.stdout:
            with suppress(ValidationError):
                child.last = said = ChildSays.model_validate_json(line)
                if said.flow_run is not None:
                    child.flow_run = UUID(said.flow_run)
                if said.what == "playing":
                    order.on_playing()
                    self.warm()

    async def _cancelled(self, order: Ordered, child: _Child) -> None:
        await _ended(child.process, self._end_s)
        with suppress(TimeoutError):
            async with asyncio.timeout(SETTLE_S):
                await self._settle(order, child, Cancelled(message="cancelled from the page"))

    async def _settle(self, order: Ordered, child: _Child, state: State[Any]) -> None:
        """What the process could not do any more: give the channel back, and tell Prefect."""
        with suppress(httpx.HTTPError, ObjectNotFound):
            if order.config.featured:
                await free_after(self._client, order.stream)
        with suppress(httpx.HTTPError, ObjectNotFound):
            if child.flow_run is not None:
                run = await self._client.read_flow_run(child.flow_run)
                if run.state is None or not run.state.is_final():  # else it has told by itself
                    await self._client.set_flow_run_state(run.id, state, force=True)


async def _keep_complaints(child: _Child) -> None:
    """The end of what it writes to stderr, all of which is read: a full pipe would hold it up."""
    assert child.process.stderr is not None
    while part := await child.process.stderr.read(COMPLAINTS_KEPT):
        child.complaints = (child.complaints + part)[-COMPLAINTS_KEPT:]


def _played(said: ChildSays) -> Played:
    if said.what == "failed" or said.end_reason is None:
        return Played(reason=shortened(said.text or "it did not say why", LONGEST_WHY))
    return Played(
        result=StartResult(text=said.text or "", winner=said.winner, end_reason=said.end_reason)
    )


def _how_it_died(code: int, complaints: bytes) -> str:
    how = f"was killed by signal {-code}" if code < 0 else f"ended with exit code {code}"
    lines = complaints.decode(errors="replace").strip().splitlines()
    said = f": {printable(lines[-1])}" if lines else ""
    return shortened(f"its process {how} before the match had ended{said}", LONGEST_WHY)


async def _ended(process: Process, end_s: float) -> None:
    """Ask it to end, and see to it."""
    with suppress(ProcessLookupError):
        process.send_signal(signal.SIGINT)
    try:
        async with asyncio.timeout(end_s):
            await process.wait()
    except TimeoutError:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def _close(process: Process) -> None:
    if process.stdin is not None:
        process.stdin.close()
