"""The file of answers: shared, locked or damaged, it costs no match and no wrong count."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from engine.tool_captains import Account
from engine.tool_captains.llm.faults import NotCached
from engine.tool_captains.response_cache import SqliteCache
from tests.llm.obtainers import ask, lend, obtainer
from tests.llm.stub import completion, says, stub

HOLD = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
sys.stdin.read()
connection.execute("COMMIT")
print("let go", flush=True)
"""

FILL = """
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 999)
INSERT INTO answers SELECT hex(randomblob(32)), zeroblob(500) FROM n
"""


class Holder:
    """Another process that has the file locked until it is told to let go."""

    def __init__(self, child: subprocess.Popen[str]) -> None:
        assert child.stdin is not None
        assert child.stdout is not None
        self._stdin, self._stdout = child.stdin, child.stdout
        assert self._stdout.readline() == "locked\n"

    def let_go(self) -> None:
        self._stdin.close()
        assert self._stdout.readline() == "let go\n"


@contextmanager
def locked(path: Path) -> Iterator[Holder]:
    command = [sys.executable, "-c", HOLD, str(path)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        try:
            yield Holder(child)
        finally:
            child.kill()


async def test_two_processes_may_write_at_once(tmp_path: Path) -> None:
    caches = [SqliteCache(tmp_path / "answers.db") for _ in range(2)]
    for number in range(20):
        await caches[number % 2].put(str(number), b"x")
    assert [await caches[0].get(str(number)) for number in range(20)] == [b"x"] * 20
    assert [cache.trouble for cache in caches] == [None, None]
    for cache in caches:
        await cache.aclose()


async def test_a_file_that_another_process_has_locked_is_waited_for(tmp_path: Path) -> None:
    cache = SqliteCache(tmp_path / "answers.db", busy_s=120)
    await cache.put("before", b"x")
    with locked(tmp_path / "answers.db") as holder:
        assert await cache.get("before") == b"x"  # a writer does not keep readers out
        writing = asyncio.create_task(cache.put("meanwhile", b"y"))
        await asyncio.sleep(0)
        assert not writing.done()
        holder.let_go()
        await writing
    assert await cache.get("meanwhile") == b"y"
    assert cache.trouble is None
    await cache.aclose()


async def test_a_file_that_stays_locked_is_told_once_and_every_call_is_counted(
    tmp_path: Path,
) -> None:
    path, told, account = tmp_path / "answers.db", list[str](), Account()
    first = SqliteCache(path)
    await first.put("before", b"x")
    await first.aclose()
    services = lend(cache=SqliteCache(path, busy_s=0.01, tell=told.append))
    async with stub(says(completion())) as endpoint:
        with locked(path):
            for _ in range(2):
                await ask(obtainer(endpoint.url, services), account)
        await services.aclose()
    assert (account.calls, account.from_cache) == (2, 0) == (len(endpoint.requests), 0)
    (trouble,) = told
    assert trouble.startswith(f"the cache {path} cannot be used (database is locked)")


@pytest.mark.parametrize(
    "harm", ["garbage", "another version", "a folder", "another table", "cut", "overwritten"]
)
async def test_a_file_that_cannot_be_used_loses_no_match(tmp_path: Path, harm: str) -> None:
    path, account = _harmed(tmp_path / "answers.db", harm), Account()
    cache = SqliteCache(path)
    services = lend(cache=cache)
    async with stub(says(completion())) as endpoint:
        assert (await ask(obtainer(endpoint.url, services), account)).calls
        assert (account.calls, account.from_cache) == (1, 0) == (len(endpoint.requests), 0)
        assert cache.trouble is not None
        assert str(path) in cache.trouble
        with pytest.raises(NotCached, match="cannot be used"):
            await ask(obtainer(endpoint.url, services, mode="cached"))
        await services.aclose()


def _harmed(path: Path, harm: str) -> Path:
    match harm:
        case "garbage":
            path.write_bytes(b"no database at all" * 1000)
        case "a folder":
            path.mkdir()
        case "another version":
            _sql(path, "PRAGMA user_version = 99")
        case "another table":
            _sql(path, "CREATE TABLE answers (other INTEGER)")
        case "cut" | "overwritten":
            _sql(path, "CREATE TABLE answers (key TEXT PRIMARY KEY, reply BLOB NOT NULL)")
            _sql(path, FILL)
            whole = path.read_bytes()
            rest = b"" if harm == "cut" else b"\x5a" * (len(whole) - 4096)
            path.write_bytes(whole[:4096] + rest)
    return path


def _sql(path: Path, statement: str) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute(statement)
    connection.close()
