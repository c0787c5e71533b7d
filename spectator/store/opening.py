"""Which store an address means."""

from __future__ import annotations

from pathlib import Path

from spectator.store.contract import EventStore
from spectator.store.sqlite import SqliteEventStore


def open_store(where: Path | str) -> EventStore:
    """The store at a path, in memory (`:memory:`)."""
    return SqliteEventStore(where)
