"""A tournament whose matches are played by workers: hands out shards, takes home what they play.

Prefect says only whether somebody still plays a shard. What has been played is what is in the
storage, and counts once its seal has been checked and it is in the run's own folder.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import httpx
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.objects import State, StateType
from prefect.exceptions import ObjectNotFound
from prefect.states import Cancelled, Cancelling, Crashed

from engine.errors import BrokenRecord
from engine.spec import EpisodeSpec
from engine.version import project_version
from flows import artifacts
from flows.config import ShardConfig
from flows.deployments.wanted import CPU, LLM, PoolName
from flows.fixtures import ORDER
from flows.journal import Journal, Shard
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
from flows.shards import Cutter
from flows.stage import Stage
from flows.storage import Storage, storage
from flows.together import together
from flows.views import Views
from flows.watching import Seen, Watch, watching
from flows.work import waits

DEPLOYMENTS: Final[dict[PoolName, str]] = {
    CPU: "fixtures/fixtures",
    LLM: "fixtures/fixtures-waiting",
}
MOST_OUT: Final = 16  # shards of a pool at once, those included that nobody has taken yet
MOST_TRIES: Final = 3
STUCK_S: Final = 150.0  # a worker that has taken a shard begins, and ends, within seconds
STUCK: Final = {
    StateType.PENDING: "the worker that had taken it has not begun",
    StateType.CANCELLING: "the worker that was to end it has not",
}
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
    place, journal = await storage(), run.journal
    async with get_client() as client, watching(client) as watch:
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
            seen = await _until_over(desk, shard, run_id, missing)
        except BaseException as error:
            if isinstance(error, BrokenRecord):  # else every later start meets it again
                desk.journal.ends(shard)
            await _settle(desk.client, run_id)
            raise
    desk.journal.ends(shard)  # what is missing of it has another key from here, or the next start
    if missing and seen is not None:
        _came_back(desk, shard, seen, missing)
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
) -> Seen | None:
    """Take home each parcel as it comes. Gives how the flow run ended where it did before the last
    one came; None where nothing more is waited for.
    """
    taken = 0
    while True:
        seen = await desk.watch.next(run_id)
        while (parcel := await _parcel(desk, shard, taken)) is not None:
            taken += 1
            await _take(desk, shard, parcel, missing)
            if parcel.last:
                return None
        if seen.state.is_final():
            return seen
        if seen.state.type is StateType.SCHEDULED and _is_over(desk.run, shard.pool):
            await _settle(desk.client, run_id)
            return None
        await _give_up(desk.client, run_id, seen.state)


async def _give_up(client: PrefectClient, run_id: UUID, state: State[Any]) -> None:
    """Call a flow run lost of which its worker should have told more by now."""
    if state.type in STUCK and _age_s(state) > STUCK_S:
        lost: State[Any] = Crashed(message=STUCK[state.type])
        with suppress(httpx.HTTPError, ObjectNotFound):  # then it is seen again at the next look
            await client.set_flow_run_state(run_id, lost, force=True)


async def _parcel(desk: Desk, shard: Shard, number: int) -> Parcel | None:
    content = await desk.place.get(f"{shard.key}/{number}")
    return None if content is None else unpacked(content, Parcel)


async def _take(desk: Desk, shard: Shard, parcel: Parcel, missing: dict[str, EpisodeSpec]) -> None:
    job = Homecoming(folder=desk.run.folder.path, parcel=parcel, wanted=dict(missing))
    results = await desk.pool.run_again(take_home, job)
    for result in results:
        del missing[result.episode_id]
    desk.cutter.took(shard.pool, results)
    await desk.views.add(results)
    await artifacts.show_scorecards(desk.run, results)


def _came_back(desk: Desk, shard: Shard, seen: Seen, missing: dict[str, EpisodeSpec]) -> None:
    """What has not been played of a shard is handed out again. That it was cancelled while it
    waited for a worker is no try. Raises `ShardLost`.
    """
    state = seen.state
    why = f"{state.name}{f': {state.message}' if state.message else ''}"
    if state.type is StateType.COMPLETED:
        why = (
            f"was played, and {desk.place} does not have it ({desk.place.why_not}): workers and "
            "who runs the tournament must reach the same storage (CAPTAINS_STORAGE)"
        )
    tries = shard.tries + (seen.has_begun or state.type is not StateType.CANCELLED)
    if state.type is StateType.COMPLETED or tries >= MOST_TRIES:
        raise ShardLost(shard.title, why)
    left = f"{len(missing)} of {len(shard.episodes)} episodes are handed out again"
    desk.stage.reporter.trouble(f"{shard.title}: {why}; {left}")
    desk.cutter.back(shard, missing.values(), tries)


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
