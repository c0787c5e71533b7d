"""Who plays a shard whose flow run was deleted is told so by the storage."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from engine.version import project_version
from flows import post
from flows.post import RECALLED, Post
from tests.flows.desks import place_in
from tests.flows.test_fixtures import order


@pytest.fixture
def sender(tmp_path: Path) -> Post:
    return Post(place_in(tmp_path), "run/shard", tmp_path, order(project_version()))


@pytest.fixture
async def recalled(tmp_path: Path) -> None:
    await place_in(tmp_path).put(f"run/shard/{RECALLED}", b"")


@pytest.mark.usefixtures("recalled")
async def test_who_is_not_wanted_any_more_asks_nobody(sender: Post) -> None:
    with pytest.raises(asyncio.CancelledError):
        async with sender.wanted():
            pytest.fail("somebody was asked")


async def test_who_is_recalled_while_he_plays_ends(
    sender: Post, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(post, "_LOOKED_EVERY_S", 0.001)

    async def played() -> None:
        async with sender.wanted():
            await place_in(tmp_path).put(f"run/shard/{RECALLED}", b"")
            await asyncio.Event().wait()

    playing = asyncio.create_task(played())
    await asyncio.wait([playing])
    assert playing.cancelled()
