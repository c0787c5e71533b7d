"""The store of several servers: one PostgreSQL, each server with a few connections to it.

Servers tell each other by `NOTIFY`, at commit, how far a stream reaches; the events themselves are
read from the log.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import asyncpg
from asyncpg import Connection, Record

from spectator.store.contract import (
    EVERY_STREAM,
    NOTHING,
    Appended,
    Batch,
    Featured,
    Line,
    Outcome,
    StoreRefused,
    StoreUnavailable,
    StreamFilter,
    StreamInfo,
    StreamPage,
    Watcher,
)
from spectator.store.filtering import LIVE_FIRST, Dialect, condition
from spectator.store.postgres_append import append, channel_of
from spectator.store.postgres_faults import ADDRESS, BROKEN, Reach, TryAgain, in_our_words
from spectator.store.postgres_listening import Listening
from spectator.store.postgres_schema import bring_up_to_date, epoch_of
from spectator.streams import StreamKind, StreamName, StreamState

T = TypeVar("T")

TRIES: Final = 5  # of work that another server was in the way of, or a connection that had died
CLOSE_S: Final = 1.0  # for work under way when the store is closed


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgresLimits:
    """`connections` at once, besides the one that listens; how long to wait for a connection, a
    lock, a statement; and how long the server bears a transaction of ours that does nothing.
    """

    connections: int = 8
    connect_s: float = 5.0
    lock_s: float = 5.0
    statement_s: float = 10.0
    idle_s: float = 10.0


class PostgresEventStore:
    """A database, by its address (`postgresql://USER@HOST:PORT/DATABASE`). What the address leaves
    out comes from PostgreSQL's own variables and files (PGPASSWORD, ~/.pgpass …).
    """

    def __init__(self, address: str, limits: PostgresLimits | None = None) -> None:
        self.epoch = ""
        self._address, self._limits = address, limits or PostgresLimits()
        self._reach = Reach()
        self._pool: asyncpg.Pool | None = None
        self._listening: Listening | None = None

    @property
    def damage(self) -> None:
        """Of its files the database tells nobody but its own log."""

    def found_damaged(self, _why: str) -> None:
        """They are no files of ours."""

    async def check(self) -> None:
        """Connect, make the tables where there are none, and go away again."""
        with in_our_words():
            connection = await _connect(**self._how("captains-bus"))
            try:
                await bring_up_to_date(connection)
            finally:
                await connection.close()

    async def open(self, watcher: Watcher) -> None:
        if self._pool is None:
            self._pool = await self._make_pool()
        self.epoch = await self._do(bring_up_to_date)
        if self._listening is None:
            self._listening = Listening(
                self._connect_to_listen, self._arrived, watcher, self._reach
            )

    async def append(self, batches: Sequence[Batch], fence: int | None = None) -> list[Appended]:
        return await self._do(lambda connection: append(connection, batches, fence))

    async def read(self, stream: StreamName, after: int, limit: int) -> list[Line]:
        rows = await self._fetch(_READ, _plain(stream), after, limit)
        return [Line(seq=seq, text=body) for seq, body in rows]

    async def info(self, stream: StreamName) -> StreamInfo | None:
        rows = await self._fetch(f"{_INFOS} WHERE s.name = $1", _plain(stream))
        return _info(rows[0]) if rows else None

    async def streams(
        self, kind: StreamKind, wanted: StreamFilter = EVERY_STREAM, *, limit: int, offset: int = 0
    ) -> StreamPage:
        where, given = condition(kind, wanted, _DIALECT)
        ((total,),) = await self._fetch(f"{_COUNT} WHERE {where}", *given)
        page = f"ORDER BY {LIVE_FIRST} LIMIT ${len(given) + 1} OFFSET ${len(given) + 2}"
        rows = await self._fetch(f"{_INFOS} WHERE {where} {page}", *given, limit, offset)
        return StreamPage(streams=tuple(map(_info, rows)), total=total)

    async def featured(self) -> Featured | None:
        channel = await self._do(channel_of)
        return channel if channel.stream != NOTHING else None

    async def aclose(self) -> None:
        listening, self._listening = self._listening, None
        pool, self._pool = self._pool, None
        if listening is not None:
            await listening.aclose()
        if pool is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(CLOSE_S):
                    await pool.close()
            pool.terminate()

    # --- connections ---------------------------------------------------------------------------

    async def _do(self, work: Callable[[Connection], Awaitable[T]]) -> T:
        """What `work` returns, done as often as other servers and dead connections make it."""
        why = ""
        with self._reach.noted():
            for _ in range(TRIES):
                try:
                    return await self._do_once(work)
                except TryAgain as error:
                    why = str(error)
            raise StoreUnavailable(why)

    async def _do_once(self, work: Callable[[Connection], Awaitable[T]]) -> T:
        if self._pool is None:
            raise StoreUnavailable("it is not open")
        with in_our_words():
            async with self._pool.acquire(timeout=self._limits.connect_s) as connection:
                try:
                    return await work(connection)
                except BROKEN:
                    connection.terminate()  # or it would go back to the pool as it is
                    raise

    async def _fetch(self, statement: str, *arguments: object) -> list[Record]:
        async def work(connection: Connection) -> list[Record]:
            return list(await connection.fetch(statement, *arguments))

        return await self._do(work)

    async def _make_pool(self) -> asyncpg.Pool:
        """A pool that connects when it is first needed."""
        return await asyncpg.create_pool(
            min_size=0,
            max_size=self._limits.connections,
            connect=_connect,
            reset=_nothing_to_reset,
            **self._how("captains-bus"),
        )

    async def _connect_to_listen(self) -> Connection:
        return await _connect(**self._how("captains-bus listener"))

    def _how(self, name: str) -> dict[str, Any]:
        limits = self._limits
        settings = {
            "application_name": name,
            "lock_timeout": _ms(limits.lock_s),
            "statement_timeout": _ms(limits.statement_s),
            "idle_in_transaction_session_timeout": _ms(limits.idle_s),
        }
        return {
            "dsn": self._address,
            "timeout": limits.connect_s,
            "command_timeout": 2 * limits.statement_s,  # for a server that has vanished
            "server_settings": settings,
        }

    async def _arrived(self, connection: Connection) -> None:
        """The log may be another one than before, restored from a copy."""
        self.epoch = await epoch_of(connection)


async def _connect(*arguments: Any, **how: Any) -> Connection:
    try:
        return await asyncpg.connect(*arguments, **how)
    except asyncpg.ClientConfigurationError as error:  # a certificate that is not there
        raise StoreRefused(str(error)) from None
    except ValueError:  # a port that is no number, a broken query; it may repeat a password
        raise StoreRefused(ADDRESS) from None


async def _nothing_to_reset(_: Connection) -> None:
    """We leave nothing behind in a session, so that a round trip is spared."""


def _ms(seconds: float) -> str:
    return str(round(1000 * seconds))


def _plain(text: str) -> str:
    """PostgreSQL keeps no NUL: nothing has one in its name, so ask for what is not there."""
    return "" if "\0" in text else text


# --- reading -------------------------------------------------------------------------------------

_READ: Final = """
    SELECT e.seq, e.body FROM captains.events e JOIN captains.streams s ON s.id = e.stream
    WHERE s.name = $1 AND e.seq > $2 ORDER BY e.seq LIMIT $3"""
_INFOS: Final = """
    SELECT s.name, s.last_seq, s.state, s.started_at, s.home, s.away, s.format, s.outcome,
        f.body AS first, l.body AS last
    FROM captains.streams s
    JOIN captains.events f ON f.stream = s.id AND f.seq = 1
    JOIN captains.events l ON l.stream = s.id AND l.seq = s.last_seq"""
_COUNT: Final = "SELECT count(*) FROM captains.streams s"
_DIALECT: Final = Dialect(place=lambda number: f"${number}", find="strpos")


def _info(row: Record) -> StreamInfo:
    return StreamInfo(
        stream=StreamName(row["name"]),
        last_seq=row["last_seq"],
        state=StreamState(row["state"]),
        started_at=row["started_at"],
        home=row["home"],
        away=row["away"],
        format=row["format"],
        outcome=Outcome(row["outcome"]),
        first=row["first"],
        last=row["last"],
    )
