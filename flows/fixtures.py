"""The fixtures flow: a worker plays a shard of somebody's tournament, and sends it home in parcels.

It knows nothing of the tournament: what is to be played is in the storage, and so is what has been.
What it writes besides is in a folder of its own, which is gone when it ends; what one leaves that
is killed, the next one clears away.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Final

from prefect import flow, runtime
from prefect.concurrency.asyncio import concurrency
from prefect.logging import get_run_logger

from engine.events import EndReason
from engine.fanout import Observer
from engine.spec import EpisodeSpec
from engine.tool_captains import Services
from engine.version import project_version
from flows.announce import said_aloud
from flows.config import ShardConfig
from flows.experience import Experience
from flows.leasing import leased
from flows.ledger import RunFolder
from flows.lending import answers_home, check_secrets, lent
from flows.limits import LEASE_S
from flows.live_streams import none_left
from flows.machine import clear_away, scratch, whole_machine
from flows.parcels import ShardOrder, digest_of, unpacked
from flows.patience import Patient
from flows.people import check_can_be_asked
from flows.play import Job, play_job, play_until_it_counts, warm_up
from flows.pool import ProcessPool, processes_of
from flows.post import Part, Post
from flows.publishing import publisher
from flows.room import Room
from flows.spending import SPENT, KeptBudgets, Told, keep
from flows.stage import current_stage
from flows.storage import Storage, storage
from flows.terminating import ended_from_within
from flows.together import together
from flows.work import batch_size, guessed_s, waits
from spectator import BusPublisher

LIMIT: Final = "captains-shards"
ORDER: Final = "order"


class BadShard(Exception):
    """A shard that cannot be played here; the message says why, and what to do."""


def run_name() -> str:
    """What people read in the list of runs: the shard in words."""
    return ShardConfig.model_validate(runtime.flow_run.parameters["config"]).title


@flow(name="fixtures", flow_run_name=run_name, persist_result=False)
async def fixtures(config: ShardConfig) -> None:
    """Play a shard of a tournament, and send home what has been played as it ends."""
    place = Patient(await storage(config.storage), get_run_logger().warning)
    order = await order_of(config, place)
    await asyncio.to_thread(clear_away)
    with ended_from_within(), scratch() as folder:
        is_asked = any(map(waits, order.episodes))
        async with (
            whole_machine(is_wanted=not is_asked and order.processes == "auto"),
            concurrency(
                LIMIT,
                occupy=1,
                strict=True,
                lease_duration=LEASE_S,
                raise_on_lease_renewal_failure=False,  # a server that was away ends no play
            ),
        ):
            post = Post(place, config.shard, folder, order)
            async with none_left(post.bus, lambda: post.folders):
                await (_asked(post) if is_asked else _computed(post))


async def order_of(config: ShardConfig, place: Storage) -> ShardOrder:
    """Raises `BadShard`."""
    content = await place.get(f"{config.shard}/{ORDER}")
    if content is None:
        theirs = config.storage or "Prefect's default"
        raise BadShard(
            f"{place} has no order for {config.shard} ({place.why_not}): this worker and who runs "
            f"the tournament ({theirs}) must reach the same storage (CAPTAINS_STORAGE)"
        )
    if digest_of(content) != config.order:
        raise BadShard(
            f"the order for {config.shard} in {place} is not the one that was given: somebody else "
            "has written it, or another version of captains; nothing of it is played"
        )
    order = unpacked(content, ShardOrder)
    if order is None or order.version != project_version():
        raise BadShard(
            f"the order was written by captains {order.version if order else 'of another version'}"
            f", and this worker has {project_version()}: install the same version on both"
        )
    if await place.get(f"{config.shard}/0") is not None:
        raise BadShard(
            f"{config.shard} has been begun before: what was spent of it then is not told to who "
            "begins it again, so what is missing is handed out under another key"
        )
    return order


async def _computed(post: Post) -> None:
    """Play scripted captains, in processes of this run."""
    order = post.order
    processes = processes_of(order.processes)
    episodes = len(order.episodes)
    episode_s = max(map(guessed_s, order.episodes), default=1.0)
    size = batch_size(episodes, episodes, processes=processes, episode_s=episode_s)
    parts = _parts(order.episodes, size)

    async def player() -> None:
        for episodes in parts:
            async with post.sending(episodes) as part:
                job = Job(
                    folder=part.folder.path,
                    episodes=episodes,
                    attempts=order.attempts,
                    bus=post.bus,
                    reasoning=order.reasoning,
                    cards=order.cards,
                )
                part.results.extend(await pool.run(play_job, job))

    with ProcessPool(processes, warm_up) as pool:
        await together(player() for _ in range(processes + 1))


async def _asked(post: Post) -> None:
    """Play captains that are waited for, on the loop, pairs side by side."""
    order = post.order
    captains = {side.name: side for spec in order.episodes for side in (spec.home, spec.away)}
    pairs = _parts(order.episodes, 2)
    budgets = budgets_of(order, post.scratch)
    post.spent = partial(_spent, order, budgets)
    experience = Experience()
    room = Room(order.allowed, budgets, experience, order.wanted)
    async with _lent(post, budgets) as services, _bus(post) as bus:
        check_can_be_asked(captains.values(), current_stage().bus)
        await check_secrets(captains.values(), services.secrets)
        await post.begin()

        async def leg(part: Part, spec: EpisodeSpec) -> None:
            observers: list[Observer] = [bus.observer()] if bus is not None else []
            result = await play_until_it_counts(
                part.folder, spec, attempts=order.attempts, observers=observers, services=services
            )
            experience.add(result)
            if result.end_reason is EndReason.RUN_BUDGET:
                post.stopped = post.stopped or result.error or "its budget is spent"
            if order.cards:
                part.results.append(result)

        async def asker() -> None:
            for pair in pairs:
                async with room.pair(pair) as why:
                    post.stopped = post.stopped or why
                    if post.stopped is not None:
                        return
                    async with post.sending(pair) as part:
                        await together(leg(part, spec) for spec in pair)

        try:
            async with post.wanted():
                await together(asker() for _ in range(order.open_episodes // 2))
        except asyncio.CancelledError:
            await post.cancelled()
            raise
        await post.close()


def budgets_of(order: ShardOrder, scratch: Path) -> KeptBudgets:
    """The run's budgets, as far as this shard may spend them: the rest of them counts as spent."""
    path = scratch / SPENT
    if order.before is not None:
        keep(path, order.before)
    return KeptBudgets(order.allowed, path, shared=order.shared)


def _spent(order: ShardOrder, budgets: KeptBudgets) -> Told:
    """By this shard."""
    sums = budgets.ledger.sums()
    if order.before is not None:
        sums.add(order.before.sums(), -1)
    sums.run.wall_s = 0.0  # it is of the run's own process
    return Told.of(sums)


@asynccontextmanager
async def _lent(post: Post, budgets: KeptBudgets) -> AsyncIterator[Services]:
    """What captains that call tools need; answers are kept in this machine's own home folder."""
    stage = current_stage()
    home = answers_home(Path("runs"))
    async with (
        leased(post.order.llm, said_aloud(stage)) as limiter,
        lent(home, budgets, limiter, stage.bus) as services,
    ):
        yield services


def _bus(post: Post) -> AbstractAsyncContextManager[BusPublisher | None]:
    said = said_aloud(current_stage())
    return publisher(post.bus, RunFolder(post.scratch), post.order.reasoning, said)


def _parts(episodes: Sequence[EpisodeSpec], size: int) -> Iterator[tuple[EpisodeSpec, ...]]:
    """In order, so many at a time; the two legs of a pair stand beside one another."""
    size += size % 2
    for first in range(0, len(episodes), size):
        yield tuple(episodes[first : first + size])
