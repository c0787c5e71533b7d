"""A SQLite file that is damaged, or goes away, while a bus has it open."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from flows.health.bus import of_bus
from flows.health.damaged import of_store
from spectator import BusServer, BusSettings
from spectator.sending import Away, BusLine
from spectator.store import SqliteEventStore, StoreDamaged, StoreUnavailable
from tests.spectator.matches import match_events
from tests.spectator.wire import batch, body, client, events_until, post, watch

LOG, MORE = match_events("log", seed=3), match_events("more", seed=4)
PAGE = 4096

Damaging = Callable[[bytes], bytes]
DAMAGES: list[Damaging] = [
    lambda whole: whole[: 2 * PAGE] + bytes(len(whole) - 2 * PAGE),
    lambda whole: whole[: 2 * PAGE],
    lambda whole: b"holiday" * (len(whole) // 7),
    lambda _: b"",
]


@pytest.fixture
async def bus(tmp_path: Path) -> AsyncIterator[BusServer]:
    """One that has read hardly anything of its file yet."""
    async with BusServer(tmp_path / "bus.sqlite") as first:
        await post(first, LOG)
    async with BusServer(tmp_path / "bus.sqlite") as again:
        yield again


def damage(file: Path, damaging: Damaging) -> None:
    """In place, as a disk does it."""
    damaged = damaging(file.read_bytes())
    with file.open("r+b") as there:
        there.write(damaged)
        there.truncate(len(damaged))


async def test_a_file_damaged_behind_its_first_page_is_not_opened(tmp_path: Path) -> None:
    file = tmp_path / "bus.sqlite"
    async with BusServer(file) as first:
        await post(first, LOG)
    damage(file, lambda whole: whole[:PAGE] + b"holiday" * ((len(whole) - PAGE) // 7))
    with pytest.raises(StoreDamaged, match="malformed"):
        SqliteEventStore(file)


@pytest.mark.parametrize("damaging", DAMAGES)
async def test_a_damaged_file_is_told_with_what_to_do_and_who_watches_stays(
    bus: BusServer, tmp_path: Path, damaging: Damaging, caplog: pytest.LogCaptureFixture
) -> None:
    async with watch(bus, "/api/streams/more/1/ws") as viewer, client(bus) as http:
        await viewer.recv()
        damage(tmp_path / "bus.sqlite", damaging)
        asked = [
            await http.get(f"/api/streams/log/1{what}")
            for what in ("/events", "/export.jsonl", "/frame")
        ]
        health = (await http.get("/healthz")).json()
        await (await viewer.ping())
    assert [answer.status_code for answer in asked] == [503] * 3
    told = asked[0].json()
    assert (told["error"], told["file"]) == ("store_damaged", "bus.sqlite")
    assert "move the file" in told["mend"]
    assert (health["status"], health["file"]) == ("store_damaged", "bus.sqlite")
    (said,) = [one.getMessage() for one in caplog.records if one.levelno >= logging.ERROR]
    assert str(tmp_path / "bus.sqlite") in said


async def test_what_a_damaged_file_does_not_take_its_publisher_keeps(
    bus: BusServer, tmp_path: Path
) -> None:
    damage(tmp_path / "bus.sqlite", lambda _: b"")
    async with BusLine(bus.url, bus.publish_token) as line:
        answer = await line.post(body(MORE).encode(), None)
    assert isinstance(answer, Away)
    assert "damaged" in answer.why


async def test_a_text_that_is_none_any_more_is_told_without_it(tmp_path: Path) -> None:
    async with BusServer(tmp_path / "bus.sqlite") as first:
        await post(first, LOG)
    damage(tmp_path / "bus.sqlite", lambda whole: whole.replace(b'"type"', b'"\xffype"'))
    async with BusServer(tmp_path / "bus.sqlite") as bus, client(bus) as http:
        answer = await http.get("/api/streams/log/1/events")
    assert (answer.status_code, answer.json()["why"]) == (503, "a text in it is not UTF-8")


@pytest.mark.parametrize(
    ("good", "bad"), [(b'"type"', b'"tyqe"'), (b'"episode.ended"', b'"episode.ejded"')]
)
async def test_an_event_that_is_none_any_more_is_damage_wherever_it_is_read(
    tmp_path: Path, good: bytes, bad: bytes
) -> None:
    async with BusServer(tmp_path / "bus.sqlite") as first:
        await post(first, LOG)
    damage(tmp_path / "bus.sqlite", lambda whole: whole.replace(good, bad))
    stream = "/api/streams/log/1"
    async with BusServer(tmp_path / "bus.sqlite") as bus, client(bus) as http:
        asked = [await http.get(where) for where in ("/api/streams", stream, f"{stream}/frame")]
        health = (await http.get("/healthz")).json()
        assert (await http.get(f"{stream}/events")).status_code == 200  # as far as it goes
    assert [(one.status_code, one.json().get("error")) for one in asked] == [
        (503, "store_damaged")
    ] * 3
    assert (health["status"], health["why"]) == (
        "store_damaged",
        "an event in it cannot be read any more, or not by this version of captains",
    )


async def test_who_watches_is_sent_events_where_no_snapshot_can_be_made(tmp_path: Path) -> None:
    file, settings = tmp_path / "bus.sqlite", BusSettings(recover_events=2)
    async with BusServer(file) as first:
        await post(first, LOG)
    damage(file, lambda whole: whole.replace(b'"innings.ended"', b'"innings.enged"'))
    where = "/api/streams/log/1/ws?join=snapshot"
    async with BusServer(file, settings=settings) as bus, watch(bus, where) as viewer:
        assert (await events_until(viewer, LOG[-1].seq))[0] == 1


async def test_a_store_in_memory_has_no_file_to_be_damaged() -> None:
    store = SqliteEventStore()
    assert store.found_damaged("an event") is None
    await store.aclose()


def test_the_doctor_looks_at_the_file_of_captains_up(tmp_path: Path) -> None:
    SqliteEventStore(tmp_path / "bus.sqlite").close()
    assert [*of_store(tmp_path / "nowhere"), *of_store(tmp_path)] == []
    damage(tmp_path / "bus.sqlite", DAMAGES[0])
    (file,) = of_store(tmp_path)
    assert (file.state, str(tmp_path / "bus.sqlite") in file.said) == ("wrong", True)


async def test_the_doctor_tells_of_a_bus_whose_file_is_not_there_any_more(
    bus: BusServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CAPTAINS_BUS_URL", bus.url)
    monkeypatch.setenv("CAPTAINS_BUS_TOKEN", bus.publish_token)
    (tmp_path / "bus.sqlite").unlink()
    (asked,) = await asyncio.to_thread(lambda: [*of_bus([])])
    assert asked.state == "wrong"
    assert "bus.sqlite is damaged (it was moved or deleted" in asked.said


async def test_a_damaged_file_is_refused_at_the_start_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "bus.sqlite").write_bytes(b"holiday" * PAGE)
    with pytest.raises(StoreDamaged, match=r"bus\.sqlite: file is not a database; end the bus"):
        SqliteEventStore(tmp_path / "bus.sqlite")


# --- what is no damage --------------------------------------------------------------------------


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteEventStore]:
    (tmp_path / "home").mkdir()
    store = SqliteEventStore(tmp_path / "home" / "bus.sqlite")
    await store.append([batch(LOG[:2])])
    yield store
    await store.aclose()


@pytest.mark.parametrize(
    ("bug", "said"),
    [
        ("INSERT INTO channels VALUES ('a', 1, 'log/1'), ('a', 2, 'log/1')", "UNIQUE"),
        ("INSERT INTO channels VALUES ('a', 1, NULL)", "NOT NULL"),
        ("SELECT nobody FROM streams", "no such column"),
        ("SELECT zeroblob(3000000000)", "too big"),
    ],
)
async def test_a_bug_of_ours_stays_one_and_moves_nobody_s_file_away(
    store: SqliteEventStore, bug: str, said: str
) -> None:
    with pytest.raises(sqlite3.DatabaseError, match=said):
        await store._do(lambda db: db.execute(bug))
    assert store.damage is None


async def test_a_file_that_another_has_locked_is_waited_for(
    store: SqliteEventStore, tmp_path: Path
) -> None:
    await store._do(lambda db: db.execute("PRAGMA busy_timeout=0"))
    other = sqlite3.connect(tmp_path / "home" / "bus.sqlite")
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable, match="locked") as found:
        await store.append([batch(MORE[:2])])
    assert (type(found.value), store.damage) == (StoreUnavailable, None)
    other.close()


async def test_a_constraint_is_damage_where_a_page_of_before_is_in_the_file(
    store: SqliteEventStore, tmp_path: Path
) -> None:
    """A write that a disk has lost: the table knows one stream, its indexes two."""
    file = tmp_path / "home" / "bus.sqlite"
    (root,) = await store._do(
        lambda db: db.execute("SELECT rootpage FROM sqlite_master WHERE name='streams'").fetchone()
    )
    await store._do(lambda db: db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall())
    before = file.read_bytes()[(root - 1) * PAGE : root * PAGE]
    await store.append([batch(MORE[:2])])
    await store.aclose()
    damage(file, lambda now: now[: (root - 1) * PAGE] + before + now[root * PAGE :])
    again = SqliteEventStore(file)
    with pytest.raises(StoreDamaged, match="index") as found:
        await again.append([batch(match_events("third", seed=5)[:2])])
    assert isinstance(found.value.__cause__, sqlite3.IntegrityError)
    await again.aclose()


async def test_a_file_that_cannot_be_looked_at_for_a_while_was_not_moved(
    store: SqliteEventStore, tmp_path: Path
) -> None:
    home, aside = tmp_path / "home", tmp_path / "aside"
    home.rename(aside)
    home.symlink_to(home)  # a loop: the name leads nowhere, and nobody can say what is there
    with pytest.raises(OSError, match="symbolic links"):
        (home / "bus.sqlite").stat()
    assert store.damage is None
    home.unlink()
    aside.rename(home)
    assert store.damage is None
    home.rename(aside)
    assert "moved or deleted" in str(store.damage)


async def test_another_file_of_the_same_name_is_not_the_one_that_is_open(
    store: SqliteEventStore, tmp_path: Path
) -> None:
    (tmp_path / "other").write_bytes(b"")
    (tmp_path / "other").replace(tmp_path / "home" / "bus.sqlite")
    assert "moved or deleted" in str(store.damage)


async def test_a_store_in_memory_is_never_moved() -> None:
    store = SqliteEventStore()
    assert store.damage is None
    await store.aclose()
