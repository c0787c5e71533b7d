"""A storage that goes away while shards are out: a folder that is there no more."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import ClassVar, cast

import pytest
from prefect.states import Completed, Running

from flows import patience
from flows.deployments.wanted import CPU
from flows.desk import Desk
from flows.journal import Journal, Shard
from flows.parcels import Parcel, packed
from flows.patience import Patient
from flows.storage import FOLDER, Far, Storage, StorageRefused
from tests.flows import desks
from tests.flows.desks import Heard, Server, desk_of
from tests.flows.support import SMALL
from tests.flows.working import until

DUEL = SMALL + "execution: {mode: workers, processes: 1}\n"
LAST = packed(Parcel(lines=(), records={}, last=True))


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "AGAIN_S", 0.001)


@pytest.fixture
def server() -> Server:
    return Server(looks=[Running()])


@pytest.fixture
async def desk(server: Server, tmp_path: Path) -> AsyncIterator[Desk]:
    async with desk_of(DUEL, server, tmp_path) as desk:
        yield desk


def take_away(folder: Path) -> None:
    (folder / "there").rename(folder / "away")
    (folder / "there").touch()


def give_back(folder: Path) -> None:
    (folder / "there").unlink()
    (folder / "away").rename(folder / "there")


async def carried(desk: Desk, server: Server, folder: Path) -> tuple[Shard, asyncio.Task[None]]:
    """A shard that has been played, and the storage is away with what came of it."""
    shard = desk.cutter.next(CPU)
    assert shard is not None
    carrying = asyncio.create_task(desks.carried(desk, shard))
    await until(server.has_made)
    take_away(folder)
    (folder / "away" / FOLDER / shard.key / "0").write_bytes(LAST)
    server.looks = [Completed()]
    return shard, carrying


async def told(desk: Desk) -> str:
    return await until(cast("Heard", desk.stage.reporter).next_trouble)


async def test_what_was_played_comes_home_once_the_storage_is_back(
    desk: Desk, server: Server, tmp_path: Path
) -> None:
    shard, carrying = await carried(desk, server, tmp_path)
    assert "it is waited for, 15 minutes at most" in await told(desk)
    give_back(tmp_path)
    await carrying
    assert await told(desk) == "there answers again"
    assert shard.key not in desk.journal


async def test_what_is_in_a_storage_that_stays_away_is_for_the_next_start(
    desk: Desk, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "AWAY_S", 0.0)
    shard, carrying = await carried(desk, server, tmp_path)
    with pytest.raises(StorageRefused, match="there cannot be written to"):
        await carrying
    journal = Journal(desk.run.folder.path)
    assert [out.key for out in journal.out(desk.run.missing)] == [shard.key]


async def test_nobody_waits_for_a_storage_that_has_never_answered() -> None:
    place = Patient(storage_that_breaks(), pytest.fail)
    with pytest.raises(StorageRefused, match="its connection has ended"):
        await place.put("run/shard/order", b"")


async def test_a_connection_that_has_ended_is_made_anew() -> None:
    heard: list[str] = []
    place = Patient(storage_that_breaks(at=3), heard.append)
    for number in range(3):
        await place.put(f"run/shard/{number}", b"played")
    assert await place.get("run/shard/2") == b"played"
    assert len(heard) == 2


async def test_what_is_refused_while_all_else_is_taken_is_not_tried_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(patience, "AWAY_S", 0.0)
    heard: list[str] = []
    place = Patient(Storage("bucket", Far(Choosy(), "bucket")), heard.append)
    await place.put("run/order", b"")
    refused = asyncio.create_task(place.put("run/refused", b""))
    while not refused.done():
        await place.put("run/0", b"")
    with pytest.raises(StorageRefused, match="too large"):
        await refused
    assert len(heard) == 1


class Choosy:
    """A file system of fsspec that takes all but one."""

    async_impl = True

    def pipe_file(self, path: str, _: bytes) -> None:
        if path.endswith("refused"):
            raise OSError("too large")


def storage_that_breaks(at: int = 1) -> Storage:
    return Storage("bucket", Far(Breaking(at=at), "bucket"))


class Breaking:
    """A file system of fsspec that keeps a connection: once that has ended, only another one like
    it answers. All of them have the same files.
    """

    async_impl = False
    files: ClassVar[dict[str, bytes]] = {}

    def __init__(self, *, at: int, skip_instance_cache: bool = False) -> None:
        self.storage_args, self.storage_options = (), {"at": at}
        self.left = at

    def pipe_file(self, path: str, value: bytes) -> None:
        self.left -= 1
        if self.left < 1:
            raise ConnectionResetError("its connection has ended")
        self.files[path] = value

    def cat_file(self, path: str) -> bytes:
        return self.files[path]
