"""What a bus has missed, of publishers that are gone and of one that lives: on a real bus, with the
files that real matches leave.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from engine.record import RecordWriter, read_record
from flows.catching_up import LOOK_S, SILENCE_S, CatchingUp
from flows.ledger import RunFolder
from flows.play import BusAddress
from flows.showing import keep_shown
from flows.single import singles_folder
from spectator import BusServer
from spectator.spool import Spool
from spectator.streams import StreamName
from tests.flows.shown import sealed, told
from tests.flows.support import Clock, episode
from tests.spectator.matches import run_events
from tests.spectator.wire import post, stored

E1 = StreamName("e1/1")


@pytest.fixture
async def bus() -> AsyncIterator[BusServer]:
    async with BusServer() as running:
        yield running


class Missed:
    """One who catches up, and what he says."""

    def __init__(self, runs: Path, bus: BusServer) -> None:
        self.clock, self.said = Clock(), list[str]()
        address = BusAddress(url=bus.url, token=bus.publish_token)
        self.catching = CatchingUp(runs, address, self.said.append, self.clock)

    async def is_done(self) -> bool:
        await self.catching.look()
        return await self.catching.is_done()

    async def passes(self, seconds: float) -> None:
        """Time in which `up` stays up."""
        await self.catching.look_again()
        self.clock.now_s += seconds
        await self.catching.is_done()


async def test_a_match_that_is_sealed_is_shown_to_its_end(tmp_path: Path, bus: BusServer) -> None:
    events = await sealed(tmp_path, episode("e1"))
    await post(bus, events[:20])
    missed = Missed(tmp_path, bus)
    assert await missed.is_done()
    assert len(await stored(bus, E1)) == len(events)
    assert missed.said == ["matches put on the bus: 1 that it had not got whole"]


async def test_a_match_of_which_the_bus_has_nothing_is_put_there(
    tmp_path: Path, bus: BusServer
) -> None:
    events = await sealed(tmp_path, episode("e1"))
    assert await Missed(tmp_path, bus).is_done()
    assert len(await stored(bus, E1)) == len(events)
    again = Missed(tmp_path, bus)
    assert await again.is_done()
    assert again.said == []


async def test_a_match_that_is_on_the_bus_under_another_attempt_is_not_its_end(
    tmp_path: Path, bus: BusServer
) -> None:
    first = await sealed(tmp_path, episode("e1"))
    await post(bus, first[:20])
    await sealed(tmp_path, episode("e1").model_copy(update={"attempt": 2}))
    (singles_folder(tmp_path).records / "e1.1.x.part").touch()
    assert await Missed(tmp_path, bus).is_done()
    assert (await told(bus, E1))["end_reason"] == "cancelled"
    assert (await told(bus, "e1/2"))["end_reason"] == "completed"


async def test_a_match_whose_writer_was_killed_ends_as_cancelled_with_its_score(
    tmp_path: Path, bus: BusServer
) -> None:
    events = await sealed(tmp_path / "else" / "where", episode("e1"))
    (singles_folder(tmp_path).records / "e1.1.x.part").touch()
    await post(bus, events[:-1])
    missed = Missed(tmp_path, bus)
    assert await missed.is_done()
    shown, played = await told(bus, E1), events[-1].model_dump(mode="json")["data"]
    assert (shown["outcome"], shown["end_reason"]) == ("void", "cancelled")
    assert shown["score"] == played["innings"]
    assert (await stored(bus, E1))[-1]["data"]["deliveries"] == played["deliveries"]
    assert "ended as cancelled" in missed.said[0]


async def test_what_killed_matches_left_is_put_aside_and_ends_their_streams_all_the_same(
    tmp_path: Path, bus: BusServer
) -> None:
    events = await sealed(tmp_path / "else" / "where", episode("e1"))
    records = singles_folder(tmp_path).records
    for name in ("e1.1.x.part", "e2.1.claim.part"):
        (records / name).touch()
    await Missed(tmp_path, bus).is_done()
    assert sorted(path.name for path in records.iterdir()) == ["void"]
    await post(bus, events[:20])
    assert await Missed(tmp_path, bus).is_done()
    assert (await told(bus, E1))["end_reason"] == "cancelled"


async def test_matches_that_a_killed_up_had_been_asked_for_and_not_played_are_named_once(
    tmp_path: Path, bus: BusServer
) -> None:
    records = singles_folder(tmp_path).records
    await sealed(tmp_path, episode("e1"))
    await post(bus, (await sealed(tmp_path / "else" / "where", episode("e2")))[:20])
    for name in ("e1.1", "e2.1", "e3.1", "e4.2", "e5.1"):
        (records / f"{name}.claim.part").touch()
    (records / "e3.1.x.part").touch()  # begun, and the bus had not heard of it
    with singles_folder(tmp_path).attempt(episode("e5"), 2):
        missed = Missed(tmp_path, bus)
        await missed.is_done()
        await missed.is_done()
    told = [said for said in missed.said if "not played" in said]
    assert [said.partition(";")[0].partition(": ")[2] for said in told] == ["e4/2, e5/1"]


async def test_a_number_that_a_killed_up_gave_to_a_match_of_elsewhere_does_not_end_it(
    tmp_path: Path, bus: BusServer
) -> None:
    events = await sealed(tmp_path / "else" / "where", episode("e1"))
    (singles_folder(tmp_path).records / "e1.1.claim.part").touch()
    await post(bus, events[:20])
    assert not await Missed(tmp_path, bus).is_done()
    assert (await told(bus, E1))["state"] == "live"


async def test_a_match_that_is_being_played_is_left_alone(tmp_path: Path, bus: BusServer) -> None:
    events = await sealed(tmp_path / "else" / "where", episode("e1"))
    await post(bus, events[:20])
    writer, missed = RecordWriter(tmp_path / "play" / "records", "e1", 1), Missed(tmp_path, bus)
    missed.clock.now_s += 2 * SILENCE_S
    assert not await missed.is_done()
    assert (await told(bus, E1))["state"] == "live"
    writer.close()


async def test_a_show_that_waits_for_the_bus_is_left_alone(tmp_path: Path, bus: BusServer) -> None:
    events = await sealed(tmp_path, episode("e1"))
    await post(bus, events[:20])
    held = Spool(tmp_path / "play" / "spool").create(E1, 21)
    held.append([events[20].line])
    missed = Missed(tmp_path, bus)
    assert not await missed.is_done()
    assert len(await stored(bus, E1)) == 20
    held.leave()
    assert await missed.catching.is_done()
    assert len(await stored(bus, E1)) == len(events)


async def test_a_match_of_elsewhere_is_given_up_after_a_long_silence(
    tmp_path: Path, bus: BusServer
) -> None:
    events = await sealed(tmp_path / "else" / "where", episode("e1"))
    await post(bus, events[:20])
    missed = Missed(tmp_path, bus)
    assert not await missed.is_done()
    missed.clock.now_s += SILENCE_S
    await post(bus, events[20:21])  # somebody lives
    assert not await missed.catching.is_done()
    missed.clock.now_s += SILENCE_S
    assert await missed.catching.is_done()
    assert (await told(bus, E1))["end_reason"] == "cancelled"


@pytest.mark.parametrize("held", [True, False])
async def test_a_run_that_nobody_plays_is_interrupted(
    tmp_path: Path, bus: BusServer, held: bool
) -> None:
    events = run_events("friday-night")
    folder = RunFolder(tmp_path / "friday-night" / "abc-1")
    folder.open({"run_id": events[0].episode_id.removeprefix("run:"), "starts": 1})
    await post(bus, [event for event in events if event.type != "tournament.ended"])
    stream = f"{events[0].episode_id}/1"
    if held:
        with folder.held():
            assert not await Missed(tmp_path, bus).is_done()
        assert (await told(bus, stream))["state"] == "live"
    else:
        assert await Missed(tmp_path, bus).is_done()
        assert (await told(bus, stream))["ending"] == "interrupted"


async def test_what_is_killed_while_we_are_up_ends_too(tmp_path: Path, bus: BusServer) -> None:
    missed = Missed(tmp_path, bus)
    assert await missed.is_done()
    folder = RunFolder(tmp_path / "friday-night" / "abc-1")
    table = run_events("friday-night")[:2]
    folder.open({"run_id": table[0].episode_id.removeprefix("run:"), "starts": 1})
    writer = RecordWriter(folder.records, "e1", 1)
    with folder.held():
        await post(bus, (await sealed(tmp_path / "else" / "where", episode("e1")))[:20])
        await post(bus, table)
        await missed.passes(LOOK_S)
        assert (await told(bus, E1))["state"] == "live"
    (folder.records / "e1.1.x.part").touch()  # of a killed one: this one's is deleted
    writer.close()
    await missed.passes(LOOK_S)
    assert (await told(bus, E1))["end_reason"] == "cancelled"
    assert (await told(bus, f"{table[0].episode_id}/1"))["ending"] == "interrupted"


async def test_what_is_left_in_a_spool_while_we_are_up_is_sent(
    tmp_path: Path, bus: BusServer
) -> None:
    missed = Missed(tmp_path, bus)
    assert await missed.is_done()
    *shown, last = await sealed(tmp_path / "else" / "where", episode("e1"))
    await post(bus, shown)
    folder = RunFolder(tmp_path / "friday-night" / "abc-1")
    folder.open({})
    left = Spool(folder.spool).create(E1, last.seq)
    left.append([last.line])
    left.leave()
    await missed.passes(0)
    assert (await told(bus, E1))["end_reason"] == "completed"


async def test_a_match_of_elsewhere_that_began_later_is_never_ended(
    tmp_path: Path, bus: BusServer
) -> None:
    missed = Missed(tmp_path, bus)
    assert await missed.is_done()
    await post(bus, (await sealed(tmp_path / "else" / "where", episode("e1")))[:20])
    for _ in range(2):
        await missed.passes(2 * SILENCE_S)
    assert (await told(bus, E1))["state"] == "live"


async def test_a_run_that_was_started_over_lives_whatever_was_set_aside(
    tmp_path: Path, bus: BusServer
) -> None:
    events = run_events("friday-night")
    run_id = events[0].episode_id.removeprefix("run:")
    for name in ("abc-1~1", "abc-1", "abc-1~2"):
        RunFolder(tmp_path / "friday-night" / name).open({"run_id": run_id, "starts": 1})
    await post(bus, events[:2])
    with RunFolder(tmp_path / "friday-night" / "abc-1").held():
        assert not await Missed(tmp_path, bus).is_done()
    assert (await told(bus, f"{events[0].episode_id}/1"))["state"] == "live"


async def test_what_a_captain_thought_stays_where_it_was_never_to_be_shown(
    tmp_path: Path, bus: BusServer
) -> None:
    folder = singles_folder(tmp_path)
    keep_shown(folder, episode("hidden"), "never")
    for name in ("hidden", "open"):
        await sealed(tmp_path, episode(name))
        give_a_reason(folder.records / f"{name}.jsonl")
    assert await Missed(tmp_path, bus).is_done()
    thoughts = [await stored(bus, f"reasoning:{name}/1") for name in ("hidden", "open")]
    assert [len(some) for some in thoughts] == [0, 1]


def give_a_reason(record: Path) -> None:
    """To the first decision of a record."""
    lines = [event.model_dump(mode="json") for event in read_record(record)]
    first = next(line for line in lines if line["type"] == "decision")
    first["data"]["reason"] = "a secret plan"
    record.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
