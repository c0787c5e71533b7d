"""The tables of a PostgreSQL store, in a schema of their own beside whatever else is there."""

from __future__ import annotations

import uuid
from typing import Final

from asyncpg import Connection

from spectator.store.contract import FEATURED_CHANNEL, NOTHING, StoreRefused

VERSION: Final = "1"
_MAKING: Final = 0x6361707461696E73  # "captains": who makes the tables holds this advisory lock

_HAS_TABLES: Final = """
    SELECT EXISTS (SELECT FROM pg_tables WHERE schemaname = 'captains' AND tablename = 'meta')"""
_TABLES: Final = f"""
CREATE SCHEMA captains;
CREATE TABLE captains.meta (key text PRIMARY KEY, value text NOT NULL);
CREATE TABLE captains.streams (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL UNIQUE,
    kind text NOT NULL, last_seq bigint NOT NULL, state text NOT NULL, started_at text NOT NULL,
    names text NOT NULL, home text NOT NULL, away text NOT NULL, format text NOT NULL,
    result text NOT NULL, outcome text NOT NULL, winner text NOT NULL) WITH (fillfactor = 50);
CREATE INDEX streams_of_kind ON captains.streams (kind, id);
CREATE TABLE captains.events (
    stream bigint NOT NULL, seq bigint NOT NULL, body text NOT NULL, PRIMARY KEY (stream, seq));
CREATE TABLE captains.channels (
    name text PRIMARY KEY, fence bigint NOT NULL, stream text NOT NULL);
INSERT INTO captains.channels VALUES ('{FEATURED_CHANNEL}', 0, '{NOTHING}');
INSERT INTO captains.meta VALUES ('version', '{VERSION}');
"""  # noqa: S608 - constants of ours


async def bring_up_to_date(connection: Connection) -> str:
    """Make the tables where there are none, and tell the epoch. Two servers may do it at once.
    Raises `StoreRefused` for tables of another version.
    """
    version = await _version(connection)
    if version is None:
        async with connection.transaction():
            await connection.execute("SELECT pg_advisory_xact_lock($1)", _MAKING)
            if await _version(connection) is None:
                await _make(connection)
        version = await _version(connection)
    if version != VERSION:
        raise StoreRefused(
            f"the tables were made by another version of captains (they have format {version}, "
            f"this version reads {VERSION})"
        )
    return await epoch_of(connection)


async def epoch_of(connection: Connection) -> str:
    return str(await connection.fetchval("SELECT value FROM captains.meta WHERE key = 'epoch'"))


async def _version(connection: Connection) -> str | None:
    # Not by to_regclass, which may remember from before the lock that there is no such table.
    if not await connection.fetchval(_HAS_TABLES):
        return None
    found = await connection.fetchval("SELECT value FROM captains.meta WHERE key = 'version'")
    return str(found)


async def _make(connection: Connection) -> None:
    encoding = await connection.fetchval("SHOW server_encoding")
    if encoding != "UTF8":
        raise StoreRefused(f"the database is encoded as {encoding}; it must be UTF8")
    await connection.execute(_TABLES)
    await connection.execute("INSERT INTO captains.meta VALUES ('epoch', $1)", str(uuid.uuid4()))
