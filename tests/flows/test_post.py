"""Who plays a shard whose flow run was deleted is told so by the storage."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from prefect.filesystems import LocalFileSystem

from engine.events import EndReason
from engine.version import project_version
from flows import post
from flows.parcels import Parcel, unpacked
from flows.post import RECALLED, Post
from flows.storage import Storage
from tests.flows.desks import place_in
from tests.flows.test_fixtures import order
from tests.flows.test_ledger import result


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


class Stuck(Storage):
    """Does not come to an end with the first that it is to write."""

    def __init__(self) -> None:
        super().__init__("there", LocalFileSystem())
        self.written: list[tuple[str, bytes]] = []
        self.is_writing = asyncio.Event()

    async def put(self, key: str, content: bytes) -> None:
        self.written.append((key, content))
        if not self.is_writing.is_set():
            self.is_writing.set()
            await asyncio.Event().wait()


async def test_what_was_cut_short_as_it_was_sent_is_in_what_is_sent_in_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, wanted = Stuck(), order(project_version())
    sender = Post(place, "run/shard", tmp_path, wanted)

    async def played() -> None:
        async with sender.sending(wanted.episodes[:1]) as part:
            ended = result("e1", 1, EndReason.COMPLETED)
            part.folder.append(ended)
            part.folder.record_of(ended).write_text("sealed")

    playing = asyncio.create_task(played())
    await place.is_writing.wait()
    playing.cancel()
    with monkeypatch.context() as patch:
        patch.setattr(post, "_ENDING_S", 0.01)
        await asyncio.wait([playing])
    await sender.cancelled()
    (key, first), (same, second) = place.written
    cut_short, told = unpacked(first, Parcel), unpacked(second, Parcel)
    assert same == key
    assert cut_short is not None
    assert told == cut_short.model_copy(update={"stopped": "cancelled"})
    assert list(told.records.values()) == ["sealed"]
