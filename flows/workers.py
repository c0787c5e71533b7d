"""A match that was asked for is played by a worker that runs a deployment of single matches."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote
from uuid import UUID

import httpx
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import FlowRun, StateType, WorkerStatus
from prefect.exceptions import ObjectNotFound, PrefectHTTPStatusError
from prefect.states import Cancelling

from engine.variables import BUS_URL
from engine.wording import printable, shortened
from flows.places import END_S, LONGEST_WHY, CancelledElsewhere, Ordered, Played
from flows.play import BusAddress
from spectator.starts import StartResult

DEPLOYMENT: Final = "episode/episode"
WAITING: Final = "episode/episode-waiting"
OURS: Final = "captains up "  # the names of such workers begin with it
CREW: Final = (
    "CREW_OF_CAPTAINS"  # in a worker's environment, and so in that of what it begins: whose
)
POLL_S: Final = 1.0


class Worker:
    """Has a worker play, through the deployment. The worker's own environment holds the bus's
    token. Implements `Place`.
    """

    def __init__(self, client: PrefectClient, bus: BusAddress, deployment_id: UUID) -> None:
        self._client, self._bus, self.deployment_id = client, bus, deployment_id

    async def play(self, order: Ordered) -> Played:
        ordering = asyncio.ensure_future(self._ordered(order))
        try:
            run = await asyncio.shield(ordering)
            return await self._watched(run.id, order)
        except asyncio.CancelledError:
            with suppress(httpx.HTTPError, ObjectNotFound):
                await self._cancel((await ordering).id)  # what was asked for may be made yet
            raise

    async def _ordered(self, order: Ordered) -> FlowRun:
        # The folder is the worker's own: he may be on another machine.
        config = order.config.model_dump(mode="json", exclude_none=True, exclude={"runs"})
        return await self._client.create_flow_run_from_deployment(
            self.deployment_id,
            parameters={"config": config},
            job_variables={"env": {BUS_URL.name: self._bus.url}},
        )

    async def _watched(self, run_id: UUID, order: Ordered) -> Played:
        async with httpx.AsyncClient(base_url=self._bus.url, trust_env=False) as bus:
            while True:
                run = await self._run(run_id)
                shown = await _on_bus(bus, order.stream)
                if shown is not None:
                    order.on_playing()
                if run is not None and run.state is not None and run.state.is_final():
                    return _told(run, shown or {})
                await asyncio.sleep(POLL_S)

    async def _run(self, run_id: UUID) -> FlowRun | None:
        """None while Prefect cannot say: the match goes on."""
        try:
            return await self._client.read_flow_run(run_id)
        except ObjectNotFound:  # somebody has deleted it
            raise CancelledElsewhere from None
        except httpx.TransportError:
            return None
        except httpx.HTTPStatusError as error:
            if error.response.is_server_error:
                return None
            raise

    async def _cancel(self, run_id: UUID) -> None:
        with suppress(httpx.HTTPError, ObjectNotFound, TimeoutError):
            await self._client.set_flow_run_state(run_id, Cancelling())
            async with asyncio.timeout(END_S * 2):
                while not (await self._is_final(run_id)):  # noqa: ASYNC110 - another process
                    await asyncio.sleep(POLL_S)

    async def _is_final(self, run_id: UUID) -> bool:
        run = await self._client.read_flow_run(run_id)
        return run.state is not None and run.state.is_final()


async def worker_of(client: PrefectClient, bus: BusAddress, *, waits: bool) -> Worker | None:
    """Whoever plays single matches through a deployment; None where it is not there, or has no
    worker. That of a `captains up` is none: a process that is ready here begins at once, his run
    after seconds. `waits`: somebody in the match has to be waited for.
    """
    for name in (WAITING, DEPLOYMENT) if waits else (DEPLOYMENT,):
        if (number := await _with_worker(client, name)) is not None:
            return Worker(client, bus, number)
    return None


async def _with_worker(client: PrefectClient, name: str) -> UUID | None:
    try:
        deployment = await client.read_deployment_by_name(name)
        if deployment.paused or deployment.work_pool_name is None:
            return None
        workers = await client.read_workers_for_work_pool(deployment.work_pool_name)
    except ObjectNotFound:
        return None
    except PrefectHTTPStatusError as error:
        if error.response.status_code == HTTPStatus.NOT_FOUND:
            return None
        raise
    online = any(
        worker.status == WorkerStatus.ONLINE and not worker.name.startswith(OURS)
        for worker in workers
    )
    return deployment.id if online else None


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
    is_void = run.state.type is StateType.FAILED and "end_reason" in shown
    if run.state.type is not StateType.COMPLETED and not is_void:
        return Played(reason=shortened(printable(run.state.message or "it failed"), LONGEST_WHY))
    winner = shown.get(str(shown.get("winner")))
    return Played(
        result=StartResult(
            text=str(shown.get("result", "played; this bus was not told how it ended")),
            winner=winner,
            end_reason=str(shown.get("end_reason", "completed")),
        )
    )
