"""SQLite behind the embedded Prefect server, written by one transaction at a time.

Prefect 3.8.8 begins its transactions as readers and lets SQLite settle who writes. Of two that have
read, the second is refused at once ("database is locked", HTTP 503: the Prefect UI does not try
again). One that waits does so for up to a minute inside SQLite, which holds its connection's mutex
meanwhile: when Python's garbage collector meets a cursor of that connection, the event loop stands
still with it, and so does the transaction that all are waiting for. Here they take turns in the
event loop, where waiting costs nobody anything.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from prefect.server.database.configurations import AioSqliteConfiguration
from prefect.server.database.dependencies import set_database_config
from prefect.settings import PREFECT_API_DATABASE_CONNECTION_URL
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncSession, AsyncSessionTransaction


@dataclass(slots=True)
class _Turn:
    is_on: bool = True


_turn: ContextVar[_Turn | None] = ContextVar("turn", default=None)


class OneWriter(AioSqliteConfiguration):
    """A transaction begins as a writer, once every earlier one of this event loop has ended.

    One that is begun within another, in the same task or in one started there, begins as Prefect
    would begin it: were it to wait for its turn, it might wait for itself.
    """

    def __init__(self, connection_url: str) -> None:
        super().__init__(connection_url=connection_url)
        self._locks: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = (
            WeakKeyDictionary()
        )

    @asynccontextmanager
    async def begin_transaction(
        self, session: AsyncSession, with_for_update: bool = False
    ) -> AsyncIterator[AsyncSessionTransaction]:
        outer = _turn.get()
        if outer is not None and outer.is_on:
            async with super().begin_transaction(session, with_for_update) as transaction:
                yield transaction
            return
        begun = super().begin_transaction(session, with_for_update=True)
        async with self._lock(), _taking_turn(), begun as transaction:
            yield transaction

    def _lock(self) -> asyncio.Lock:
        return self._locks.setdefault(asyncio.get_running_loop(), asyncio.Lock())


@asynccontextmanager
async def _taking_turn() -> AsyncIterator[None]:
    turn = _Turn()
    before = _turn.set(turn)
    try:
        yield
    finally:
        turn.is_on = False
        _turn.reset(before)


def write_one_at_a_time() -> None:
    """Before a server is made in this process; on PostgreSQL nothing changes."""
    url = PREFECT_API_DATABASE_CONNECTION_URL.value()
    if make_url(url).get_backend_name() == "sqlite":
        set_database_config(OneWriter(url))
