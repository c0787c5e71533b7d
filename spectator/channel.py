"""One stream as its viewers share it: a ring of the last events, who is told at once of the next,
and the bell for the others.

A viewer who has everything, and whose connection takes data, is told of what comes without being
woken: the bytes are made once and written to each in one go a turn of the loop, so that what comes
together goes out together. Everybody else reads for himself.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Protocol

from websockets.frames import Frame, Opcode

from spectator.elsewhere import Errand
from spectator.store import Line
from spectator.streams import StreamName


@dataclass(slots=True)
class Part:
    """A run of lines that is sent at once; the same object to all who stand at the same place."""

    lines: Sequence[Line]
    _text: str | None = None
    _frame: bytes | None = None

    @property
    def last(self) -> int:
        return self.lines[-1].seq

    @property
    def size(self) -> int:
        return sum(len(line.text) for line in self.lines)

    @property
    def text(self) -> str:
        """As it goes over a WebSocket."""
        if self._text is None:
            body = ",".join(line.text for line in self.lines)
            self._text = f'{{"t":"events","events":[{body}]}}'
        return self._text

    @property
    def frame(self) -> bytes:
        """As a whole message of an uncompressed WebSocket."""
        if self._frame is None:
            self._frame = Frame(Opcode.TEXT, self.text.encode()).serialize(mask=False)
        return self._frame


class Live(Protocol):
    """A viewer who had everything when he was last told."""

    @property
    def seq(self) -> int: ...

    def take(self, parts: Sequence[Part]) -> bool:
        """Send him the parts; False where his connection does not take them all now."""

    def wake(self) -> None:
        """Have him read for himself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """The parts that were made for whoever stands at `seq` while `top` is the highest number."""

    seq: int
    top: int
    parts: Sequence[Part]


@dataclass(slots=True)
class Channel:
    """One stream as its viewers share it: the last events, the highest number, and the bell for the
    next.
    """

    stream: StreamName
    ring: deque[Line]
    frame_bytes: int
    delivered: Callable[[int], None]  # is told how many events were sent
    live: set[Live] = field(default_factory=set)
    telling: bool = False  # in the next turn of the loop
    top: int = 0
    viewers: int = 0
    ready: Ready | None = None
    gone: bool = False  # the log is another one: its viewers join anew
    catching_up: Errand | None = None  # with what other servers stored
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def publish(self, lines: Sequence[Line]) -> None:
        """Take over what the store has accepted and is new here; lines that do not join up make the
        ring start anew.
        """
        fresh = [line for line in lines if line.seq > self.top]
        if not fresh:
            return
        if fresh[0].seq != self.top + 1:
            self.ring.clear()
        self.ring.extend(fresh)
        self.top = fresh[-1].seq
        self._ring()
        if self.live and not self.telling:
            self.telling = True
            asyncio.get_running_loop().call_soon(self._tell)

    def reach(self, top: int) -> None:
        """The log goes on to `top`, further than was published here: whoever watches reads there
        what the ring has not.
        """
        if top > self.top:
            self.ring.clear()
            self.top = top
            self.ring_the_bell()

    def ring_the_bell(self) -> None:
        """Have every viewer look at how things stand."""
        self._ring()
        for viewer in self.live:
            viewer.wake()

    def _ring(self) -> None:
        bell, self.changed = self.changed, asyncio.Event()
        bell.set()

    def _tell(self) -> None:
        """Tell who is live, and leave who cannot be told to himself."""
        self.telling = False
        parts: dict[int, list[Part]] = {}  # by where a viewer stands: nearly all at the same place
        sent = 0
        for viewer in list(self.live):
            seq = viewer.seq
            if seq >= self.top:
                continue
            if seq not in parts:
                parts[seq] = parts_of(self.after(seq) or [], self.frame_bytes)
            if not (parts[seq] and viewer.take(parts[seq])):
                self.live.discard(viewer)
                viewer.wake()
            sent += viewer.seq - seq
        self.delivered(sent)

    def after(self, seq: int) -> list[Line] | None:
        """What follows `seq`, or None where the ring does not reach back that far."""
        if not self.ring or self.ring[0].seq > seq + 1:
            return None
        return list(islice(self.ring, seq + 1 - self.ring[0].seq, None))


def parts_of(lines: Sequence[Line], limit: int) -> list[Part]:
    """Runs of lines, each about `limit` bytes at most."""
    frames: list[list[Line]] = []
    room = 0
    for line in lines:
        if not frames or room < len(line.text):
            frames.append([])
            room = limit
        frames[-1].append(line)
        room -= len(line.text)
    return [Part(frame) for frame in frames]
