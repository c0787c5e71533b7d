"""The tables of a SQLite store, and how a file that an older version made becomes one of ours."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import astuple
from typing import Final

from spectator.store.appending import outcome_of, result_of, told_by_first, winner_of
from spectator.store.contract import StoreRefused
from spectator.streams import StreamName, StreamState, kind_of

VERSION: Final = 1  # in `PRAGMA user_version`; 0 is a new file, or one from before there were kinds

_TABLES: Final = (
    "CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    """CREATE TABLE streams (
        id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
        last_seq INTEGER NOT NULL, state TEXT NOT NULL, started_at TEXT NOT NULL,
        names TEXT NOT NULL, home TEXT NOT NULL, away TEXT NOT NULL, format TEXT NOT NULL,
        result TEXT NOT NULL, outcome TEXT NOT NULL, winner TEXT NOT NULL)""",
    "CREATE INDEX streams_of_kind ON streams (kind, id)",
    """CREATE TABLE IF NOT EXISTS events (
        stream INTEGER NOT NULL, seq INTEGER NOT NULL, body TEXT NOT NULL,
        PRIMARY KEY (stream, seq)) WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS channels (
        name TEXT PRIMARY KEY, fence INTEGER NOT NULL, stream TEXT NOT NULL) WITHOUT ROWID""",
)


def bring_up_to_date(db: sqlite3.Connection) -> None:
    """Make the tables, or change those of an older version; all of it or nothing. Two processes may
    do it at once. Raises `StoreRefused` for a file of a newer version.
    """
    with transaction(db):
        (version,) = db.execute("PRAGMA user_version").fetchone()
        if version > VERSION:
            raise StoreRefused(
                f"the file was made by a newer version of captains (it has format {version}, "
                f"this version reads up to {VERSION})"
            )
        if version < VERSION:
            _make(db)


@contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    """Alone with the file until it is committed; everything inside or nothing."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:  # a full disk has rolled back by itself
            db.execute("ROLLBACK")
        raise


def _make(db: sqlite3.Connection) -> None:
    old = db.execute("SELECT 1 FROM sqlite_master WHERE name = 'streams'").fetchone()
    if old:
        db.execute("DROP INDEX IF EXISTS streams_by_kind")
        db.execute("ALTER TABLE streams RENAME TO older_streams")
    for table in _TABLES:
        db.execute(table)
    if old:
        _take_over(db)
    db.execute(f"PRAGMA user_version = {VERSION}")


def _take_over(db: sqlite3.Connection) -> None:
    """The streams of a file from before there were kinds, under the ids that their events have."""
    rows = db.execute(
        "SELECT id, name, last_seq, state, started_at, first, last FROM older_streams"
    ).fetchall()
    db.executemany(
        "INSERT INTO streams VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                *(stream_id, name, kind_of(StreamName(name)), last_seq, state, started_at),
                *astuple(told_by_first(StreamName(name), first)),
                result_of(last, StreamState(state)),
                outcome_of(last, StreamState(state)),
                winner_of(last, StreamState(state)),
            )
            for stream_id, name, last_seq, state, started_at, first, last in rows
        ],
    )
    db.execute("DROP TABLE older_streams")
