"""The desk of who hands out shards, with a scripted double of Prefect's client, and a folder as
storage.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar, cast
from uuid import UUID, uuid4

import pytest
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.client.schemas.responses import DeploymentResponse
from prefect.filesystems import LocalFileSystem

from engine.result import EpisodeResult
from flows import catalogue, watching
from flows.desk import Desk
from flows.grants import Grants
from flows.handing_out import carry, hand_out
from flows.journal import Shard
from flows.opening import open_run
from flows.order import Order
from flows.patience import Patient
from flows.pool import ProcessPool
from flows.shards import Cutter
from flows.stage import Reporter, Stage
from flows.storage import Storage
from flows.views import Views
from tournaments import parse_tournament

T = TypeVar("T")


@dataclass
class Server:
    """Prefect, where the flow runs that are out are, at each look, as `looks` says next; the last
    of it stays. None: they have been deleted.
    """

    looks: list[State[Any] | Exception | None] = field(default_factory=list)
    run_count: int = 0
    made: dict[str, UUID] = field(default_factory=dict)
    told: list[StateType] = field(default_factory=list)
    configs: list[dict[str, Any]] = field(default_factory=list)

    async def read_deployment_by_name(self, name: str) -> DeploymentResponse:
        return DeploymentResponse(id=uuid4(), name=name, flow_id=uuid4(), labels={})

    async def create_flow_run_from_deployment(
        self, _: UUID, *, idempotency_key: str, parameters: dict[str, Any], **__: object
    ) -> FlowRun:
        self.configs.append(parameters["config"])
        return self._run(self.made.setdefault(idempotency_key, uuid4()))

    async def read_flow_runs(self, **_: object) -> list[FlowRun]:
        now = self.looks.pop(0) if len(self.looks) > 1 else self.looks[0]
        if isinstance(now, Exception):
            raise now
        return [self._run(run_id, now) for run_id in self.made.values() if now is not None]

    async def read_flow_run(self, run_id: UUID) -> FlowRun:
        return self._run(run_id)

    async def set_flow_run_state(self, _: UUID, state: State[Any], **__: object) -> None:
        self.told.append(state.type)
        self.looks = [state]

    async def has_made(self) -> bool | None:
        return bool(self.made) or None

    async def read_workers_for_work_pool(self, _: str) -> list[object]:
        return []

    def _run(self, run_id: UUID, state: State[Any] | None = None) -> FlowRun:
        return FlowRun(id=run_id, flow_id=uuid4(), state=state, run_count=self.run_count)


class Unseen:
    """Views that nobody looks at."""

    async def add(self, results: list[EpisodeResult]) -> None:
        pass


class Pool:
    """Works in this process."""

    async def run_again(self, work: Callable[..., T], *arguments: Any) -> T:
        return work(*arguments)


class Heard(Reporter):
    def __init__(self) -> None:
        self.troubles: list[str] = []

    def trouble(self, message: str) -> None:
        self.troubles.append(message)

    async def next_trouble(self) -> str | None:
        return self.troubles.pop(0) if self.troubles else None


@asynccontextmanager
async def desk_of(text: str, server: Server, folder: Path) -> AsyncIterator[Desk]:
    """For the run of a tournament file; it looks at the server without a pause."""
    order = Order.of(parse_tournament(text, catalogue.known()), "1")
    client = cast("PrefectClient", server)
    with pytest.MonkeyPatch.context() as patch, open_run(order, folder / "runs") as run:
        patch.setattr(watching, "POLL_S", 0.001)
        async with watching.watching(client) as watch:
            heard = Heard()
            yield Desk(
                run=run,
                stage=Stage(reporter=heard),
                views=cast("Views", Unseen()),
                pool=cast("ProcessPool", Pool()),
                client=client,
                place=Patient(place_in(folder), heard.trouble),
                watch=watch,
                journal=run.journal,
                cutter=Cutter(run, run.journal, watch.workers),
                grants=Grants(run.budgets, run.room, run.order.allowance, run.captains.values()),
            )


async def carried(desk: Desk, shard: Shard) -> None:
    """Hand it out, and take home what is played of it."""
    await carry(desk, shard, await hand_out(desk, shard))


def place_in(folder: Path) -> Storage:
    return Storage("there", LocalFileSystem(basepath=str(folder / "there")))
