"""Prefect's transactions on SQLite take turns, so that none is refused and none waits in SQLite."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
import pytest
from prefect.server.database.configurations import AioSqliteConfiguration
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from flows.one_writer import OneWriter
from flows.server import Server
from tests.flows.support import DEADLINE_S

CALLS = 40


def address(folder: Path) -> str:
    return f"sqlite+aiosqlite:///{folder}/numbers.db"


async def session_of(database: AioSqliteConfiguration) -> AsyncSession:
    return await database.session(await database.engine())


async def with_a_number(database: AioSqliteConfiguration) -> None:
    async with await session_of(database) as session:
        await session.execute(text("CREATE TABLE numbers (n INTEGER)"))
        await session.execute(text("INSERT INTO numbers VALUES (0)"))
        await session.commit()


async def read(session: AsyncSession) -> int:
    return int((await session.execute(text("SELECT n FROM numbers"))).scalar_one())


async def one_more(database: AioSqliteConfiguration) -> None:
    """As an endpoint of Prefect does: read first, then write."""
    async with await session_of(database) as session, database.begin_transaction(session):
        found = await read(session)
        await asyncio.sleep(0)
        await session.execute(text("UPDATE numbers SET n = :n"), {"n": found + 1})


async def after_many_at_once(database: AioSqliteConfiguration) -> int:
    await with_a_number(database)
    async with asyncio.timeout(DEADLINE_S):
        await asyncio.gather(*(one_more(database) for _ in range(CALLS)))
    async with await session_of(database) as session:
        return await read(session)


async def test_of_many_transactions_at_once_none_is_refused(tmp_path: Path) -> None:
    assert await after_many_at_once(OneWriter(address(tmp_path))) == CALLS


async def test_prefects_own_would_be_refused(tmp_path: Path) -> None:
    with pytest.raises(OperationalError, match="database is locked"):
        await after_many_at_once(AioSqliteConfiguration(address(tmp_path)))


async def test_one_within_another_does_not_wait_for_it(tmp_path: Path) -> None:
    database = OneWriter(address(tmp_path))
    await with_a_number(database)
    async with (
        asyncio.timeout(DEADLINE_S),
        await session_of(database) as outer,
        database.begin_transaction(outer),
        await session_of(database) as inner,
        database.begin_transaction(inner),
    ):
        assert await read(inner) == 0


async def test_what_was_begun_within_one_that_is_over_takes_its_turn(tmp_path: Path) -> None:
    database = OneWriter(address(tmp_path))
    await with_a_number(database)
    over = asyncio.Event()

    async def later() -> None:
        await over.wait()
        await asyncio.gather(*(one_more(database) for _ in range(CALLS)))

    async with await session_of(database) as session, database.begin_transaction(session):
        task = asyncio.create_task(later())
    over.set()
    async with asyncio.timeout(DEADLINE_S):
        await task
    async with await session_of(database) as session:
        assert await read(session) == CALLS


@pytest.mark.prefect
async def test_the_embedded_server_takes_what_many_send_at_once(on_server: Server) -> None:
    async def send(client: httpx.AsyncClient, number: int) -> int:
        sent = {"key": f"sent-{number}", "type": "markdown", "data": "one"}
        return (await client.post(f"{on_server.api_url}/artifacts/", json=sent)).status_code

    async with httpx.AsyncClient(trust_env=False, timeout=DEADLINE_S) as client:
        codes = await asyncio.gather(*(send(client, number) for number in range(CALLS)))
    assert {*codes} == {201}
