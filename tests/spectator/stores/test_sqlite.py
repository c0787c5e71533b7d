"""The SQLite file: an older one, a newer one, one that is none, and a full disk."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from spectator.store import SqliteEventStore, StoreRefused, StoreUnavailable, StreamFilter
from spectator.streams import StreamKind, StreamName
from tests.spectator.matches import match_events, run_events
from tests.spectator.wire import batch

EVENTS = match_events("log", seed=3)
SIDE = match_events("reasoning:log")[:2]

# As the store of commit 0937100 made it.
OLDER = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE streams (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, is_run INTEGER NOT NULL,
    last_seq INTEGER NOT NULL, state TEXT NOT NULL, started_at TEXT NOT NULL,
    first TEXT NOT NULL, last TEXT NOT NULL);
CREATE INDEX streams_by_kind ON streams (is_run, id);
CREATE TABLE events (
    stream INTEGER NOT NULL, seq INTEGER NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (stream, seq)) WITHOUT ROWID;
CREATE TABLE channels (
    name TEXT PRIMARY KEY, fence INTEGER NOT NULL, stream TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO meta VALUES ('epoch', 'of-old');
INSERT INTO channels VALUES ('featured', 7, 'log/1');
"""


@pytest.fixture
def older(tmp_path: Path) -> Path:
    """A file of before there were kinds: a finished match, a run, a side channel."""
    path = tmp_path / "older.sqlite"
    db = sqlite3.connect(path)
    db.executescript(OLDER)
    for number, sent in enumerate(map(batch, (EVENTS, run_events(), SIDE)), start=5):
        first, last = sent.entries[0], sent.entries[-1]
        is_run, state = sent.stream.startswith("run:"), "ended" if number == 5 else "live"
        row = (number, sent.stream, is_run, last.seq, state, first.ts, first.text, last.text)
        db.execute("INSERT INTO streams VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
        events = [(number, entry.seq, entry.text) for entry in sent.entries]
        db.executemany("INSERT INTO events VALUES (?, ?, ?)", events)
    db.commit()
    db.close()
    return path


async def test_an_older_file_keeps_its_streams_and_gives_them_kinds(older):
    store = SqliteEventStore(older)
    matches = await store.streams(StreamKind.MATCH, StreamFilter(search="WON by"), limit=9)
    runs = await store.streams(StreamKind.RUN, StreamFilter(search="friday"), limit=9)
    sides = await store.streams(StreamKind.SIDE, limit=9)
    await store.aclose()
    assert [[i.stream for i in page.streams] for page in (matches, runs, sides)] == [
        ["log/1"],
        ["run:friday-night/1"],
        ["reasoning:log/1"],
    ]


async def test_an_older_file_keeps_its_events_epoch_and_fence(older):
    store = SqliteEventStore(older)
    lines = await store.read(StreamName("log/1"), 0, 1000)
    featured = await store.featured()
    await store.aclose()
    assert store.epoch == "of-old"
    assert [line.text for line in lines] == [e.model_dump_json() for e in EVENTS]
    assert featured is not None
    assert (featured.stream, featured.fence) == ("log/1", 7)


async def test_an_older_file_is_appended_to_and_opened_again(older):
    for number in (3, 4):
        store = SqliteEventStore(older)
        more = match_events("reasoning:log")[number - 1 : number]
        (done,) = await store.append([batch(more)])
        await store.aclose()
        assert (done.status, done.next_seq) == ("ok", number + 1)


def test_a_file_that_could_not_be_changed_is_left_as_it_was(older):
    db = sqlite3.connect(older)
    db.execute("UPDATE streams SET first = 'broken' WHERE id = 6")
    db.commit()
    with pytest.raises(StoreRefused, match="Expecting value"):
        SqliteEventStore(older)
    assert db.execute("SELECT count(*), max(is_run) FROM streams").fetchone() == (3, 1)
    db.close()


def test_a_file_of_a_newer_version_is_refused_by_its_name(tmp_path):
    path = tmp_path / "newer.sqlite"
    db = sqlite3.connect(path)
    db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(StoreRefused, match=r"newer\.sqlite: .*newer version of captains"):
        SqliteEventStore(path)


def test_a_file_that_is_no_store_is_refused_by_its_name(tmp_path):
    path = tmp_path / "holiday.jpg"
    path.write_bytes(b"\xff\xd8" * 4096)
    with pytest.raises(StoreRefused, match=r"holiday\.jpg: file is not a database"):
        SqliteEventStore(path)


async def test_a_full_disk_refuses_and_what_was_stored_stays(tmp_path):
    store = SqliteEventStore(tmp_path / "bus.sqlite")
    await store.append([batch(EVENTS[:5])])
    await store._do(lambda db: db.execute("PRAGMA max_page_count = 1"))
    with pytest.raises(StoreUnavailable, match="full"):
        await store.append([batch(EVENTS[5:])])
    await store._do(lambda db: db.execute("PRAGMA max_page_count = 100000"))
    (done,) = await store.append([batch(EVENTS)])
    await store.aclose()
    assert done.stored[0].seq == 6
