"""What a store of the bus is: the protocol, and the values that go in and out.

Errors, by who must act: `StoreUnavailable` (nobody: it is tried again) and below it `StoreRefused`
(whoever runs the store: its password, database, rights or version) with `StoreDamaged` (its file).
Their text names no secret.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

from spectator.streams import StreamKind, StreamName, StreamState

FEATURED_CHANNEL: Final = "featured"
NOTHING: Final = StreamName("")  # on the channel while a fence is known but no stream has come


class StoreUnavailable(Exception):
    """The store cannot be reached now. What was sent may be sent again: the log takes it once."""


class StoreRefused(StoreUnavailable):
    """The store is there and does not serve us until somebody changes something."""


DAMAGED: Final = (
    "end the bus, move the file and its -wal and -shm away, and start the bus again: it begins a "
    "new one, and who publishes sends again what he still has; `captains publish RUN` puts there "
    "what is recorded in the folder of a run"
)


class StoreDamaged(StoreRefused):
    """The file is not, or not all of it, what was written: `why` is the database's own word."""

    def __init__(self, file: str, why: str) -> None:
        super().__init__(file, why)
        self.file, self.why = file, why

    def __str__(self) -> str:
        return f"{self.file}: {self.why}; {DAMAGED}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One event as read back. `text` is its canonical JSON."""

    seq: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry(Line):
    """One event on its way in. `ts` is the time in it."""

    type: str
    ts: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Events of one stream, in order."""

    stream: StreamName
    entries: tuple[Entry, ...]


class AppendStatus(StrEnum):
    OK = "ok"
    GAP = "gap"
    CONFLICT = "conflict"
    STALE_FENCE = "stale_fence"
    TOO_MANY_STREAMS = "too_many_streams"  # said by the bus: it takes no new ones


@dataclass(frozen=True, slots=True, kw_only=True)
class Appended:
    """What became of a batch. `stored` are the entries that were new; `next_seq` is what the stream
    expects now.
    """

    stream: StreamName
    status: AppendStatus
    next_seq: int
    stored: tuple[Entry, ...] = ()


class Outcome(StrEnum):
    """How far a stream has come: what a match counts as, once it has ended."""

    LIVE = "live"
    ENDED = "ended"
    FORFEIT = "forfeit"
    VOID = "void"


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamInfo:
    """One line of the list of streams. `first` and `last` are the stream's outermost events as
    JSON; `home`, `away` and `format` are empty where it is no match.
    """

    stream: StreamName
    last_seq: int
    state: StreamState
    started_at: str
    home: str
    away: str
    format: str
    outcome: Outcome
    first: str
    last: str


class Result(StrEnum):
    """How a match that counts went for a captain."""

    WON = "won"
    LOST = "lost"
    TIED = "tied"


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamFilter:
    """Which streams are asked for; what is empty leaves all. `search` is part of the name, a
    captain or the result, in either case; `captains` all lead a side; `result` is that of the first
    of them; `run` is a run's id.
    """

    search: str = ""
    run: str = ""
    captains: tuple[str, ...] = ()
    result: Result | None = None
    format: str = ""
    outcomes: tuple[Outcome, ...] = ()


EVERY_STREAM: Final = StreamFilter()


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamPage:
    """Some of the streams that were asked for, live ones first and the newest of each, and how many
    there are in all.
    """

    streams: tuple[StreamInfo, ...]
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Featured:
    """Which stream the featured channel shows, and by which fence its publisher holds it."""

    stream: StreamName
    fence: int


class Watcher(Protocol):
    """Who is told what was stored. Called in the loop that opened the store, of one's own events
    too, perhaps late and perhaps twice; never of an event that cannot be read yet.
    """

    def heard(self, stream: StreamName, top: int) -> None:
        """The stream reaches to event `top`."""

    def heard_featured(self) -> None:
        """The featured channel may show another stream, or be held by another fence."""

    def look_again(self) -> None:
        """Something may have been missed, or the log may be another one: look at everything."""


class EventStore(Protocol):
    """Where the bus keeps its streams. Every method but `aclose` may raise `StoreUnavailable`."""

    @property
    def epoch(self) -> str:
        """Changes when the log is another one; known once the store is open."""

    @property
    def damage(self) -> StoreDamaged | None:
        """What was found first of it; some of the log may be there all the same."""

    def found_damaged(self, why: str) -> StoreDamaged | None:
        """A reader has met with what was never stored: the damage that it is; None where no file of
        ours can have it.
        """

    async def open(self, watcher: Watcher) -> None:
        """Get ready, and tell `watcher` what other servers store. Harmless when it is open."""

    async def append(self, batches: Sequence[Batch], fence: int | None = None) -> list[Appended]:
        """Append each batch (of a stream of its own) as far as it fits; with a `fence`, only if no
        higher one is known. All in one transaction.
        """

    async def read(self, stream: StreamName, after: int, limit: int) -> list[Line]:
        """Events with a number above `after`, in order, at most `limit`."""

    async def info(self, stream: StreamName) -> StreamInfo | None:
        """The stream's line in the list; None for a stream that does not exist."""

    async def streams(
        self, kind: StreamKind, wanted: StreamFilter = EVERY_STREAM, *, limit: int, offset: int = 0
    ) -> StreamPage:
        """Those of a kind that are `wanted`, live ones first and the newest of each."""

    async def featured(self) -> Featured | None:
        """What the featured channel shows; None before the first."""

    async def aclose(self) -> None:
        """Let go of everything. Safe to call twice."""
