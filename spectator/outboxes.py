"""All streams of a publisher: what waits, in memory or on disk, and what becomes of it. Waits for
nothing and sends nothing itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from engine.wire import Told
from spectator.outbox import ObserverReport, Outbox, Tally
from spectator.sending import BACKOFF_FIRST_S, BACKOFF_MOST_S, Fate
from spectator.spool import Spool, SpoolFile
from spectator.streams import LAST_TYPES, StreamName

_WHY: Final = {
    "gap": "the bus lost events that are no longer here",
    "conflict": "the bus has other events in this stream",
    "stale_fence": "another publisher holds the featured channel",
    "too_many_streams": "the bus takes no new streams",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PublisherLimits:
    """`pending` events wait in memory at most, over all streams; `kept` delivered ones a live
    stream can send again. With a spool what is above that goes to disk, without one it is lost.
    """

    pending: int = 20_000
    kept: int = 5_000
    batch_events: int = 1_000
    batch_bytes: int = 512 * 1024
    linger_s: float = 0.1
    featured_linger_s: float = 0.02
    slow_s: float = 1.0  # a bus that has not answered by then counts as away
    unreached_s: float = 0.5  # the wait at the end for a bus that has never answered
    adopted: int = 8  # streams of earlier processes that are delivered at once
    adopt_every_s: float = 2.0
    backoff_first_s: float = BACKOFF_FIRST_S
    backoff_most_s: float = BACKOFF_MOST_S


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A run of one stream's events in a request, from number `first` on."""

    box: Outbox
    first: int
    lines: list[bytes]


class Outboxes:
    """`away`: the bus does not answer, so that what comes goes to the spool at once. `stopped` says
    why nothing is sent any more, `closing` that nothing is taken any more. `has_left`: streams were
    left in the spool since somebody looked there.
    """

    def __init__(self, limits: PublisherLimits, spool: Spool | None) -> None:
        self.due: dict[StreamName, Outbox] = {}
        self.pending = 0
        self.away = self.closing = self.has_left = False
        self.stopped: str | None = None
        self._limits, self._spool = limits, spool
        self._open: dict[StreamName, Outbox] = {}
        self._total = Tally()

    @property
    def report(self) -> ObserverReport:
        return self._total.plus(box.report() for box in self._open.values())

    @property
    def adopted(self) -> int:
        """How many streams of other processes are being delivered."""
        return sum(box.adopted for box in self._open.values())

    # --- what comes ----------------------------------------------------------------------------

    def open(self, stream: StreamName, fence: int | None) -> Outbox:
        box = self._open.get(stream)
        if box is None:
            box = self._open[stream] = Outbox(stream=stream, fence=fence)
        return box

    def put(self, box: Outbox, event: Told) -> bool:
        """Take one event. False where it is lost, and with it the rest of its stream."""
        refusal = self._refusal(box, event.seq)
        if refusal is not None:
            box.cut, box.why = True, refusal
            box.dropped += 1
            return False
        box.add(event.line)
        box.closed = event.type in LAST_TYPES
        self.pending += 1
        self.due[box.stream] = box
        # What is shown slowly may be sealed long before: its file here says that somebody shows it.
        is_shown = box.fence is not None
        if self._spool is not None and (self.away or self._is_crowded() or is_shown):
            box.to_disk(self._spool)
            self._let_go(box)
        return True

    def _refusal(self, box: Outbox, seq: int) -> str | None:
        """Why the event cannot be delivered; None where it can."""
        if box.cut:
            return box.why or "an earlier event was dropped"
        if self.stopped is not None and self._spool is None:
            return self.stopped
        if self.closing:
            return "the publisher is closed"
        if self._is_crowded() and (self._spool is None or box.disk is not None):
            full = f", and the disk takes none ({box.disk})" if box.disk else ""
            return f"too many events wait{full}"
        if not box.expects(seq):
            return f"event {seq} is out of order"
        return None

    def _is_crowded(self) -> bool:
        return self.pending >= self._limits.pending

    def close(self, box: Outbox) -> None:
        """No more events will come for this stream."""
        box.closed = True
        self._retire(box)
        self._let_go(box)

    def adopt(self, log: SpoolFile) -> None:
        """Take over what another process left."""
        if log.stream in self._open:  # another file of the same stream comes first
            log.leave()
            return
        box = Outbox.adopting(log)
        self._open[box.stream] = self.due[box.stream] = box
        self.pending += box.waiting

    # --- what is sent --------------------------------------------------------------------------

    def next_parts(self, events: int) -> list[Part]:
        """What goes into the next request: streams that share a fence (or have none), in turn."""
        fence = next(iter(self.due.values())).fence
        parts: list[Part] = []
        room = self._limits.batch_bytes
        for box in self.due.values():
            if box.fence != fence:
                continue
            lines = box.next_lines(events, room, at_least_one=not parts) if events else []
            if not lines:
                break
            events -= len(lines)
            room -= sum(map(len, lines)) + len(lines)
            parts.append(Part(box=box, first=box.next_seq, lines=lines))
        return parts

    def settle(self, part: Part, fate: Fate | None) -> None:
        """What the bus says of a stream; None where it says nothing, as if it were away."""
        box = part.box
        if self._open.get(box.stream) is not box:
            return  # let go meanwhile: whoever delivers it again changes nothing
        before = box.waiting
        if fate is None or (fate.status == "gap" and fate.next_seq == part.first):
            box.why = "the bus does not say what became of the events"
            self.went_away()
            return
        if fate.status == "ok":
            box.accepted(part.first + len(part.lines))
            self._keep_some(box)
            self.pending += box.waiting - before
        elif fate.status == "gap" and box.rewind(fate.next_seq):
            self.pending += box.waiting - before
        else:
            box.stale = fate.status == "stale_fence"
            self.give_up(box, _WHY.get(fate.status, f"the bus answered {fate.status}"))
        self._next_turn(box)

    def misread(self, parts: Sequence[Part], index: int, why: str) -> None:
        """The bus does not understand one event: its stream ends here, the others go on."""
        for part in parts:
            if index < len(part.lines):
                self.give_up(part.box, why)
                self._next_turn(part.box)
                return
            index -= len(part.lines)

    def give_up(self, box: Outbox, why: str) -> None:
        """Nothing more of the stream will be delivered."""
        self.pending -= box.waiting
        box.give_up(why)
        if not box.waiting:
            self.due.pop(box.stream, None)

    def _keep_some(self, box: Outbox) -> None:
        """A live stream can be sent again from its beginning: from memory, or from the disk."""
        if len(box.lines) - box.waiting <= self._limits.kept:
            return
        if self._spool is not None and not box.closed:
            box.to_disk(self._spool)
        box.trim(self._limits.kept)

    def _next_turn(self, box: Outbox) -> None:
        """To the end of the queue, or out of it."""
        self.due.pop(box.stream, None)
        if box.waiting:
            self.due[box.stream] = box
        self._retire(box)

    # --- what is not ---------------------------------------------------------------------------

    def went_away(self) -> None:
        """What waits goes to the disk, where a killed process does not lose it."""
        self.away = True
        for box in list(self.due.values()):
            if self._spool is not None:
                box.to_disk(self._spool)
            self._let_go(box)

    def stop(self, why: str) -> None:
        """Nothing will be sent any more."""
        self.stopped = why
        if self._spool is not None:
            self.went_away()
            return
        for box in list(self.due.values()):
            self.give_up(box, why)
            self._retire(box)

    def abandon_all(self, why: str) -> None:
        """The end: what waits is left on disk, or given up."""
        for box in list(self._open.values()):
            box.closed = True
            self._abandon(box, self.stopped or box.why or why)

    def _let_go(self, box: Outbox) -> None:
        """A stream that is finished, and all on disk, is left to whoever finds the bus again."""
        all_on_disk = box.closed and box.log is not None and not box.lines
        if self.away and all_on_disk and not box.adopted:
            self.has_left = True
            self._abandon(box, box.why or "the bus is away")

    def _abandon(self, box: Outbox, why: str) -> None:
        if box.waiting and self._spool is not None:
            self.pending -= box.waiting
            box.leave(self._spool, why)
        elif box.waiting:
            self.give_up(box, why)
        self.due.pop(box.stream, None)
        self._retire(box)

    def _retire(self, box: Outbox) -> None:
        """Forget a stream that is finished and delivered; its numbers stay in the report."""
        if box.closed and not box.waiting and self._open.get(box.stream) is box:
            del self._open[box.stream]
            box.retire()
            self._total.add(box.report())
