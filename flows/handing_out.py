"""A tournament whose matches are played by workers: hands out shards, takes home what they play.

Prefect says only whether somebody still plays a shard. What has been played is what is in the
storage, and counts once its seal has been checked and it is in the run's own folder.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Final
from uuid import UUID

from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import StateType
from prefect.exceptions import ObjectNotFound
from prefect.logging import get_run_logger

from engine.errors import BrokenRecord
from engine.events import EndReason
from engine.result import EpisodeResult
from engine.version import project_version
from flows import artifacts
from flows.config import ShardConfig
from flows.deployments.wanted import CPU, LLM, SHARDS, PoolName
from flows.desk import Desk, Out, close, granted, is_over, next_parcel, recall, settle_accounts
from flows.fixtures import ORDER
from flows.grants import Grants
from flows.journal import Shard
from flows.parcels import Homecoming, Parcel, ShardOrder, digest_of, packed, take_home
from flows.patience import Patient
from flows.pool import ProcessPool
from flows.presumed import give_up, settle
from flows.run import Run
from flows.shards import Cutter
from flows.stage import Stage
from flows.storage import storage
from flows.together import together
from flows.views import Views
from flows.watching import GONE, POLL_S, Watch, watching
from flows.work import waits

MOST_OUT: Final = 16  # shards of a pool at once, those included that nobody has taken yet
MOST_TRIES: Final = 3
LAST_WORD_S: Final = 60.0  # he looks every 10 s, and has his calls to end


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


async def play_shards(run: Run, stage: Stage, views: Views, pool: ProcessPool) -> None:
    """Have workers play all that is missing. Raises `NoFixtures` and `ShardLost`."""
    place, journal = Patient(await storage(), partial(_told, stage)), run.journal
    async with get_client() as client, watching(client) as watch:
        cutter = Cutter(run, journal, watch.workers)
        allowed, captains = run.order.allowance, run.captains.values()
        grants = Grants(run.budgets, run.room, allowed, captains)
        desk = Desk(run, stage, views, pool, client, place, watch, journal, cutter, grants)

        turns = {kind: asyncio.Lock() for kind in SHARDS}
        _tell_who_plays(run, stage, watch)
        await settle_accounts(desk)

        async def carrier(kind: PoolName, number: int) -> None:
            if number >= max(1, watch.workers(kind)):
                await watch.until(lambda: cutter.is_measured(kind))
            while (handed := await next_out(desk, kind, turns[kind])) is not None:
                await carry(desk, *handed)
            cutter.measured(kind)

        await together(carrier(kind, number) for kind in SHARDS for number in range(MOST_OUT))


def _tell_who_plays(run: Run, stage: Stage, watch: Watch) -> None:
    for pool in dict.fromkeys(LLM if waits(spec) else CPU for spec in run.missing.values()):
        if not watch.workers(pool):
            stage.reporter.trouble(
                f"no worker takes the runs of {pool}: they wait for one "
                f"(prefect worker start --pool {pool})"
            )


def _told(stage: Stage, trouble: str) -> None:
    """Also to who has only the run's log: a deployment has no terminal."""
    get_run_logger().warning("%s", trouble)
    stage.reporter.trouble(trouble)


async def next_out(desk: Desk, pool: PoolName, turn: asyncio.Lock) -> tuple[Shard, UUID] | None:
    """Hand out the next shard, and say which it is and its flow run; None where nothing more is.

    They take turns: workers take the runs in the order in which they were made, and the shortest
    shards, by which all come to their ends together, are cut last. Who waits for a grant holds up
    nobody.
    """
    while not is_over(desk.run, pool) and (shard := desk.cutter.next(pool)) is not None:
        if (given := await granted(desk, shard)) is not None:
            async with turn:
                return given, await hand_out(desk, given)
    return None


async def carry(desk: Desk, shard: Shard, run_id: UUID) -> None:
    """Take home what is played of a shard until it is over."""
    out = Out(shard, {spec.episode_id: spec for spec in shard.episodes})
    with desk.watch.of(run_id), desk.run.playing.of(shard.episodes, on_bus=False):
        try:
            is_waited_for = await _until_over(desk, out, run_id)
        except BaseException as error:
            if isinstance(error, BrokenRecord):  # else every later start meets it again
                await close(desk, out)
            await settle(desk.client, run_id)
            raise
    await close(desk, out)  # what is missing of it has another key from here, or the next start
    if out.missing and is_waited_for:
        _came_back(desk, out)
    if out.is_told or not out.is_recalled:  # else somebody may still look whether he is wanted
        with suppress(Exception):  # what is left there is clutter
            await desk.place.remove(shard.key)


async def hand_out(desk: Desk, shard: Shard) -> UUID:
    """The flow run of a shard: a new one, or the one that was made for it before."""
    name = SHARDS[shard.pool]
    try:
        deployment = await desk.client.read_deployment_by_name(name)
    except ObjectNotFound:
        raise NoFixtures(name) from None
    order = await _ordered(desk, shard)
    if shard.key not in desk.journal:
        desk.journal.begins(replace(shard, order=order))
    config = ShardConfig(title=shard.title, shard=shard.key, order=order, storage=desk.place.name)
    made = await desk.client.create_flow_run_from_deployment(
        deployment.id,
        parameters={"config": config.model_dump(mode="json", exclude_none=True)},
        name=shard.title,
        tags=[desk.run.spec.name],
        idempotency_key=shard.key,
    )
    return made.id


async def _ordered(desk: Desk, shard: Shard) -> str:
    """Write down what is to be played, where that has not been done; its digest. It is not
    reckoned anew: what the run has seen since would make another order of it.
    """
    key = f"{shard.key}/{ORDER}"
    if shard.order is not None:
        await desk.place.answers(key)
        if await desk.place.get(key) is not None:
            return shard.order
    order = packed(_order(desk, shard))
    await desk.place.put(key, order)
    return digest_of(order)


def _order(desk: Desk, shard: Shard) -> ShardOrder:
    run, grant = desk.run, shard.grant
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
        allowed=desk.grants.allowed,
        before=None if grant is None else desk.grants.before(grant),
        shared=() if grant is None else grant.shared,
        wanted=desk.grants.wanted(shard),
    )


async def _until_over(desk: Desk, out: Out, run_id: UUID) -> bool:
    """Take home each parcel as it comes; whether what is missing then is still waited for."""
    while True:
        out.seen = await desk.watch.next(run_id)
        await _take_all(desk, out)
        state = out.seen.state
        if state.is_final() and not out.is_home:
            await desk.place.answers(f"{out.shard.key}/{ORDER}")
            await _take_all(desk, out)  # what came meanwhile, or could not be read
        if out.seen is GONE and out.shard.pool == LLM and not out.is_home:
            await _last_word(desk, out)
        if out.is_home:
            return out.stopped is not None
        if state.is_final():
            return True
        if state.type is StateType.SCHEDULED and not _is_waited_for(desk, out):
            has_begun = await settle(desk.client, run_id)
            out.seen = replace(out.seen, has_begun=has_begun)
            return False
        await give_up(desk.client, run_id, state)


def _is_waited_for(desk: Desk, out: Out) -> bool:
    """Whether it is still to be begun."""
    is_wanted = bool(desk.run.wanted(out.missing.values()))
    return is_wanted and not is_over(desk.run, out.shard.pool)


async def _last_word(desk: Desk, out: Out) -> None:
    """Who plays a shard whose flow run was deleted does not hear of it: he is told to end, and
    tells what he has spent.
    """
    await recall(desk, out)
    await _take_all(desk, out)
    until_s = time.monotonic() + LAST_WORD_S
    while out.parcels and not out.is_told and time.monotonic() < until_s:
        await asyncio.sleep(POLL_S)
        await _take_all(desk, out)


async def _take_all(desk: Desk, out: Out) -> None:
    while not out.is_home and (parcel := await next_parcel(desk, out)) is not None:
        await _take(desk, out, parcel)


async def _take(desk: Desk, out: Out, parcel: Parcel) -> None:
    job = Homecoming(folder=desk.run.folder.path, parcel=parcel, wanted=dict(out.missing))
    results = [each for each in await desk.pool.run_again(take_home, job) if _counts(out, each)]
    for result in results:
        del out.missing[result.episode_id]
    out.hears(parcel)
    out.played += len(results)
    desk.cutter.took(out.shard.pool, results)
    await desk.views.add(results)
    await artifacts.show_scorecards(desk.run, results)


def _counts(out: Out, result: EpisodeResult) -> bool:
    """Not where the shard had too little, and others may have the rest: it is played again."""
    is_short = result.end_reason is EndReason.RUN_BUDGET
    return not is_short or out.shard.grant is None or out.shard.grant.whole


def _came_back(desk: Desk, out: Out) -> None:
    """What has not been played of a shard is handed out again. That it was cancelled while it
    waited for a worker is no try, nor that it had nothing left to spend. Raises `ShardLost`.
    """
    shard, missing = out.shard, desk.run.wanted(out.missing.values())
    if not missing:
        return
    if out.stopped is not None and not out.played and shard.grant and shard.grant.whole:
        desk.run.stop(out.stopped)  # with no more than that it would come back for ever
        return
    if out.stopped is not None or out.seen is None:
        desk.cutter.back(shard, missing, shard.tries, None if out.played else shard.grant)
        return
    state = out.seen.state
    why = f"{state.name}{f': {state.message}' if state.message else ''}"
    if state.type is StateType.COMPLETED:
        why = (
            f"was played, and {desk.place} does not have it ({desk.place.why_not}): workers and "
            "who runs the tournament must reach the same storage (CAPTAINS_STORAGE)"
        )
    tries = shard.tries + (out.seen.has_begun or state.type is not StateType.CANCELLED)
    if state.type is StateType.COMPLETED or tries >= MOST_TRIES:
        raise ShardLost(shard.title, why)
    left = f"{len(missing)} of {len(shard.episodes)} episodes are handed out again"
    desk.stage.reporter.trouble(f"{shard.title}: {why}; {left}")
    desk.cutter.back(shard, missing, tries)
