"""The event log: append-only streams, each numbered 1, 2, 3 … without a hole.

What must hold: an event is accepted once, in its place; the same event again changes nothing;
another event for a stored number is refused. The protocol is what a second store (PostgreSQL) has
to implement.
"""

from __future__ import annotations

import asyncio
import sqlite3
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final, Protocol, TypeVar

from spectator.streams import (
    LAST_TYPES,
    RUN_PREFIX,
    SIDE_PREFIXES,
    StreamName,
    StreamState,
    is_side,
)

T = TypeVar("T")

FEATURED_CHANNEL: Final = "featured"
NOTHING: Final = StreamName("")  # on the channel while a fence is known but no stream has come

_TEXT: Final = """casefold(name
    || ' ' || coalesce(json_extract(first, '$.data.home.captain'), '')
    || ' ' || coalesce(json_extract(first, '$.data.away.captain'), '')
    || ' ' || iif(state = 'ended', coalesce(json_extract(last, '$.data.result'), ''), ''))"""

_NO_SIDE: Final = "".join(f" AND name NOT LIKE '{prefix}%'" for prefix in SIDE_PREFIXES)

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS streams (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, is_run INTEGER NOT NULL,
    last_seq INTEGER NOT NULL, state TEXT NOT NULL, started_at TEXT NOT NULL,
    first TEXT NOT NULL, last TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS streams_by_kind ON streams (is_run, id);
CREATE TABLE IF NOT EXISTS events (
    stream INTEGER NOT NULL, seq INTEGER NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (stream, seq)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS channels (
    name TEXT PRIMARY KEY, fence INTEGER NOT NULL, stream TEXT NOT NULL) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One event as read back. `text` is its canonical JSON."""

    seq: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry(Line):
    """One event on its way in. `ts` is the time in it."""

    type: str
    ts: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Events of one stream, in order."""

    stream: StreamName
    entries: tuple[Entry, ...]


class AppendStatus(StrEnum):
    OK = "ok"
    GAP = "gap"
    CONFLICT = "conflict"
    STALE_FENCE = "stale_fence"


@dataclass(frozen=True, slots=True, kw_only=True)
class Appended:
    """What became of a batch. `stored` are the entries that were new; `next_seq` is what the stream
    expects now.
    """

    stream: StreamName
    status: AppendStatus
    next_seq: int
    stored: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamInfo:
    """One line of the list of streams. `first` and `last` are the stream's outermost events as
    JSON.
    """

    stream: StreamName
    last_seq: int
    state: StreamState
    started_at: str
    first: str
    last: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamPage:
    """The newest streams of those that were asked for, and how many there are in all."""

    streams: tuple[StreamInfo, ...]
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Featured:
    """Which stream the featured channel shows, and by which fence its publisher holds it."""

    stream: StreamName
    fence: int


class EventStore(Protocol):
    """Where the bus keeps its streams. `epoch` changes when the log is another one."""

    @property
    def epoch(self) -> str: ...

    async def append(
        self, batches: Sequence[Batch], fence: int | None = None
    ) -> list[Appended]: ...

    async def read(self, stream: StreamName, after: int, limit: int) -> list[Line]: ...

    async def info(self, stream: StreamName) -> StreamInfo | None: ...

    async def streams(self, *, runs: bool, limit: int, search: str = "") -> StreamPage: ...

    async def featured(self) -> Featured | None: ...

    async def aclose(self) -> None: ...


class SqliteEventStore:
    """A file (or `:memory:`), WAL, one writer: a single thread owns the connection and does all the
    work.
    """

    def __init__(self, path: Path | str = ":memory:") -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="captains-store")
        self._db = self._thread.submit(_open, str(path)).result()
        self.epoch = self._thread.submit(_epoch, self._db).result()

    async def append(self, batches: Sequence[Batch], fence: int | None = None) -> list[Appended]:
        """Append each batch as far as it fits; with a `fence`, only if no higher one is known."""
        return await self._do(lambda db: _append_all(db, batches, fence))

    async def read(self, stream: StreamName, after: int, limit: int) -> list[Line]:
        """Events with a number above `after`, in order, at most `limit`."""
        return await self._do(lambda db: _read(db, stream, after, limit))

    async def info(self, stream: StreamName) -> StreamInfo | None:
        """The stream's line in the list; None for a stream that does not exist."""
        found = await self._do(lambda db: _infos(db, "name = ?", (stream,), 1))
        return found[0] if found else None

    async def streams(self, *, runs: bool, limit: int, search: str = "") -> StreamPage:
        """Streams of tournaments (`runs`) or of episodes, newest first; with a `search`, those
        whose name, captains or result contain it, in either case.
        """
        return await self._do(lambda db: _page(db, runs, limit, search.casefold()))

    async def featured(self) -> Featured | None:
        return await self._do(_featured)

    async def aclose(self) -> None:
        """Close the file. Safe to call twice."""
        await asyncio.to_thread(self.close)

    def close(self) -> None:
        try:
            self._thread.submit(self._db.close).result()
        except RuntimeError:  # the thread has been shut down: closed before
            return
        self._thread.shutdown()

    async def _do(self, work: Callable[[sqlite3.Connection], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, self._db)


def _open(path: str) -> sqlite3.Connection:
    if path != ":memory:":
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    db = sqlite3.connect(path, isolation_level=None, cached_statements=256)
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA synchronous=NORMAL")  # survives a crash of the process; REFERENCES: 12 µs
    db.execute("PRAGMA busy_timeout=5000")
    db.executescript(_SCHEMA)
    db.create_function("casefold", 1, str.casefold, deterministic=True)
    return db


def _epoch(db: sqlite3.Connection) -> str:
    db.execute("INSERT OR IGNORE INTO meta VALUES ('epoch', ?)", (str(uuid.uuid4()),))
    (epoch,) = db.execute("SELECT value FROM meta WHERE key = 'epoch'").fetchone()
    return str(epoch)


def _append_all(
    db: sqlite3.Connection, batches: Sequence[Batch], fence: int | None
) -> list[Appended]:
    """One transaction: the fence is checked and the events are stored, or neither."""
    db.execute("BEGIN IMMEDIATE")
    try:
        if fence is not None and fence < _highest_fence(db):
            done = [_refused(db, batch.stream) for batch in batches]
        else:
            done = [_append(db, batch) for batch in batches]
            if fence is not None:
                _feature(db, fence, done)
    except BaseException:
        db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")
    return done


def _append(db: sqlite3.Connection, batch: Batch) -> Appended:
    row = db.execute("SELECT id, last_seq FROM streams WHERE name = ?", (batch.stream,)).fetchone()
    stream_id, last = row or (None, 0)
    status, fresh = AppendStatus.OK, list[Entry]()
    known = {entry.seq: entry.text for entry in _read_between(db, stream_id, batch, last)}
    for entry in batch.entries:
        if entry.seq == last + 1:
            fresh.append(entry)
            known[entry.seq] = entry.text
            last = entry.seq
        elif entry.seq > last:
            status = AppendStatus.GAP
            break
        elif known.get(entry.seq) != entry.text:
            status = AppendStatus.CONFLICT
            break
    if fresh:
        _store(db, stream_id, batch.stream, fresh)
    return Appended(stream=batch.stream, status=status, next_seq=last + 1, stored=tuple(fresh))


def _store(
    db: sqlite3.Connection, stream_id: int | None, stream: StreamName, fresh: list[Entry]
) -> None:
    first, final = fresh[0], fresh[-1]
    state = StreamState.ENDED if final.type in LAST_TYPES else StreamState.LIVE
    if stream_id is None:
        made = db.execute(
            "INSERT INTO streams (name, is_run, last_seq, state, started_at, first, last)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                stream,
                int(stream.startswith(RUN_PREFIX)),
                final.seq,
                state,
                first.ts,
                first.text,
                final.text,
            ),
        )
        stream_id = made.lastrowid
    else:
        db.execute(
            "UPDATE streams SET last_seq = ?, state = ?, last = ? WHERE id = ?",
            (final.seq, state, final.text, stream_id),
        )
    db.executemany(
        "INSERT INTO events VALUES (?, ?, ?)", [(stream_id, e.seq, e.text) for e in fresh]
    )


def _read_between(
    db: sqlite3.Connection, stream_id: int | None, batch: Batch, last: int
) -> list[Line]:
    """The stored events that the batch brings again."""
    again = [entry.seq for entry in batch.entries if entry.seq <= last]
    if stream_id is None or not again:
        return []
    rows = db.execute(
        "SELECT seq, body FROM events WHERE stream = ? AND seq BETWEEN ? AND ?",
        (stream_id, min(again), max(again)),
    )
    return [Line(seq=seq, text=body) for seq, body in rows]


def _refused(db: sqlite3.Connection, stream: StreamName) -> Appended:
    row = db.execute("SELECT last_seq FROM streams WHERE name = ?", (stream,)).fetchone()
    return Appended(
        stream=stream, status=AppendStatus.STALE_FENCE, next_seq=(row[0] if row else 0) + 1
    )


def _highest_fence(db: sqlite3.Connection) -> int:
    row = db.execute("SELECT fence FROM channels WHERE name = ?", (FEATURED_CHANNEL,)).fetchone()
    return int(row[0]) if row else 0


def _featured(db: sqlite3.Connection) -> Featured | None:
    row = db.execute(
        "SELECT stream, fence FROM channels WHERE name = ? AND stream != ?",
        (FEATURED_CHANNEL, NOTHING),
    ).fetchone()
    return Featured(stream=StreamName(row[0]), fence=row[1]) if row else None


def _feature(db: sqlite3.Connection, fence: int, done: Sequence[Appended]) -> None:
    """The channel shows the stream that brought something new last; a repeated delivery does not
    turn it back. The fence holds either way, or the publisher before could pass again.
    """
    brought = [a.stream for a in done if a.stored and not is_side(a.stream)]
    db.execute(
        "INSERT INTO channels VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE SET"
        " fence = excluded.fence, stream = coalesce(nullif(excluded.stream, ?), stream)",
        (FEATURED_CHANNEL, fence, brought[-1] if brought else NOTHING, NOTHING),
    )


def _read(db: sqlite3.Connection, stream: StreamName, after: int, limit: int) -> list[Line]:
    rows = db.execute(
        "SELECT e.seq, e.body FROM events e JOIN streams s ON s.id = e.stream"
        " WHERE s.name = ? AND e.seq > ? ORDER BY e.seq LIMIT ?",
        (stream, after, limit),
    )
    return [Line(seq=seq, text=body) for seq, body in rows]


def _page(db: sqlite3.Connection, runs: bool, limit: int, search: str) -> StreamPage:
    where = f"is_run = ?{_NO_SIDE}"
    arguments: tuple[object, ...] = (int(runs),)
    if search:
        where, arguments = f"{where} AND instr({_TEXT}, ?)", (*arguments, search)
    (total,) = db.execute(
        f"SELECT count(*) FROM streams WHERE {where}",  # noqa: S608 - `where` is ours
        arguments,
    ).fetchone()
    return StreamPage(streams=tuple(_infos(db, where, arguments, limit)), total=total)


def _infos(
    db: sqlite3.Connection, where: str, arguments: tuple[object, ...], limit: int
) -> list[StreamInfo]:
    rows = db.execute(
        "SELECT name, last_seq, state, started_at, first, last FROM streams"  # noqa: S608 - `where` is ours
        f" WHERE {where} ORDER BY id DESC LIMIT ?",
        (*arguments, limit),
    )
    return [
        StreamInfo(
            stream=StreamName(name),
            last_seq=last_seq,
            state=StreamState(state),
            started_at=started_at,
            first=first,
            last=last,
        )
        for name, last_seq, state, started_at, first, last in rows
    ]
