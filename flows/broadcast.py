"""A match on the featured channel: played at full speed, shown at a pace for the eye.

The broadcast is a delay line between the match and the bus. It takes every event at once, so it
never holds the match up, and lets them go at so many balls a second.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from types import TracebackType
from typing import Final, Self

from engine.fanout import Observer
from engine.wire import Told

FULL_SPEED: Final = 0.0
_END: Final = None


class Broadcast:
    """An episode observer that hands its events on at `balls_per_s`, or at once at `FULL_SPEED`.

    Once `hurried` is set nobody is watching any more, and the rest goes at full speed.
    """

    def __init__(self, onto: Observer, balls_per_s: float, hurried: asyncio.Event) -> None:
        self._onto = onto
        self._pause_s = 1 / balls_per_s if balls_per_s > FULL_SPEED else 0.0
        self._events: asyncio.Queue[Told | None] = asyncio.Queue()
        self._hurried = hurried
        self._task = asyncio.get_running_loop().create_task(self._show())

    async def on_event(self, event: Told) -> None:
        self._events.put_nowait(event)

    async def aclose(self) -> None:
        """The match is over; `async with` waits until it has been shown."""
        self._events.put_nowait(_END)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Wait until everything has been shown; at full speed after an error, and once the wait is
        cancelled, so that nobody waits for an end that never comes.
        """
        try:
            if error is not None:
                self._hurried.set()
            await self.aclose()
            await self._shown()
        finally:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            await self._onto.aclose()

    async def _shown(self) -> None:
        try:
            await asyncio.shield(self._task)
        except asyncio.CancelledError:  # the match has been played: its end is shown all the same
            self._hurried.set()
            await self._task
            raise

    async def _show(self) -> None:
        while (event := await self._events.get()) is not _END:
            await self._onto.on_event(event)
            if event.type == "delivery":
                await self._pause()

    async def _pause(self) -> None:
        if self._pause_s and not self._hurried.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(self._pause_s):
                    await self._hurried.wait()
