"""The embedded store: a SQLite file, or memory."""

from __future__ import annotations

import asyncio
import sqlite3
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import astuple
from pathlib import Path
from typing import Final, TypeVar

from spectator.store.appending import (
    featured_after,
    is_stale,
    outcome_of,
    refuse,
    result_of,
    state_after,
    stored_again,
    told_by_first,
    weigh,
    winner_of,
)
from spectator.store.contract import (
    EVERY_STREAM,
    FEATURED_CHANNEL,
    NOTHING,
    Appended,
    Batch,
    Entry,
    Featured,
    Line,
    Outcome,
    StoreDamaged,
    StoreRefused,
    StreamFilter,
    StreamInfo,
    StreamPage,
    Watcher,
)
from spectator.store.filtering import LIVE_FIRST, Dialect, condition
from spectator.store.sqlite_faults import Damage, ours
from spectator.store.sqlite_schema import bring_up_to_date, transaction
from spectator.streams import StreamKind, StreamName, StreamState, kind_of

T = TypeVar("T")

_DIALECT: Final = Dialect(place=lambda _: "?", find="instr")
# The page is cut before the events are fetched: sorting would drag all of them along.
_INFOS: Final = f"""
    SELECT s.name, s.last_seq, s.state, s.started_at, s.home, s.away, s.format, s.outcome,
        f.body, l.body FROM (
        SELECT * FROM streams s WHERE {{where}} ORDER BY {LIVE_FIRST} LIMIT ? OFFSET ?) s
    JOIN events f ON f.stream = s.id AND f.seq = 1
    JOIN events l ON l.stream = s.id AND l.seq = s.last_seq
    ORDER BY {LIVE_FIRST}"""  # noqa: S608 - `where` is ours


class SqliteEventStore:
    """A file (or `:memory:`), WAL, one writer: a single thread owns the connection and does all the
    work. Other processes may have the file open too; what they store is seen when it is read.
    """

    def __init__(self, path: Path | str = ":memory:") -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="captains-store")
        try:
            self._db, self.epoch = self._thread.submit(_open, str(path)).result()
        except BaseException:
            self._thread.shutdown()
            raise
        self._damage = Damage(str(path))

    @property
    def damage(self) -> StoreDamaged | None:
        return self._damage.found

    def found_damaged(self, why: str) -> StoreDamaged | None:
        return self._damage.met(why)

    async def open(self, watcher: Watcher) -> None:
        """The file is open since it was named, and nobody tells of other processes."""

    async def append(self, batches: Sequence[Batch], fence: int | None = None) -> list[Appended]:
        return await self._do(lambda db: _append_all(db, batches, fence))

    async def read(self, stream: StreamName, after: int, limit: int) -> list[Line]:
        return await self._do(lambda db: _read(db, stream, after, limit))

    async def info(self, stream: StreamName) -> StreamInfo | None:
        found = await self._do(lambda db: _infos(db, "s.name = ?", (stream,), 1, 0))
        return found[0] if found else None

    async def streams(
        self, kind: StreamKind, wanted: StreamFilter = EVERY_STREAM, *, limit: int, offset: int = 0
    ) -> StreamPage:
        return await self._do(lambda db: _page(db, kind, wanted, limit, offset))

    async def featured(self) -> Featured | None:
        channel = await self._do(_channel)
        return channel if channel.stream != NOTHING else None

    async def aclose(self) -> None:
        await asyncio.to_thread(self.close)

    def close(self) -> None:
        try:
            self._thread.submit(self._db.close).result()
        except RuntimeError:  # the thread has been shut down: closed before
            return
        self._thread.shutdown()

    async def _do(self, work: Callable[[sqlite3.Connection], T]) -> T:
        def noted() -> T:
            with self._damage.noted():
                return work(self._db)

        return await asyncio.get_running_loop().run_in_executor(self._thread, noted)


# --- opening -------------------------------------------------------------------------------------


def _open(path: str) -> tuple[sqlite3.Connection, str]:
    """And its epoch."""
    if path != ":memory:":
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    try:
        db = sqlite3.connect(path, isolation_level=None, cached_statements=256)
    except sqlite3.OperationalError as error:
        raise StoreRefused(f"{path}: {error}") from error
    try:
        _prepare(db)
        return db, _epoch(db)
    except (sqlite3.DatabaseError, ValueError, StoreRefused) as error:
        db.close()
        told = ours(error, path) if isinstance(error, sqlite3.DatabaseError) else error
        if isinstance(told, StoreDamaged):
            raise told from error
        raise StoreRefused(f"{path}: {error}") from error


def _prepare(db: sqlite3.Connection) -> None:
    db.execute("PRAGMA busy_timeout=5000")
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA synchronous=NORMAL")  # survives a crash of the process; REFERENCES: 12 µs
    bring_up_to_date(db)


def _epoch(db: sqlite3.Connection) -> str:
    db.execute("INSERT OR IGNORE INTO meta VALUES ('epoch', ?)", (str(uuid.uuid4()),))
    (epoch,) = db.execute("SELECT value FROM meta WHERE key = 'epoch'").fetchone()
    return str(epoch)


# --- writing -------------------------------------------------------------------------------------


def _append_all(
    db: sqlite3.Connection, batches: Sequence[Batch], fence: int | None
) -> list[Appended]:
    """One transaction: the fence is checked and the events are stored, or neither."""
    with transaction(db):
        if fence is None:
            return [_append(db, batch) for batch in batches]
        channel = _channel(db)
        if is_stale(fence, channel):
            return [refuse(batch.stream, _place(db, batch.stream)[1]) for batch in batches]
        done = [_append(db, batch) for batch in batches]
        _feature(db, featured_after(channel, fence, done))
        return done


def _append(db: sqlite3.Connection, batch: Batch) -> Appended:
    stream_id, last_seq = _place(db, batch.stream)
    done = weigh(batch, last_seq, _held(db, stream_id, stored_again(batch, last_seq)))
    if done.stored:
        if stream_id is None:
            stream_id = _begin(db, batch.stream, done.stored[0])
        _store(db, stream_id, done.stored)
    return done


def _place(db: sqlite3.Connection, stream: StreamName) -> tuple[int | None, int]:
    """The stream's id, and the number of its last event."""
    row = db.execute("SELECT id, last_seq FROM streams WHERE name = ?", (stream,)).fetchone()
    return row or (None, 0)


def _held(db: sqlite3.Connection, stream_id: int | None, seqs: range) -> dict[int, str]:
    if not seqs:
        return {}
    return dict(
        db.execute(
            "SELECT seq, body FROM events WHERE stream = ? AND seq BETWEEN ? AND ?",
            (stream_id, seqs.start, seqs.stop - 1),
        )
    )


def _begin(db: sqlite3.Connection, stream: StreamName, first: Entry) -> int | None:
    made = db.execute(
        "INSERT INTO streams (name, kind, last_seq, state, started_at, names, home, away, format,"
        " result, outcome, winner) VALUES (?, ?, 0, ?, ?, ?, ?, ?, ?, '', ?, '')",
        (
            *(stream, kind_of(stream), StreamState.LIVE, first.ts),
            *astuple(told_by_first(stream, first.text)),
            Outcome.LIVE,
        ),
    )
    return made.lastrowid


def _store(db: sqlite3.Connection, stream_id: int | None, fresh: Sequence[Entry]) -> None:
    last, state = fresh[-1], state_after(fresh[-1])
    db.execute(
        "UPDATE streams SET last_seq = ?, state = ?, result = ?, outcome = ?, winner = ?"
        " WHERE id = ?",
        (
            *(last.seq, state, result_of(last.text, state)),
            *(outcome_of(last.text, state), winner_of(last.text, state), stream_id),
        ),
    )
    db.executemany(
        "INSERT INTO events VALUES (?, ?, ?)", [(stream_id, e.seq, e.text) for e in fresh]
    )


def _feature(db: sqlite3.Connection, channel: Featured) -> None:
    db.execute(
        "INSERT INTO channels VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE SET"
        " fence = excluded.fence, stream = excluded.stream",
        (FEATURED_CHANNEL, channel.fence, channel.stream),
    )


# --- reading -------------------------------------------------------------------------------------


def _channel(db: sqlite3.Connection) -> Featured:
    """The featured channel as it is, `NOTHING` with fence 0 before the first publisher."""
    row = db.execute(
        "SELECT stream, fence FROM channels WHERE name = ?", (FEATURED_CHANNEL,)
    ).fetchone()
    stream, fence = row or (NOTHING, 0)
    return Featured(stream=StreamName(stream), fence=fence)


def _read(db: sqlite3.Connection, stream: StreamName, after: int, limit: int) -> list[Line]:
    rows = db.execute(
        "SELECT e.seq, e.body FROM events e JOIN streams s ON s.id = e.stream"
        " WHERE s.name = ? AND e.seq > ? ORDER BY e.seq LIMIT ?",
        (stream, after, limit),
    )
    return [Line(seq=seq, text=body) for seq, body in rows]


def _page(
    db: sqlite3.Connection, kind: StreamKind, wanted: StreamFilter, limit: int, offset: int
) -> StreamPage:
    where, arguments = condition(kind, wanted, _DIALECT)
    (total,) = db.execute(
        f"SELECT count(*) FROM streams s WHERE {where}",  # noqa: S608 - `where` is ours
        arguments,
    ).fetchone()
    return StreamPage(streams=tuple(_infos(db, where, arguments, limit, offset)), total=total)


def _infos(
    db: sqlite3.Connection, where: str, arguments: Sequence[str], limit: int, offset: int
) -> list[StreamInfo]:
    rows = db.execute(_INFOS.format(where=where), (*arguments, limit, offset))
    return [
        StreamInfo(
            stream=StreamName(name),
            last_seq=last_seq,
            state=StreamState(state),
            started_at=started_at,
            home=home,
            away=away,
            format=length,
            outcome=Outcome(outcome),
            first=first,
            last=last,
        )
        for name, last_seq, state, started_at, home, away, length, outcome, first, last in rows
    ]
