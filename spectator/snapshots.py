"""The frame of a stream as text, folded further as the stream grows and never from the start.

Who joins late is sent one of these instead of every event. They are made when somebody asks for
one, at most once for all who ask at the same time; the streams asked for last are kept.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field

import orjson

from engine.events import parse_event
from spectator.frame_parts import Frame
from spectator.frames import EMPTY, fold
from spectator.store import EventStore, Line
from spectator.streams import StreamKind, StreamName, kind_of
from spectator.taken import as_it_came

READ_AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What is shown after event `seq`; `frame` is JSON."""

    seq: int
    frame: str


@dataclass(slots=True, eq=False)
class _Kept:
    """How far one stream has been folded; `text` is what was asked for last."""

    frame: Frame = EMPTY
    text: Snapshot | None = None
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


class Snapshots:
    """Those of the `most` streams that were asked for last."""

    def __init__(self, store: EventStore, most: int) -> None:
        self._store, self._most = store, most
        self._epoch = ""
        self._kept: OrderedDict[StreamName, _Kept] = OrderedDict()

    async def of(self, stream: StreamName, at_least: int) -> Snapshot | None:
        """The stream's snapshot after event `at_least` or a later one; None for a stream that is no
        match, or whose events are in an order that no match has. Raises `StoreUnavailable`.
        """
        if kind_of(stream) is not StreamKind.MATCH:
            return None
        kept = self._entry(stream)
        async with kept.turn:
            if kept.text is None or kept.text.seq < at_least:
                kept.text = await self._advanced(stream, kept)
            return kept.text

    def _entry(self, stream: StreamName) -> _Kept:
        if self._epoch != self._store.epoch:  # another log
            self._epoch = self._store.epoch
            self._kept.clear()
        kept = self._kept.setdefault(stream, _Kept())
        self._kept.move_to_end(stream)
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)
        return kept

    async def _advanced(self, stream: StreamName, kept: _Kept) -> Snapshot | None:
        while lines := await self._store.read(stream, kept.frame.seq, READ_AT_ONCE):
            try:
                with as_it_came(self._store):
                    kept.frame = await asyncio.to_thread(_folded, kept.frame, lines)
            except (IndexError, ValueError):  # a ball without an innings, a thought twice
                return None
        return await asyncio.to_thread(_snapshot, kept.frame)


def _folded(frame: Frame, lines: Sequence[Line]) -> Frame:
    for line in lines:
        frame = fold(frame, parse_event(line.text))
    return frame


def _snapshot(frame: Frame) -> Snapshot:
    return Snapshot(seq=frame.seq, frame=orjson.dumps(frame).decode())
