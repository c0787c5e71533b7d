"""Events to observers: each hears every event in order, and none can disturb the match or another.

What an observer raises ends its listening and is kept for the result. An event is taken from the
queue only when everybody has heard it, so that a cancellation in between loses nothing for those
who have not.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from typing import Protocol

from engine.wire import Told


class Observer(Protocol):
    """Hears an episode's events in order. Must return at once: the match waits for it."""

    async def on_event(self, event: Told) -> None: ...

    async def aclose(self) -> None: ...


class Fanout:
    """The observers of one episode. `failures` says, in words, which of them stopped listening."""

    def __init__(self, observers: Sequence[Observer]) -> None:
        self.failures: list[str] = []
        self._listening: list[Observer] = list(observers)
        self._queue: deque[Told] = deque()
        self._told = 0  # how many of the listening have heard the first event of the queue

    async def send(self, events: Iterable[Told]) -> None:
        """Tells everybody. Interrupted, it goes on where it stopped when it is called again."""
        self._queue.extend(events)
        queue, listening = self._queue, self._listening
        while queue:
            event = queue[0]
            while self._told < len(listening):
                observer = listening[self._told]
                self._told += 1  # before: an observer that is interrupted is not told twice
                try:
                    await observer.on_event(event)
                except Exception as error:  # noqa: BLE001 - his trouble is not the match's
                    self._told -= 1
                    self._drop(error)
            queue.popleft()
            self._told = 0

    def _drop(self, error: Exception) -> None:
        """Whoever was to be told next has raised this."""
        name = type(self._listening.pop(self._told)).__name__
        self.failures.append(f"{name}: {type(error).__name__}: {error}")
