"""Nothing of a run stays live on a bus when its process ends, whoever was killed in it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from engine.record import RecordWriter
from flows.live_streams import none_left
from flows.play import BusAddress
from flows.single import singles_folder
from spectator import BusServer
from tests.flows.shown import sealed, told
from tests.flows.support import episode
from tests.spectator.processes import free_port
from tests.spectator.wire import post

E1 = "e1/1"


@pytest.fixture
async def bus() -> AsyncIterator[BusServer]:
    async with BusServer() as running:
        yield running


def address_of(bus: BusServer) -> BusAddress:
    return BusAddress(url=bus.url, token=bus.publish_token)


async def test_a_match_that_was_cut_short_is_void(tmp_path: Path, bus: BusServer) -> None:
    events, folder = await sealed(tmp_path / "elsewhere", episode("e1")), singles_folder(tmp_path)
    async with none_left(address_of(bus), lambda: [folder]):
        (folder.records / "e1.1.x.part").touch()
        await post(bus, events[:20])
    shown = await told(bus, E1)
    assert (shown["outcome"], shown["end_reason"]) == ("void", "cancelled")


async def test_a_match_that_was_sealed_is_shown_to_its_end(tmp_path: Path, bus: BusServer) -> None:
    async with none_left(address_of(bus), lambda: [singles_folder(tmp_path)]):
        await post(bus, (await sealed(tmp_path, episode("e1")))[:20])
    assert (await told(bus, E1))["end_reason"] == "completed"


async def test_what_others_play_is_left_alone(tmp_path: Path, bus: BusServer) -> None:
    events, folder = await sealed(tmp_path / "elsewhere", episode("e1")), singles_folder(tmp_path)
    other = await sealed(tmp_path / "elsewhere", episode("e2"))
    async with none_left(address_of(bus), lambda: [folder]):
        writer = RecordWriter(folder.records, "e2", 1)
        await post(bus, events[:20])
        await post(bus, other[:20])
    assert {(await told(bus, stream))["state"] for stream in (E1, "e2/1")} == {"live"}
    writer.close()


async def test_an_error_is_not_hidden_by_a_bus_that_is_away(tmp_path: Path) -> None:
    away = BusAddress(url=f"http://127.0.0.1:{free_port()}", token="t")
    with pytest.raises(ZeroDivisionError):
        async with none_left(away, lambda: [singles_folder(tmp_path)]):
            raise ZeroDivisionError
