"""How the flow runs are that are out, as far as Prefect knows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any, Final
from uuid import UUID

import httpx
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import FlowRunFilter
from prefect.client.schemas.objects import State, WorkerStatus
from prefect.exceptions import ObjectNotFound

from flows.deployments.wanted import CPU, LLM

POLL_S: Final = 1.0
WORKERS_EVERY_S: Final = 15.0


class Watch:
    """Asks Prefect how the flow runs are that are out, all of them with one question, and how many
    workers there are.
    """

    def __init__(self, client: PrefectClient) -> None:
        self._client = client
        self._states: dict[UUID, State[Any] | None] = {}
        self._workers: dict[str, int] = {}
        self._news = asyncio.Condition()

    def workers(self, pool: str) -> int:
        return self._workers.get(pool, 0)

    @contextmanager
    def of(self, run_id: UUID) -> Iterator[None]:
        self._states[run_id] = None
        try:
            yield
        finally:
            del self._states[run_id]

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Looked at again with each look."""
        async with self._news:
            await self._news.wait_for(is_so)

    async def next(self, run_id: UUID) -> State[Any]:
        """As it is at the next look."""
        async with self._news:
            while True:
                await self._news.wait()
                if (state := self._states[run_id]) is not None:
                    return state

    async def look(self) -> None:
        if self._states:
            ids = {"id": {"any_": [*self._states]}}
            runs = await self._client.read_flow_runs(
                flow_run_filter=FlowRunFilter.model_validate(ids)
            )
            for run in runs:
                if run.id in self._states:
                    self._states[run.id] = run.state
        async with self._news:
            self._news.notify_all()

    async def count(self) -> None:
        for pool in (CPU, LLM):
            with suppress(ObjectNotFound):
                found = await self._client.read_workers_for_work_pool(pool)
                online = [one for one in found if one.status == WorkerStatus.ONLINE]
                self._workers[pool] = len(online)


@asynccontextmanager
async def watching(client: PrefectClient) -> AsyncIterator[Watch]:
    watch = Watch(client)
    await watch.count()

    async def looking() -> None:
        for number in range(1, 1_000_000_000):
            await asyncio.sleep(POLL_S)
            with suppress(httpx.HTTPError):  # Prefect is away: what is played is played
                await watch.look()
                if number % int(WORKERS_EVERY_S / POLL_S) == 0:
                    await watch.count()

    task = asyncio.create_task(looking())
    try:
        yield watch
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
