"""What it takes to hand out a run's shards, and the account of what they spend."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import StateType

from engine.spec import EpisodeSpec
from flows.deployments.wanted import CPU, LLM, PoolName
from flows.fixtures import ORDER
from flows.grants import Grants, worst
from flows.journal import Journal, Shard
from flows.parcels import Parcel, unpacked
from flows.patience import Patient
from flows.pool import ProcessPool
from flows.post import RECALLED
from flows.run import Run
from flows.shards import Cutter
from flows.spending import Told
from flows.stage import Stage
from flows.views import Views
from flows.watching import Seen, Watch

ENDED: Final = (StateType.FAILED, StateType.CANCELLED)
TAKEN_BY_NOBODY: Final = (*ENDED, StateType.CRASHED, StateType.SCHEDULED)


@dataclass(slots=True)
class Desk:
    """What it takes to hand out a run's shards."""

    run: Run
    stage: Stage
    views: Views
    pool: ProcessPool
    client: PrefectClient
    place: Patient
    watch: Watch
    journal: Journal
    cutter: Cutter
    grants: Grants


@dataclass(slots=True)
class Out:
    """A shard that is out: what is missing of it, how its flow run was when it was last seen, and
    what it told in so many `parcels`. `is_told`: it spends no more; `is_home`: all of it has come;
    `is_recalled`: whoever begins it from now on is told not to, or had told that he has.
    """

    shard: Shard
    missing: dict[str, EpisodeSpec]
    seen: Seen | None = None
    spent: Told | None = None
    is_told: bool = False
    stopped: str | None = None
    is_home: bool = False
    is_recalled: bool = False
    parcels: int = 0
    played: int = 0

    def hears(self, parcel: Parcel) -> None:
        self.parcels += 1
        self.is_home = parcel.last
        self.spent, self.is_told = parcel.spent, parcel.last or parcel.stopped is not None
        self.stopped = parcel.stopped if parcel.last else None


def is_over(run: Run, kind: PoolName) -> bool:
    """Whether nothing more is begun: who spends nothing is bound by the run's time alone."""
    return run.is_late() or (kind == LLM and run.stopped is not None)


async def settle_accounts(desk: Desk) -> None:
    """Of the shards that are out since an earlier start: they have what they were given. Nobody
    waits for one of which nothing is missing.
    """
    for shard in desk.journal.out(desk.run.missing):
        desk.grants.found(shard)
    for shard in desk.journal.owing(desk.run.missing):
        desk.grants.found(shard)
        out = Out(shard, {})
        await desk.place.answers(f"{shard.key}/{ORDER}")  # else it counts as having told nothing
        while (parcel := await next_parcel(desk, out)) is not None:
            out.hears(parcel)
        await close(desk, out)


async def granted(desk: Desk, shard: Shard) -> Shard | None:
    """The shard with what it may spend; None where nothing more is begun."""
    if shard.pool == CPU or shard.grant is not None:
        return shard
    run, others = desk.run, partial(desk.cutter.others, shard.pool)
    grant = await desk.grants.take(shard, others, partial(is_over, run, shard.pool))
    if isinstance(grant, str):
        run.stop(f"the run's budget leaves no room for another pair: {grant}")
        return None
    return replace(shard, grant=grant)


async def close(desk: Desk, out: Out) -> None:
    """Write down what it has spent: what it told at its end, or the most that it may have."""
    shard = out.shard
    is_known = out.is_told or await _has_asked_nobody(desk, out)
    spent = out.spent if is_known else worst(shard.grant, out.spent)
    desk.journal.ends(shard, spent)
    await desk.grants.settle(shard, spent)


async def recall(desk: Desk, out: Out) -> None:
    """Tell who plays it by the storage, as its flow run is there no more."""
    await desk.place.put(f"{out.shard.key}/{RECALLED}", b"")
    out.is_recalled = True


async def _has_asked_nobody(desk: Desk, out: Out) -> bool:
    """A shard of captains who are waited for sends a parcel before it asks the first."""
    if out.seen is None or out.parcels:
        return False
    if out.is_recalled:
        return True
    if not out.seen.has_begun:
        return out.seen.state.type in TAKEN_BY_NOBODY
    if out.seen.state.type not in ENDED:
        return False
    can_read = await desk.place.get(f"{out.shard.key}/{ORDER}") is not None
    return can_read and await next_parcel(desk, out) is None  # it may have come meanwhile


async def next_parcel(desk: Desk, out: Out) -> Parcel | None:
    """None where it has not come yet."""
    content = await desk.place.get(f"{out.shard.key}/{out.parcels}")
    return None if content is None else unpacked(content, Parcel)
