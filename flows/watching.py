"""How the flow runs are that are out, as far as Prefect knows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import httpx
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import FlowRunFilter
from prefect.client.schemas.objects import FlowRun, State
from prefect.states import Crashed

from flows.deployments.online import online
from flows.deployments.wanted import CPU, LLM

POLL_S: Final = 1.0
WORKERS_EVERY_S: Final = 15.0


@dataclass(frozen=True, slots=True)
class Seen:
    """How a flow run is. `has_begun`: whether anybody has ever played at it."""

    state: State[Any]
    has_begun: bool


GONE: Final = Seen(Crashed(message="its flow run was deleted in Prefect"), has_begun=True)


class WatchFailed(Exception):
    """Nobody looks any more, so that whoever waits would wait for ever; the cause says why."""


class Watch:
    """Asks Prefect how the flow runs are that are out, all of them with one question, and how many
    workers there are.
    """

    def __init__(self, client: PrefectClient) -> None:
        self._client = client
        self._seen: dict[UUID, Seen | None] = {}
        self._workers: dict[str, int] = {}
        self._news = asyncio.Condition()
        self._failure: Exception | None = None

    def workers(self, pool: str) -> int:
        return self._workers.get(pool, 0)

    @contextmanager
    def of(self, run_id: UUID) -> Iterator[None]:
        self._seen[run_id] = None
        try:
            yield
        finally:
            del self._seen[run_id]

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Looked at again with each look. Raises `WatchFailed`."""
        async with self._news:
            while not is_so():
                await self._look()

    async def next(self, run_id: UUID) -> Seen:
        """As it is at the next look. Raises `WatchFailed`."""
        async with self._news:
            while True:
                await self._look()
                if (seen := self._seen[run_id]) is not None:
                    return seen

    async def _look(self) -> None:
        if self._failure is None:
            await self._news.wait()
        if self._failure is not None:
            raise WatchFailed(str(self._failure)) from self._failure

    async def look(self) -> None:
        if wanted := [*self._seen]:
            runs = await self._client.read_flow_runs(
                flow_run_filter=FlowRunFilter.model_validate({"id": {"any_": wanted}})
            )
            found = {run.id: _seen(run) for run in runs}
            for run_id in self._seen.keys() & wanted:
                self._seen[run_id] = found.get(run_id, GONE)
        await self._tell()

    async def fail(self, error: Exception) -> None:
        """Whoever waits is told that nobody looks any more."""
        self._failure = error
        await self._tell()

    async def _tell(self) -> None:
        async with self._news:
            self._news.notify_all()

    async def count(self) -> None:
        for pool in (CPU, LLM):
            self._workers[pool] = len(await online(self._client, pool))


def _seen(run: FlowRun) -> Seen | None:
    has_begun = run.run_count > 0 or run.start_time is not None
    return None if run.state is None else Seen(run.state, has_begun)


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

    async def looking_or_failing() -> None:
        try:
            await looking()
        except Exception as error:  # noqa: BLE001 - raised again by all who wait
            await watch.fail(error)

    task = asyncio.create_task(looking_or_failing())
    try:
        yield watch
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
