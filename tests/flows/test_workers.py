"""A match that a worker plays, seen from the bus: Prefect's client is a scripted double."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any, cast
from uuid import UUID, uuid4

import httpx
import pytest
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import FlowRun, State, WorkerStatus
from prefect.client.schemas.objects import Worker as PrefectWorker
from prefect.client.schemas.responses import DeploymentResponse
from prefect.exceptions import ObjectNotFound
from prefect.states import Completed, Failed, Running

from flows import workers
from flows.config import EpisodeConfig
from flows.places import CancelledElsewhere, Ordered
from flows.play import BusAddress
from flows.workers import Worker, worker_of

NOBODY = BusAddress(url="http://127.0.0.1:1", token="t")


class Scripted:
    """Prefect, as far as `Worker` asks it: each reading of the run is the next of `readings`."""

    def __init__(self, *readings: State[Any] | Exception) -> None:
        self.readings = list(readings)
        self.may_make, self.is_asked = asyncio.Event(), asyncio.Event()
        self.may_make.set()
        self.made: list[UUID] = []
        self.cancelled: list[UUID] = []

    async def create_flow_run_from_deployment(self, *_: object, **__: object) -> FlowRun:
        self.is_asked.set()
        await self.may_make.wait()
        self.made.append(uuid4())
        return self._run(Running())

    async def read_flow_run(self, _: UUID) -> FlowRun:
        now = self.readings.pop(0)
        if isinstance(now, Exception):
            raise now
        return self._run(now)

    async def set_flow_run_state(self, run_id: UUID, _: State[Any]) -> None:
        self.cancelled.append(run_id)

    def _run(self, state: State[Any]) -> FlowRun:
        return FlowRun(id=self.made[-1], flow_id=uuid4(), state=state)


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "POLL_S", 0.0)


def worker(prefect: Scripted) -> Worker:
    return Worker(cast("PrefectClient", prefect), NOBODY, uuid4())


def order() -> Ordered:
    return Ordered(config=EpisodeConfig(), episode_id="m", stream="m/1", on_playing=lambda: None)


def answered(status: int) -> httpx.HTTPStatusError:
    request = httpx.Request("GET", "http://127.0.0.1:1/api/flow_runs/1")
    return httpx.HTTPStatusError("", request=request, response=httpx.Response(status))


@pytest.mark.parametrize("trouble", [httpx.ConnectError("away"), answered(503)])
async def test_a_match_goes_on_while_prefect_cannot_be_reached(trouble: Exception) -> None:
    prefect = Scripted(Running(), trouble, Running(), Completed())
    played = await worker(prefect).play(order())
    assert (played.reason, prefect.readings) == (None, [])


async def test_a_match_whose_run_was_deleted_is_cancelled_elsewhere() -> None:
    prefect = Scripted(Running(), ObjectNotFound(answered(404)))
    with pytest.raises(CancelledElsewhere):
        await worker(prefect).play(order())


async def test_who_may_not_ask_prefect_is_told() -> None:
    with pytest.raises(httpx.HTTPStatusError):
        await worker(Scripted(Running(), answered(403))).play(order())


async def test_a_void_match_has_ended_though_its_run_has_failed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def shown(*_: object) -> dict[str, str]:
        return {"result": "void (transport)", "end_reason": "transport"}

    monkeypatch.setattr(workers, "_on_bus", shown)
    played = await worker(Scripted(Failed(message="void"))).play(order())
    assert played.result is not None
    assert (played.result.end_reason, played.result.winner) == ("transport", None)


async def test_a_match_is_cancelled_that_was_only_being_ordered() -> None:
    prefect = Scripted(Completed())
    prefect.may_make.clear()
    playing = asyncio.create_task(worker(prefect).play(order()))
    await prefect.is_asked.wait()
    playing.cancel()
    await asyncio.sleep(0)
    prefect.may_make.set()
    with suppress(asyncio.CancelledError):
        await playing
    assert playing.cancelled()
    assert prefect.cancelled == prefect.made != []


class Deployed:
    """Prefect, where these deployments have a worker in the pool of the same name."""

    def __init__(self, *names: str) -> None:
        self.numbers = {name: uuid4() for name in names}

    async def read_deployment_by_name(self, name: str) -> DeploymentResponse:
        if name not in self.numbers:
            raise ObjectNotFound(Exception())
        return DeploymentResponse(
            id=self.numbers[name], name=name, flow_id=uuid4(), work_pool_name=name, labels={}
        )

    async def read_workers_for_work_pool(self, _: str) -> list[PrefectWorker]:
        online = WorkerStatus.ONLINE
        return [PrefectWorker(name="theirs", work_pool_id=uuid4(), status=online)]


@pytest.mark.parametrize(
    ("there", "waits", "chosen"),
    [
        ((workers.DEPLOYMENT, workers.WAITING), True, workers.WAITING),
        ((workers.DEPLOYMENT, workers.WAITING), False, workers.DEPLOYMENT),
        ((workers.DEPLOYMENT,), True, workers.DEPLOYMENT),
        ((workers.WAITING,), False, None),
    ],
)
async def test_a_match_goes_to_the_pool_of_its_captains(
    there: tuple[str, ...], waits: bool, chosen: str | None
) -> None:
    deployed = Deployed(*there)
    found = await worker_of(cast("PrefectClient", deployed), NOBODY, waits=waits)
    number = None if found is None else found.deployment_id
    assert number == (None if chosen is None else deployed.numbers[chosen])
