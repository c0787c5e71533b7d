"""The fixtures flow: a worker plays a shard of somebody's tournament, and sends it home in parcels.

It knows nothing of the tournament: what is to be played is in the storage, and so is what has been.
What it writes besides is in a folder of its own, which is gone when it ends; what one leaves that
is killed, the next one clears away.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Final

from prefect import flow, runtime
from prefect.concurrency.asyncio import concurrency
from prefect.logging import get_run_logger

from engine.events import EndReason
from engine.fanout import Observer
from engine.result import EpisodeResult
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
from flows.log import log_episodes
from flows.machine import clear_away, scratch, whole_machine
from flows.parcels import Parcel, ShardOrder, digest_of, packed, parcel_of, unpacked
from flows.patience import Patient
from flows.people import check_can_be_asked
from flows.play import Job, play_job, play_until_it_counts, warm_up
from flows.pool import ProcessPool, processes_of
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
RECALLED: Final = "recalled"
RECALLED_EVERY_S: Final = 10.0
_ENDING_S: Final = 5.0


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
            post = _Post(place, config.shard, folder, order)
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


@dataclass(frozen=True, slots=True)
class _Part:
    """Of a shard: the folder in which it is played, and the results as they come."""

    folder: RunFolder
    results: list[EpisodeResult] = field(default_factory=list)


class _Post:
    """Gives each part of a shard a folder to be played in, and sends home what is in it."""

    def __init__(self, place: Storage, key: str, scratch: Path, order: ShardOrder) -> None:
        self.order, self.scratch, self._place, self._key = order, scratch, place, key
        self.bus = current_stage().bus if order.shown else None
        self.folders: list[RunFolder] = []
        self._left, self._sent = len(order.episodes), 0
        self._sending = asyncio.Lock()
        self.spent: Callable[[], Told | None] = lambda: None
        self.stopped: str | None = None

    @asynccontextmanager
    async def sending(self, episodes: Sequence[EpisodeSpec]) -> AsyncIterator[_Part]:
        """What was played of these is sent at the end of the block."""
        folder = RunFolder(Path(mkdtemp(dir=self.scratch)))
        folder.open({})
        self.folders.append(folder)  # until it is sent: of a part that is cut short, what is live
        part = _Part(folder)
        yield part
        async with self._sending:  # the next parcel's number is that of those that are there
            self._left -= len(episodes)
            await self._send(parcel_of(folder, part.results, last=self._left == 0))
        log_episodes([*folder.attempts()])
        self.folders.remove(folder)
        await asyncio.to_thread(rmtree, folder.path, ignore_errors=True)

    async def begin(self) -> None:
        """Say that from here on somebody may be asked."""
        await self._send(Parcel(lines=(), records={}, last=False))

    @asynccontextmanager
    async def wanted(self) -> AsyncIterator[None]:
        """What is played in the block is cancelled once nobody waits for it any more. Who says so
        looks afterwards whether it has been begun: one of both sees the other.
        """
        playing = asyncio.current_task()
        assert playing is not None

        async def looking() -> None:
            while not await self._is_recalled():  # noqa: ASYNC110 - another machine is asked
                await asyncio.sleep(RECALLED_EVERY_S)
            playing.cancel("nobody waits for it any more")

        if await self._is_recalled():
            raise asyncio.CancelledError
        task = asyncio.create_task(looking())
        try:
            yield
        finally:
            task.cancel()

    async def _is_recalled(self) -> bool:
        return await self._place.get(f"{self._key}/{RECALLED}") is not None

    async def close(self) -> None:
        """Say that no more of it is played, where that is so."""
        async with self._sending:
            if self._left and self.stopped is not None:
                await self._send(Parcel(lines=(), records={}, last=True, stopped=self.stopped))

    async def cancelled(self) -> None:
        """Say what was spent until then; what was not is for others."""
        with suppress(Exception):
            async with asyncio.timeout(_ENDING_S), self._sending:
                await self._send(Parcel(lines=(), records={}, last=False, stopped="cancelled"))

    async def _send(self, parcel: Parcel) -> None:
        stopped = parcel.stopped or (self.stopped if parcel.last else None)
        told = parcel.model_copy(update={"spent": self.spent(), "stopped": stopped})
        putting = asyncio.create_task(self._put(packed(told)))
        try:
            await asyncio.shield(putting)
        except asyncio.CancelledError:  # it is written on: the next one is not to have its number
            await asyncio.wait([putting], timeout=_ENDING_S)
            putting.cancel()  # where the storage is away, nobody waits for it any more
            raise

    async def _put(self, content: bytes) -> None:
        await self._place.put(f"{self._key}/{self._sent}", content)
        self._sent += 1


async def _computed(post: _Post) -> None:
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


async def _asked(post: _Post) -> None:
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

        async def leg(part: _Part, spec: EpisodeSpec) -> None:
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
async def _lent(post: _Post, budgets: KeptBudgets) -> AsyncIterator[Services]:
    """What captains that call tools need; answers are kept in this machine's own home folder."""
    stage = current_stage()
    home = answers_home(Path("runs"))
    async with (
        leased(post.order.llm, said_aloud(stage)) as limiter,
        lent(home, budgets, limiter, stage.bus) as services,
    ):
        yield services


def _bus(post: _Post) -> AbstractAsyncContextManager[BusPublisher | None]:
    said = said_aloud(current_stage())
    return publisher(post.bus, RunFolder(post.scratch), post.order.reasoning, said)


def _parts(episodes: Sequence[EpisodeSpec], size: int) -> Iterator[tuple[EpisodeSpec, ...]]:
    """In order, so many at a time; the two legs of a pair stand beside one another."""
    size += size % 2
    for first in range(0, len(episodes), size):
        yield tuple(episodes[first : first + size])
