"""A tournament whose matches are played by workers: hands out shards, takes home what they play.

Prefect says only whether somebody still plays a shard. What has been played is what is in the
storage, and counts once its seal has been checked and it is in the run's own folder.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import httpx
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.filters import FlowRunFilter
from prefect.client.schemas.objects import State, StateType, WorkerStatus
from prefect.exceptions import ObjectNotFound
from prefect.states import Cancelled, Cancelling, Crashed

from engine.spec import EpisodeSpec
from engine.version import project_version
from flows import artifacts
from flows.config import ShardConfig
from flows.deployments.wanted import CPU, LLM, PoolName
from flows.fixtures import ORDER
from flows.parcels import (
    Homecoming,
    Parcel,
    ShardOrder,
    digest_of,
    packed,
    take_home,
    unpacked,
)
from flows.pool import ProcessPool
from flows.run import Run
from flows.shards import Cutter, Journal, Shard
from flows.stage import Stage
from flows.storage import Storage, storage
from flows.together import together
from flows.views import Views
from flows.work import waits

DEPLOYMENTS: Final[dict[PoolName, str]] = {
    CPU: "fixtures/fixtures",
    LLM: "fixtures/fixtures-waiting",
}
MOST_OUT: Final = 16  # shards of a pool at once, those included that nobody has taken yet
MOST_TRIES: Final = 3
POLL_S: Final = 1.0
WORKERS_EVERY_S: Final = 15.0
STUCK_S: Final = 150.0  # a worker that has taken a shard begins within seconds
_SETTLE_S: Final = 5.0


class NoFixtures(Exception):
    """There is no deployment that plays shards."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name

    def __str__(self) -> str:
        return (
            f"the Prefect server has no deployment {self.name}, which `execution.mode: workers` "
            "hands shards to; `captains deploy` makes it"
        )


class ShardLost(Exception):
    """A shard that workers did not play to its end: `title` names it, `why` is what they said."""

    def __init__(self, title: str, why: str) -> None:
        super().__init__(title, why)
        self.title, self.why = title, why

    def __str__(self) -> str:
        return f"{self.title}: {self.why}"


@dataclass(slots=True)
class Desk:
    """What it takes to hand out a run's shards."""

    run: Run
    stage: Stage
    views: Views
    pool: ProcessPool
    client: PrefectClient
    place: Storage
    watch: Watch
    journal: Journal
    cutter: Cutter


async def play_shards(run: Run, stage: Stage, views: Views, pool: ProcessPool) -> None:
    """Have workers play all that is missing. Raises `NoFixtures` and `ShardLost`."""
    async with get_client() as client, watching(client) as watch:
        journal, place = Journal(run.folder.path), await storage()
        cutter = Cutter(run, journal, watch.workers)
        desk = Desk(run, stage, views, pool, client, place, watch, journal, cutter)

        _tell_who_plays(run, stage, watch)

        async def carrier(kind: PoolName, number: int) -> None:
            if number >= max(1, watch.workers(kind)):
                await watch.until(lambda: cutter.is_measured(kind))
            while not _is_over(run, kind) and (shard := cutter.next(kind)) is not None:
                await carry(desk, shard)
            cutter.measured(kind)

        await together(carrier(kind, number) for kind in DEPLOYMENTS for number in range(MOST_OUT))


def _tell_who_plays(run: Run, stage: Stage, watch: Watch) -> None:
    for pool in dict.fromkeys(LLM if waits(spec) else CPU for spec in run.missing.values()):
        if not watch.workers(pool):
            stage.reporter.trouble(
                f"no worker takes the runs of {pool}: they wait for one "
                f"(prefect worker start --pool {pool})"
            )


def _is_over(run: Run, kind: PoolName) -> bool:
    """Whether nothing more is begun: who spends nothing is bound by the run's time alone."""
    return run.is_late() or (kind == LLM and run.stopped is not None)


async def carry(desk: Desk, shard: Shard) -> None:
    """Hand out a shard, and take home what is played of it until it is over."""
    run_id = await hand_out(desk, shard)
    missing = {spec.episode_id: spec for spec in shard.episodes}
    with desk.watch.of(run_id), desk.run.playing.of(shard.episodes, on_bus=False):
        try:
            state = await _until_over(desk, shard, run_id, missing)
        except BaseException:
            await _settle(desk.client, run_id)
            raise
    if missing and state is not None:
        _came_back(desk, shard, state, missing)
    desk.journal.ends(shard)
    with suppress(Exception):  # what is left there is clutter
        await desk.place.remove(shard.key)


async def hand_out(desk: Desk, shard: Shard) -> UUID:
    """The flow run of a shard: a new one, or the one that was made for it before."""
    name = DEPLOYMENTS[shard.pool]
    try:
        deployment = await desk.client.read_deployment_by_name(name)
    except ObjectNotFound:
        raise NoFixtures(name) from None
    key = f"{shard.key}/{ORDER}"
    order = packed(_order(desk.run, shard))
    if await desk.place.get(key) is None:
        await desk.place.put(key, order)
    if shard.key not in desk.journal:
        desk.journal.begins(shard)
    config = ShardConfig(
        title=shard.title, shard=shard.key, order=digest_of(order), storage=desk.place.name
    )
    made = await desk.client.create_flow_run_from_deployment(
        deployment.id,
        parameters={"config": config.model_dump(mode="json", exclude_none=True)},
        name=shard.title,
        tags=[desk.run.spec.name],
        idempotency_key=shard.key,
    )
    return made.id


def _order(run: Run, shard: Shard) -> ShardOrder:
    spec = run.spec
    return ShardOrder(
        version=project_version(),
        episodes=shard.episodes,
        attempts=run.attempts,
        processes=spec.execution.processes,
        open_episodes=spec.execution.open_episodes,
        llm=spec.limits.llm,
        shown=spec.spectate.episodes == "all",
        cards=artifacts.has_scorecards(run),
        reasoning=spec.spectate.reasoning,
    )


async def _until_over(
    desk: Desk, shard: Shard, run_id: UUID, missing: dict[str, EpisodeSpec]
) -> State[Any] | None:
    """Take home each parcel as it comes. Gives how the flow run ended where it did before the last
    one came; None where nothing more is waited for.
    """
    taken = 0
    while True:
        state = await desk.watch.next(run_id)
        while (parcel := await _parcel(desk, shard, taken)) is not None:
            taken += 1
            await _take(desk, shard, parcel, missing)
            if parcel.last:
                return None
        if state.is_final():
            return state
        if state.type is StateType.SCHEDULED and _is_over(desk.run, shard.pool):
            await _settle(desk.client, run_id)
            return None
        if state.type is StateType.PENDING and _age_s(state) > STUCK_S:
            lost: State[Any] = Crashed(message="the worker that had taken it has not begun")
            await desk.client.set_flow_run_state(run_id, lost, force=True)


async def _parcel(desk: Desk, shard: Shard, number: int) -> Parcel | None:
    content = await desk.place.get(f"{shard.key}/{number}")
    return None if content is None else unpacked(content, Parcel)


async def _take(desk: Desk, shard: Shard, parcel: Parcel, missing: dict[str, EpisodeSpec]) -> None:
    job = Homecoming(folder=desk.run.folder.path, parcel=parcel, wanted=dict(missing))
    results = await desk.pool.run(take_home, job)
    for result in results:
        del missing[result.episode_id]
    desk.cutter.took(shard.pool, results)
    await desk.views.add(results)
    await artifacts.show_scorecards(desk.run, results)


def _came_back(
    desk: Desk, shard: Shard, state: State[Any], missing: dict[str, EpisodeSpec]
) -> None:
    """What has not been played of a shard is handed out again. Raises `ShardLost`."""
    why = f"{state.name}{f': {state.message}' if state.message else ''}"
    if state.type is StateType.COMPLETED:
        why = (
            f"was played, and {desk.place} does not have it ({desk.place.why_not}): workers and "
            "who runs the tournament must reach the same storage (CAPTAINS_STORAGE)"
        )
    if state.type is StateType.COMPLETED or shard.tries + 1 >= MOST_TRIES:
        raise ShardLost(shard.title, why)
    left = f"{len(missing)} of {len(shard.episodes)} episodes are handed out again"
    desk.stage.reporter.trouble(f"{shard.title}: {why}; {left}")
    desk.cutter.back(shard, missing.values())


async def _settle(client: PrefectClient, run_id: UUID) -> None:
    """Nobody waits for it any more: end it, where it has not ended."""
    with suppress(httpx.HTTPError, ObjectNotFound, TimeoutError):
        async with asyncio.timeout(_SETTLE_S):
            run = await client.read_flow_run(run_id)
            if run.state is None or run.state.is_final():
                return
            begun = run.state.type in (StateType.RUNNING, StateType.PENDING)
            said = "the tournament that it is of was stopped"
            state: State[Any] = Cancelling(message=said) if begun else Cancelled(message=said)
            await client.set_flow_run_state(run_id, state)


def _age_s(state: State[Any]) -> float:
    return (datetime.now(UTC) - state.timestamp).total_seconds()


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
        for pool in DEPLOYMENTS:
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
