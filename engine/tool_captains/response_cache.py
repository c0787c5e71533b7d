"""Answers of models, kept in one SQLite file so that a resumed or repeated run need not ask again.

The file is touched by a thread of its own, never by the event loop. A file that another process
has locked is waited for. One that stays locked, or is damaged, loses no match: it is left alone
from then on, and `trouble` says so.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final, TypeVar

_T = TypeVar("_T")
_VERSION: Final = 1
_BUSY_S: Final = 5.0
_SCHEMA: Final = "CREATE TABLE IF NOT EXISTS answers (key TEXT PRIMARY KEY, reply BLOB NOT NULL)"

log = logging.getLogger(__name__)


class SqliteCache:
    """Implements `ResponseCache`. Several processes may use one file at a time, each for `busy_s`
    at the most. `tell` is given the trouble, once, beside the log.
    """

    def __init__(
        self,
        path: Path,
        *,
        busy_s: float = _BUSY_S,
        tell: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._path, self._busy_s, self._tell = path, busy_s, tell
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="response-cache")
        self._connection: sqlite3.Connection | None = None
        self._trouble: str | None = None
        self._is_told = False

    @property
    def trouble(self) -> str | None:
        return self._trouble

    async def get(self, key: str) -> bytes | None:
        return await self._in_thread(lambda: self._get(key))

    async def put(self, key: str, reply: bytes) -> None:
        await self._in_thread(lambda: self._put(key, reply))

    async def aclose(self) -> None:
        await self._in_thread(self._close)
        self._thread.shutdown(wait=False)

    async def _in_thread(self, work: Callable[[], _T]) -> _T | None:
        def guarded() -> _T | None:
            if self._trouble is not None:
                return None
            try:
                return work()
            except (sqlite3.Error, OSError) as error:
                self._give_up(error)
                return None

        found = await asyncio.get_running_loop().run_in_executor(self._thread, guarded)
        if self._trouble is not None and not self._is_told:
            self._is_told = True
            self._tell(self._trouble)
        return found

    def _give_up(self, error: Exception) -> None:
        self._trouble = (
            f"the cache {self._path} cannot be used ({error}); answers are neither taken from it "
            "nor kept"
        )
        log.warning(self._trouble)
        self._close()

    def _get(self, key: str) -> bytes | None:
        row = self._open().execute("SELECT reply FROM answers WHERE key = ?", (key,)).fetchone()
        return bytes(row[0]) if row is not None and isinstance(row[0], bytes) else None

    def _put(self, key: str, reply: bytes) -> None:
        connection = self._open()
        connection.execute("INSERT OR IGNORE INTO answers VALUES (?, ?)", (key, reply))

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(self._path, timeout=self._busy_s, isolation_level=None)
            self._connection = connection  # so that it is closed, whatever comes
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            found = connection.execute("PRAGMA user_version").fetchone()[0]
            if found not in (0, _VERSION):
                raise sqlite3.DatabaseError(f"its version is {found}, not {_VERSION}")
            connection.execute(_SCHEMA)
            connection.execute(f"PRAGMA user_version = {_VERSION}")
        return self._connection

    def _close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
