"""What a log must do, told a second time and as plainly as can be; and what is done to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from hypothesis import strategies as st

from engine.events import Event
from spectator.store import Appended, AppendStatus, Batch, Entry
from spectator.streams import StreamName
from tests.spectator.matches import match_events
from tests.spectator.wire import batch

MATCHES: dict[str, list[Event]] = {name: match_events(name, seed=3) for name in ("one", "two")}


@dataclass(frozen=True, slots=True)
class Append:
    """A batch (or two, of different streams) that a publisher sends, perhaps with a fence."""

    batches: tuple[Batch, ...]
    fence: int | None


def _part(name: str, start: int, length: int, altered: bool) -> Batch:
    """A piece of a match; `altered` gives its last event another time."""
    events = MATCHES[name][start : start + length]
    if altered:
        events = [*events[:-1], events[-1].model_copy(update={"ts": MATCHES[name][0].ts})]
    return batch(events)


def _parts(name: str) -> st.SearchStrategy[Batch]:
    numbers = st.integers(0, 8), st.integers(1, 6), st.sampled_from([False, False, False, True])
    return st.builds(_part, st.just(name), *numbers)


appends = st.builds(
    Append,
    st.one_of(_parts("one").map(lambda b: (b,)), st.tuples(_parts("two"), _parts("one"))),
    st.none() | st.integers(1, 3),
)


@dataclass(slots=True)
class Log:
    """The log as a list a stream."""

    streams: dict[StreamName, list[Entry]] = field(default_factory=dict)
    fence: int = 0
    featured: StreamName | None = None

    def append(self, sent: Append) -> list[Appended]:
        if sent.fence is not None and sent.fence < self.fence:
            return [self._told(b.stream, AppendStatus.STALE_FENCE, []) for b in sent.batches]
        done = [self._append(one) for one in sent.batches]
        if sent.fence is not None:
            self.fence = sent.fence
            for one in done:
                self.featured = one.stream if one.stored else self.featured
        return done

    def _append(self, sent: Batch) -> Appended:
        log = self.streams.get(sent.stream, [])
        before, status = len(log), AppendStatus.OK
        for entry in sent.entries:
            if entry.seq > len(log) + 1:
                status = AppendStatus.GAP
            elif entry.seq <= len(log) and log[entry.seq - 1].text != entry.text:
                status = AppendStatus.CONFLICT
            if status is not AppendStatus.OK:
                break
            if entry.seq == len(log) + 1:
                log = [*log, entry]
        if log:
            self.streams[sent.stream] = log
        return self._told(sent.stream, status, log[before:])

    def _told(self, stream: StreamName, status: AppendStatus, new: Sequence[Entry]) -> Appended:
        next_seq = len(self.streams.get(stream, [])) + 1
        return Appended(stream=stream, status=status, next_seq=next_seq, stored=tuple(new))
