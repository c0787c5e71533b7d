"""Where the events of one stream wait until the bus has them, and the account of what became of
them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice

from spectator.spool import Spool, SpoolFile
from spectator.streams import StreamName


@dataclass(frozen=True, slots=True, kw_only=True)
class ObserverReport:
    """What became of the events: `sent` are on the bus, `dropped` never will be, `waiting` may be
    still, `spooled` were left on disk for whoever finds the bus again.

    `stale`: another publisher holds the featured channel now. `why`: what went wrong last, None if
    nothing did.
    """

    sent: int
    dropped: int
    waiting: int
    stale: bool
    why: str | None
    spooled: int = 0


@dataclass(slots=True, eq=False)
class Outbox:
    """The events of one stream. The oldest are in `log`, if there is one; `lines[i]` has number
    `base + i`; below `next_seq` the bus has them, from `start` on by us.
    """

    stream: StreamName
    fence: int | None
    lines: deque[bytes] = field(default_factory=deque)
    base: int = 1
    start: int = 1
    next_seq: int = 1
    log: SpoolFile | None = None
    dropped: int = 0
    spooled: int = 0
    adopted: bool = False  # another process began it, and has counted what it left
    closed: bool = False
    stale: bool = False
    why: str | None = None
    cut: bool = False  # takes no more events; those that wait are still delivered
    disk: str | None = None  # why the disk takes no more of them

    @classmethod
    def adopting(cls, log: SpoolFile) -> Outbox:
        """Of a stream that another process began. Its last event is sent first: the bus's answer
        says which of the others it lacks.
        """
        last = max(log.first, log.end - 1)
        return cls(
            stream=log.stream,
            fence=None,
            base=log.end,
            start=last,
            next_seq=last,
            log=log,
            adopted=True,
            closed=True,
        )

    @property
    def end(self) -> int:
        """The number that comes next."""
        return self.base + len(self.lines)

    @property
    def waiting(self) -> int:
        return self.end - self.next_seq

    @property
    def first(self) -> int:
        """The oldest that can be sent again."""
        return self.base if self.log is None else self.log.first

    def report(self) -> ObserverReport:
        return ObserverReport(
            sent=self.next_seq - self.start,
            dropped=self.dropped,
            waiting=self.waiting,
            spooled=self.spooled,
            stale=self.stale,
            why=self.why,
        )

    def add(self, line: bytes) -> None:
        if self.log is not None and not self.lines and self.log.append((line,)):
            self.base += 1
        else:
            self.lines.append(line)

    def next_lines(self, events: int, room: int, *, at_least_one: bool) -> list[bytes]:
        """What to send next, within bounds."""
        if self.log is not None and self.next_seq < self.log.end:
            found = self.log.read(self.next_seq, events, room)
        else:
            begin = self.next_seq - self.base
            found = list(islice(self.lines, begin, begin + events))
        return _within(found, room, at_least_one=at_least_one)

    def to_disk(self, spool: Spool) -> None:
        """Move what is in memory to the disk, as far as that takes it; `disk` says why not."""
        if self.disk is not None:
            return
        try:
            self.log = self.log or spool.create(self.stream, self.base)
        except OSError as error:
            self.disk = error.strerror or str(error)
            return
        self.log.append(tuple(self.lines))
        self.disk = self.log.broken
        while self.base < self.log.end:
            self.lines.popleft()
            self.base += 1

    def give_up(self, why: str) -> None:
        """Nothing more of this stream will be delivered."""
        self.cut, self.why = True, why
        self.dropped += self.waiting
        self._forget()

    def leave(self, spool: Spool, why: str) -> None:
        """What waits stays on disk for whoever comes next; what the disk does not take is lost."""
        self.to_disk(spool)
        self.cut, self.why = True, why
        if self.log is not None:
            self.spooled += 0 if self.adopted else max(0, self.log.end - self.next_seq)
            self.log.leave()
            self.log = None
        if self.lines:
            self.dropped += self.end - max(self.base, self.next_seq)
            self.why = f"{why}, and the disk takes no more ({self.disk})"
        self._forget()

    def accepted(self, next_seq: int) -> None:
        """The bus has everything below `next_seq`."""
        self.next_seq = next_seq

    def rewind(self, next_seq: int) -> bool:
        """The bus wants events from `next_seq` again. False if we have them no longer."""
        if not self.first <= next_seq <= self.next_seq:
            return False
        self.next_seq = next_seq
        self.start = min(self.start, next_seq)
        return True

    def trim(self, kept: int) -> None:
        """Keep at most `kept` delivered events in memory for a bus that comes back empty."""
        if self.disk is not None and self.log is not None and self.next_seq >= self.log.end:
            self.log.remove()  # it ends before what is in memory, and takes no more
            self.log = None
        while self.log is None and self.next_seq - self.base > kept:
            self.lines.popleft()
            self.base += 1

    def expects(self, seq: int) -> bool:
        """Whether `seq` is the number that comes next (any, for the first)."""
        if not self.lines and self.log is None and self.base == self.next_seq == self.start == 1:
            self.base = self.next_seq = self.start = seq
        return seq == self.end

    def retire(self) -> None:
        """It has all been delivered."""
        self._forget()

    def _forget(self) -> None:
        if self.log is not None:
            self.log.remove()
            self.log = None
        self.lines.clear()
        self.base = self.next_seq


def _within(lines: list[bytes], room: int, *, at_least_one: bool) -> list[bytes]:
    for count, line in enumerate(lines):
        if room < len(line) and not (at_least_one and count == 0):
            return lines[:count]
        room -= len(line) + 1
    return lines


@dataclass(slots=True)
class Tally:
    """The reports of streams that are over."""

    sent: int = 0
    dropped: int = 0
    spooled: int = 0
    stale: bool = False
    why: str | None = None

    def add(self, report: ObserverReport) -> None:
        self.sent += report.sent
        self.dropped += report.dropped
        self.spooled += report.spooled
        self.stale = self.stale or report.stale
        self.why = report.why or self.why

    def plus(self, reports: Iterable[ObserverReport]) -> ObserverReport:
        every = list(reports)
        return ObserverReport(
            sent=self.sent + sum(r.sent for r in every),
            dropped=self.dropped + sum(r.dropped for r in every),
            waiting=sum(r.waiting for r in every),
            spooled=self.spooled + sum(r.spooled for r in every),
            stale=self.stale or any(r.stale for r in every),
            why=next((r.why for r in every if r.why), self.why),
        )
