"""Where a match that was asked for is played: in a process of this machine, or by a worker that
runs the `episode` deployment.

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
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final, Protocol
from urllib.parse import quote
from uuid import UUID

import httpx
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import FlowRun, State, StateType, WorkerStatus
from prefect.exceptions import ObjectNotFound, PrefectHTTPStatusError
from prefect.states import Cancelled, Cancelling, Crashed
from pydantic import ValidationError

from engine.wording import printable, shortened
from flows.config import EpisodeConfig
from flows.limits import free_after
from flows.match_child import ChildSays
from flows.play import BusAddress
from flows.stage import BUS_TOKEN, BUS_URL
from spectator.starts import StartResult

DEPLOYMENT: Final = "episode/episode"
END_S: Final = 6.0  # a match seals its record, and tells Prefect; then it is killed
POLL_S: Final = 1.0
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


# --- here ----------------------------------------------------------------------------------------


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
        if child.last is not None and child.last.what in ("ended", "failed"):
            return _played(child.last)
        why = _how_it_died(code, child.complaints)
        await self._settle(order, child, Crashed(message=why))
        return Played(reason=why)

    async def _taken(self) -> Process:
        spare, self._spare = self._spare, None
        if spare is not None and (process := await spare).returncode is None:
            return process
        return await self._spawned()

    async def _spawned(self) -> Process:
        bus = self._bus()
        path = os.pathsep.join(filter(None, [str(_ROOT), os.environ.get("PYTHONPATH", "")]))
        own = {"PYTHONPATH": path, BUS_URL: bus.url, BUS_TOKEN: bus.token}
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
        await _ended(child.process)
        await self._settle(order, child, Cancelled(message="cancelled from the page"))

    async def _settle(self, order: Ordered, child: _Child, state: State[Any]) -> None:
        """What the process could not do any more: give the channel back, and tell Prefect."""
        with suppress(httpx.HTTPError, ObjectNotFound):
            if order.config.featured:
                await free_after(self._client, order.episode_id, order.config.attempt)
        with suppress(httpx.HTTPError, ObjectNotFound):
            if child.flow_run is not None:
                await self._client.set_flow_run_state(child.flow_run, state, force=True)


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


async def _ended(process: Process) -> None:
    """Ask it to end, and see to it."""
    with suppress(ProcessLookupError):
        process.send_signal(signal.SIGINT)
    try:
        async with asyncio.timeout(END_S):
            await process.wait()
    except TimeoutError:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def _close(process: Process) -> None:
    if process.stdin is not None:
        process.stdin.close()


# --- a worker ------------------------------------------------------------------------------------


class Worker:
    """Has a worker play, through the deployment. The worker's own environment holds the bus's
    token. Implements `Place`.
    """

    def __init__(self, client: PrefectClient, bus: BusAddress, deployment_id: UUID) -> None:
        self._client, self._bus, self._deployment_id = client, bus, deployment_id

    async def play(self, order: Ordered) -> Played:
        # The folder is the worker's own: he may be on another machine.
        config = order.config.model_dump(mode="json", exclude_none=True, exclude={"runs"})
        run = await self._client.create_flow_run_from_deployment(
            self._deployment_id,
            parameters={"config": config},
            job_variables={"env": {BUS_URL: self._bus.url}},
        )
        try:
            return await self._watched(run.id, order)
        except asyncio.CancelledError:
            await self._cancel(run.id)
            raise

    async def _watched(self, run_id: UUID, order: Ordered) -> Played:
        async with httpx.AsyncClient(base_url=self._bus.url, trust_env=False) as bus:
            while True:
                run = await self._client.read_flow_run(run_id)
                shown = await _on_bus(bus, order.stream)
                if shown is not None:
                    order.on_playing()
                if run.state is not None and run.state.is_final():
                    return _told(run, shown or {})
                await asyncio.sleep(POLL_S)

    async def _cancel(self, run_id: UUID) -> None:
        with suppress(httpx.HTTPError, ObjectNotFound, TimeoutError):
            await self._client.set_flow_run_state(run_id, Cancelling())
            async with asyncio.timeout(END_S * 2):
                while not (await self._is_final(run_id)):  # noqa: ASYNC110 - another process
                    await asyncio.sleep(POLL_S)

    async def _is_final(self, run_id: UUID) -> bool:
        run = await self._client.read_flow_run(run_id)
        return run.state is not None and run.state.is_final()


async def worker_of(client: PrefectClient, bus: BusAddress) -> Worker | None:
    """Whoever plays the `episode` deployment; None where it is not there, or has no worker."""
    try:
        deployment = await client.read_deployment_by_name(DEPLOYMENT)
        if deployment.paused or deployment.work_pool_name is None:
            return None
        workers = await client.read_workers_for_work_pool(deployment.work_pool_name)
    except ObjectNotFound:
        return None
    except PrefectHTTPStatusError as error:
        if error.response.status_code == HTTPStatus.NOT_FOUND:
            return None
        raise
    online = any(worker.status == WorkerStatus.ONLINE for worker in workers)
    return Worker(client, bus, deployment.id) if online else None


async def _on_bus(bus: httpx.AsyncClient, stream: str) -> dict[str, Any] | None:
    with suppress(httpx.HTTPError, ValueError):
        answer = await bus.get(f"/api/streams/{quote(stream)}")
        if answer.is_success:
            return dict(answer.json())
    return None


def _told(run: FlowRun, shown: dict[str, Any]) -> Played:
    """Raises `CancelledElsewhere`."""
    assert run.state is not None
    if run.state.type is StateType.CANCELLED:
        raise CancelledElsewhere
    if run.state.type is not StateType.COMPLETED:
        return Played(reason=shortened(printable(run.state.message or "it failed"), LONGEST_WHY))
    winner = shown.get(str(shown.get("winner")))
    return Played(
        result=StartResult(
            text=str(shown.get("result", "played; this bus was not told how it ended")),
            winner=winner,
            end_reason=str(shown.get("end_reason", "completed")),
        )
    )
