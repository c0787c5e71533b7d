"""A shard on a machine: who has the cores, and what is refused before a ball is bowled."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from engine.version import project_version
from flows.config import ShardConfig
from flows.fixtures import BadShard, order_of, whole_machine
from flows.parcels import ShardOrder, packed
from flows.storage import Storage, storage
from tests.flows.support import episode

CONFIG = ShardConfig(title="a shard", shard="run/shard")


@pytest.fixture
async def place(tmp_path: Path) -> Storage:
    return await storage(str(tmp_path))


def order(version: str) -> ShardOrder:
    return ShardOrder(
        version=version,
        episodes=(episode("e1"), episode("e2")),
        attempts=3,
        processes="auto",
        open_episodes=16,
        llm=8,
        shown=False,
        cards=True,
        reasoning="live",
    )


async def test_an_order_is_what_was_ordered(place: Storage) -> None:
    wanted = order(project_version())
    await place.put("run/shard/order", packed(wanted))
    assert await order_of(CONFIG, place) == wanted


async def test_an_order_that_is_not_there_names_the_storage(place: Storage) -> None:
    with pytest.raises(BadShard, match="must reach the same storage"):
        await order_of(CONFIG, place)


async def test_an_order_of_another_version_is_refused(place: Storage) -> None:
    await place.put("run/shard/order", packed(order("0.0.9")))
    with pytest.raises(BadShard, match=r"captains 0\.0\.9"):
        await order_of(CONFIG, place)


@pytest.mark.parametrize(("wanted", "at_once"), [(True, 1), (False, 3)])
async def test_shards_that_want_every_core_take_turns(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, wanted: bool, at_once: int
) -> None:
    monkeypatch.setattr("flows.fixtures.gettempdir", lambda: str(tmp_path))
    playing, most = 0, 0

    async def shard() -> None:
        nonlocal playing, most
        async with whole_machine(is_wanted=wanted):
            playing += 1
            most = max(most, playing)
            await asyncio.sleep(0)
            playing -= 1

    await asyncio.gather(shard(), shard(), shard())
    assert most == at_once
