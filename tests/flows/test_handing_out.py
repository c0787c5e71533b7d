"""What becomes of shards that are out: Prefect's client is a scripted double, the storage a folder,
and what workers play is played here.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

import httpx
import pytest
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import State, StateType
from prefect.client.schemas.responses import DeploymentResponse
from prefect.states import Cancelled, Completed, Running

from engine.errors import BrokenRecord
from flows import watching
from flows.deployments.wanted import CPU
from flows.desk import Desk
from flows.handing_out import MOST_TRIES, ShardLost, next_out
from flows.journal import Journal, Shard
from flows.parcels import Parcel, packed
from flows.presumed import STUCK_S
from tests.flows.desks import Server, carried, desk_of
from tests.flows.support import SMALL

DUEL = SMALL.replace("pairs: 2", "pairs: 40") + "execution: {mode: workers, processes: 1}\n"


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
async def desk(server: Server, tmp_path: Path) -> AsyncIterator[Desk]:
    async with desk_of(DUEL, server, tmp_path) as desk:
        yield desk


def cut(desk: Desk) -> Shard:
    shard = desk.cutter.next(CPU)
    assert shard is not None
    return shard


def out_again(desk: Desk) -> list[str]:
    """The keys of what a later start finds out."""
    journal = Journal(desk.run.folder.path)
    return [shard.key for shard in journal.out(desk.run.missing)]


async def test_a_shard_whose_play_the_storage_has_not_is_cut_anew_by_the_next_start(
    desk: Desk, server: Server
) -> None:
    shard = cut(desk)
    desk.journal.begins(shard)
    server.looks = [Completed()]
    with pytest.raises(ShardLost, match="CAPTAINS_STORAGE"):
        await carried(desk, shard)
    assert out_again(desk) == []


async def test_a_shard_with_a_broken_parcel_is_cut_anew_by_the_next_start(
    desk: Desk, server: Server
) -> None:
    shard = cut(desk)
    broken = Parcel(lines=("torn",), records={}, last=True)
    await desk.place.put(f"{shard.key}/0", packed(broken))
    server.looks = [Completed()]
    with pytest.raises(BrokenRecord):
        await carried(desk, shard)
    assert out_again(desk) == []


async def test_what_was_cancelled_while_it_waited_for_a_worker_is_no_try(
    desk: Desk, server: Server
) -> None:
    for _ in range(MOST_TRIES + 1):
        shard = cut(desk)
        server.looks = [Cancelled()]
        await carried(desk, shard)
    assert len({*server.made}) == MOST_TRIES + 1
    assert cut(desk).episodes


async def test_what_was_cancelled_while_it_was_played_is_a_try(desk: Desk, server: Server) -> None:
    server.looks, server.run_count = [Cancelled()], 1
    for _ in range(MOST_TRIES - 1):
        await carried(desk, cut(desk))
    with pytest.raises(ShardLost, match="Cancelled"):
        await carried(desk, cut(desk))


async def test_a_shard_whose_flow_run_was_deleted_is_handed_out_again(
    desk: Desk, server: Server
) -> None:
    shard = cut(desk)
    server.looks = [Running(), None]
    await carried(desk, shard)
    again = cut(desk)
    assert (again.episodes[0].episode_id, again.tries) == (shard.episodes[0].episode_id, 1)


@pytest.mark.parametrize("stuck", [StateType.PENDING, StateType.CANCELLING])
async def test_a_worker_that_tells_nothing_more_is_given_up(
    desk: Desk, server: Server, stuck: StateType
) -> None:
    long_ago = datetime.now(UTC) - timedelta(seconds=STUCK_S + 1)
    server.looks = [State(type=stuck, timestamp=long_ago)]
    await carried(desk, cut(desk))
    assert server.told == [StateType.CRASHED]
    assert cut(desk).tries == 1


async def test_nobody_waits_for_a_watch_that_has_failed(desk: Desk, server: Server) -> None:
    server.looks = [ValueError("nobody understands the answer")]
    with pytest.raises(watching.WatchFailed, match="nobody understands"):
        await carried(desk, cut(desk))


async def test_prefect_may_be_away_for_a_while(desk: Desk, server: Server) -> None:
    server.looks = [httpx.ConnectError("away"), Running(), httpx.ConnectError("away"), Cancelled()]
    await carried(desk, cut(desk))
    assert server.looks == [server.looks[-1]]


class SlowAtFirst(Server):
    """Takes longer for the first that it is asked than for those after it."""

    async def read_deployment_by_name(self, name: str) -> DeploymentResponse:
        for _ in range(1_000 if not self.configs else 0):
            await asyncio.sleep(0)
        return await super().read_deployment_by_name(name)


async def test_shards_are_handed_out_in_the_order_in_which_they_are_cut(tmp_path: Path) -> None:
    server, turn = SlowAtFirst(), asyncio.Lock()
    many = DUEL.replace("pairs: 40", "pairs: 200").replace("processes: 1", "shard: 1s")
    async with desk_of(many, server, tmp_path) as desk:
        outs = await asyncio.gather(*(next_out(desk, CPU, turn) for _ in range(3)))
    assert [*server.made] == [out[0].key for out in outs if out is not None]
    assert len(server.made) == 3


class NeverSetUp:
    """A server without pools, as Prefect's client tells it."""

    async def read_workers_for_work_pool(self, pool: str) -> list[object]:
        request = httpx.Request("POST", f"http://127.0.0.1/api/work_pools/{pool}/workers/filter")
        answer = httpx.Response(httpx.codes.NOT_FOUND, request=request)
        raise httpx.HTTPStatusError("not found", request=request, response=answer)


async def test_a_pool_that_nobody_has_set_up_has_no_workers() -> None:
    watch = watching.Watch(cast("PrefectClient", NeverSetUp()))
    await watch.count()
    assert watch.workers(CPU) == 0
