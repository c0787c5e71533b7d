"""A match that a worker plays, seen from the bus: Prefect's client is a scripted double."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any, cast
from uuid import UUID, uuid4

import httpx
import pytest
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import FlowRun, State
from prefect.states import Completed, Running

from flows import workers
from flows.config import EpisodeConfig
from flows.places import Ordered
from flows.play import BusAddress
from flows.workers import Worker

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


async def test_a_match_goes_on_while_prefect_cannot_be_reached() -> None:
    prefect = Scripted(Running(), httpx.ConnectError("away"), Running(), Completed())
    played = await worker(prefect).play(order())
    assert (played.reason, prefect.readings) == (None, [])


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
