"""The event log: append-only streams, each numbered 1, 2, 3 … without a hole.

What must hold in every store: an event is accepted once, in its place; the same event again changes
nothing; another event for a stored number is refused. `contract.py` is what a store has to be,
`appending.py` what becomes of a batch, `sqlite.py` and `postgres.py` keep it.
"""

from spectator.store.contract import (
    FEATURED_CHANNEL,
    NOTHING,
    Appended,
    AppendStatus,
    Batch,
    Entry,
    EventStore,
    Featured,
    Line,
    StoreRefused,
    StoreUnavailable,
    StreamInfo,
    StreamPage,
    Watcher,
)
from spectator.store.opening import check_store, open_store
from spectator.store.sqlite import SqliteEventStore

__all__ = [
    "FEATURED_CHANNEL",
    "NOTHING",
    "AppendStatus",
    "Appended",
    "Batch",
    "Entry",
    "EventStore",
    "Featured",
    "Line",
    "SqliteEventStore",
    "StoreRefused",
    "StoreUnavailable",
    "StreamInfo",
    "StreamPage",
    "Watcher",
    "check_store",
    "open_store",
]
