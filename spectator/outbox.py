"""Where the events of one stream wait until the bus has them, and the account of what became of
them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from spectator.streams import StreamName


@dataclass(frozen=True, slots=True, kw_only=True)
class ObserverReport:
    """What became of the events: `sent` are on the bus, `dropped` never will be, `waiting` may be
    still.

    `stale`: another publisher holds the featured channel now. `why`: what went wrong last, None if
    nothing did.
    """

    sent: int
    dropped: int
    waiting: int
    stale: bool
    why: str | None


@dataclass(slots=True, eq=False)
class Outbox:
    """The events of one stream. `lines[i]` has number `base + i`; below `next_seq` the bus has
    them.
    """

    stream: StreamName
    fence: int | None
    lines: deque[bytes] = field(default_factory=deque)
    base: int = 1
    next_seq: int = 1
    dropped: int = 0
    sent: int = 0
    closed: bool = False
    stale: bool = False
    why: str | None = None
    cut: bool = False  # takes no more events; those that wait are still delivered

    @property
    def waiting(self) -> int:
        return self.base + len(self.lines) - self.next_seq

    def report(self) -> ObserverReport:
        return ObserverReport(
            sent=self.sent,
            dropped=self.dropped,
            waiting=self.waiting,
            stale=self.stale,
            why=self.why,
        )

    def give_up(self, why: str) -> None:
        """Nothing more of this stream will be delivered."""
        self.cut, self.why = True, why
        self.dropped += self.waiting
        self.lines.clear()
        self.base = self.next_seq

    def accepted(self, next_seq: int) -> None:
        """The bus has everything below `next_seq`."""
        self.sent += next_seq - self.next_seq
        self.next_seq = next_seq

    def rewind(self, next_seq: int) -> bool:
        """The bus lost events and wants them from `next_seq` again. False if we have them no
        longer.
        """
        if not self.base <= next_seq <= self.next_seq:
            return False
        self.sent -= self.next_seq - next_seq
        self.next_seq = next_seq
        return True

    def trim(self, kept: int) -> None:
        """Keep at most `kept` delivered events for a bus that comes back empty."""
        while self.next_seq - self.base > kept:
            self.lines.popleft()
            self.base += 1

    def expects(self, seq: int) -> bool:
        """Whether `seq` is the number that comes next (any, for the first)."""
        if not self.lines and self.base == self.next_seq == 1:
            self.base = self.next_seq = seq
        return seq == self.base + len(self.lines)


@dataclass(slots=True)
class Tally:
    """The reports of streams that are over."""

    sent: int = 0
    dropped: int = 0
    stale: bool = False
    why: str | None = None

    def add(self, report: ObserverReport) -> None:
        self.sent += report.sent
        self.dropped += report.dropped
        self.stale = self.stale or report.stale
        self.why = report.why or self.why

    def plus(self, reports: Iterable[ObserverReport]) -> ObserverReport:
        every = list(reports)
        return ObserverReport(
            sent=self.sent + sum(r.sent for r in every),
            dropped=self.dropped + sum(r.dropped for r in every),
            waiting=sum(r.waiting for r in every),
            stale=self.stale or any(r.stale for r in every),
            why=next((r.why for r in every if r.why), self.why),
        )
