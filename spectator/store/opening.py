"""Which store an address means."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from spectator.store.contract import EventStore
from spectator.store.sqlite import SqliteEventStore

POSTGRES: Final = ("postgresql://", "postgres://")


def open_store(where: Path | str) -> EventStore:
    """The store at a path, in memory (`:memory:`), or in PostgreSQL (`postgresql://…`)."""
    if not _is_postgres(where):
        return SqliteEventStore(where)
    from spectator.store.postgres import PostgresEventStore  # its client takes 0.1 s to import

    return PostgresEventStore(str(where))


async def check_store(where: Path | str) -> None:
    """Raise `StoreRefused` where somebody must act before a store can be used, and
    `StoreUnavailable` where it may come by itself. A file is checked when it is opened.
    """
    if _is_postgres(where):
        from spectator.store.postgres import PostgresEventStore

        await PostgresEventStore(str(where)).check()


def _is_postgres(where: Path | str) -> bool:
    return isinstance(where, str) and where.startswith(POSTGRES)
