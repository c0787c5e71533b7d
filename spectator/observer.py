"""An episode's, or a run's, way to the publisher: an `Observer` for `play_episode`."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Protocol

from engine.wire import Told
from spectator.outbox import ObserverReport, Outbox, Tally
from spectator.reasoning import Reasoning, Shown
from spectator.streams import StreamName, stream_of


class Publisher(Protocol):
    """What an observer needs of a publisher."""

    @property
    def reasoning(self) -> Shown: ...

    def open(self, stream: StreamName, fence: int | None) -> Outbox: ...

    def put(self, box: Outbox, event: Told) -> bool: ...

    def close(self, box: Outbox) -> None: ...

    async def delivered(self, boxes: list[Outbox], timeout_s: float) -> None: ...


@dataclass(slots=True, kw_only=True)
class _Match:
    """The streams of one attempt: its own, and the one beside it once something is told there."""

    box: Outbox
    reasoning: Reasoning
    beside: Outbox | None = None


class BusObserver:
    """Puts events on the bus: those of each episode on its stream, what captains thought beside."""

    def __init__(
        self, publisher: Publisher, *, fence: int | None = None, flush_s: float = 0.0
    ) -> None:
        self._publisher = publisher
        self._fence = fence
        self._flush_s = flush_s
        self._matches: dict[tuple[str, int], _Match] = {}

    @property
    def report(self) -> ObserverReport:
        return Tally().plus(box.report() for box in self._boxes())

    async def on_event(self, event: Told) -> None:
        key = (event.episode_id, event.attempt)
        match = self._matches.get(key)
        if match is None:
            match = self._matches[key] = self._opened(event)
        crowded = self._publisher.put(match.box, match.reasoning.bare(event))
        for thought in match.reasoning.due(event):
            if match.beside is None:
                match.beside = self._publisher.open(stream_of(thought), None)
            crowded |= self._publisher.put(match.beside, thought)
        if match.box.closed and match.beside is not None:
            self._publisher.close(match.beside)
        if crowded:
            await asyncio.sleep(0)

    async def aclose(self) -> None:
        """The streams end here. Waits `flush_s` at most; the publisher delivers the rest."""
        boxes = self._boxes()
        for box in boxes:
            self._publisher.close(box)
        if self._flush_s > 0:
            await self._publisher.delivered(boxes, self._flush_s)

    def _opened(self, event: Told) -> _Match:
        box = self._publisher.open(stream_of(event), self._fence)
        return _Match(box=box, reasoning=Reasoning(self._publisher.reasoning))

    def _boxes(self) -> list[Outbox]:
        every = (box for match in self._matches.values() for box in (match.box, match.beside))
        return [box for box in every if box is not None]
