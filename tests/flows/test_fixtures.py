"""What a worker refuses before a ball is bowled."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.version import project_version
from flows.config import ShardConfig
from flows.fixtures import BadShard, order_of
from flows.parcels import Parcel, ShardOrder, digest_of, packed
from flows.storage import Storage, storage
from tests.flows.support import episode


def config_of(content: bytes) -> ShardConfig:
    return ShardConfig(title="a shard", shard="run/shard", order=digest_of(content))


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
    content = packed(wanted)
    await place.put("run/shard/order", content)
    assert await order_of(config_of(content), place) == wanted


async def test_an_order_that_somebody_else_has_written_is_refused(place: Storage) -> None:
    """Who may write to the storage orders nothing: no key is sent to an address of his."""
    wanted = order(project_version())
    await place.put("run/shard/order", packed(wanted.model_copy(update={"llm": 9})))
    with pytest.raises(BadShard, match="is not the one that was given"):
        await order_of(config_of(packed(wanted)), place)


async def test_an_order_that_is_not_there_names_the_storage(place: Storage) -> None:
    with pytest.raises(BadShard, match="must reach the same storage"):
        await order_of(config_of(b""), place)


async def test_an_order_of_another_version_is_refused(place: Storage) -> None:
    content = packed(order("0.0.9"))
    await place.put("run/shard/order", content)
    with pytest.raises(BadShard, match=r"captains 0\.0\.9"):
        await order_of(config_of(content), place)


async def test_a_shard_that_was_begun_before_is_refused(place: Storage) -> None:
    """Who waits for it has taken its first parcels, and would not hear of what is spent now."""
    content = packed(order(project_version()))
    await place.put("run/shard/order", content)
    await place.put("run/shard/0", packed(Parcel(lines=(), records={}, last=False)))
    with pytest.raises(BadShard, match="has been begun before"):
        await order_of(config_of(content), place)
