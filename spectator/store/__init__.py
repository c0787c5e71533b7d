"""The event log: append-only streams, each numbered 1, 2, 3 … without a hole.

What must hold in every store: an event is accepted once, in its place; the same event again changes
nothing; another event for a stored number is refused. `contract.py` is what a store has to be,
`appending.py` what becomes of a batch, `sqlite.py` and `postgres.py` keep it.
"""

from spectator.store.contract import (
    DAMAGED,
    EVERY_STREAM,
    FEATURED_CHANNEL,
    NOTHING,
    Appended,
    AppendStatus,
    Batch,
    Entry,
    EventStore,
    Featured,
    Line,
    Outcome,
    Result,
    StoreDamaged,
    StoreRefused,
    StoreUnavailable,
    StreamFilter,
    StreamInfo,
    StreamPage,
    Watcher,
)
from spectator.store.opening import check_store, open_store
from spectator.store.sqlite import SqliteEventStore
from spectator.store.sqlite_faults import damage_in

__all__ = [
    "DAMAGED",
    "EVERY_STREAM",
    "FEATURED_CHANNEL",
    "NOTHING",
    "AppendStatus",
    "Appended",
    "Batch",
    "Entry",
    "EventStore",
    "Featured",
    "Line",
    "Outcome",
    "Result",
    "SqliteEventStore",
    "StoreDamaged",
    "StoreRefused",
    "StoreUnavailable",
    "StreamFilter",
    "StreamInfo",
    "StreamPage",
    "Watcher",
    "check_store",
    "damage_in",
    "open_store",
]
