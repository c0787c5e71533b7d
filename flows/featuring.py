"""Which of a run's matches are shown on the featured channel: the first that is played and, where
there is a cup to win, the final.

One is shown at a time. The final does not wait until an earlier match has been shown at the pace of
the eye: the rest of that one goes by at full speed.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from engine.spec import EpisodeSpec
from flows.run import Run
from flows.screen import Screen, featured

MakeScreen = Callable[[EpisodeSpec], Screen]


class Channel:
    """The featured channel as one run uses it; without `screens` it shows nothing."""

    def __init__(self, run: Run, screens: MakeScreen | None) -> None:
        self._run, self._screens = run, screens
        wanted = run.spec.spectate.featured
        self._first, self._final = wanted != "final", wanted != "first"
        self._screen: Screen | None = None
        self._show: asyncio.Task[None] | None = None

    @property
    def is_on(self) -> bool:
        """Whether a match has been played, and is still being shown."""
        return self._screen is not None and self._screen.is_on

    async def begin(self) -> None:
        """Take the match to be shown next out of what is missing, if there is one, and begin it."""
        spec = self._next() if self._screens else None
        if self._screens is None or spec is None:
            return
        await self.clear()
        self._screen = screen = self._screens(spec)
        self._show = asyncio.create_task(featured(screen))
        self._show.add_done_callback(lambda _: screen.over.set())

    async def gave_up(self) -> EpisodeSpec | None:
        """Stop waiting for the channel; gives the episode that still has to be played, unseen."""
        screen = self._screen
        if screen is None or not await screen.gave_up():
            return None
        self._screen = None
        return screen.spec

    async def shown(self) -> None:
        """Wait until what is on has been shown. Raises what went wrong with it."""
        if self._show is not None:
            await self._show

    async def clear(self) -> None:
        """Show the rest of what is on at full speed."""
        if self._screen is not None:
            self._screen.hurried.set()
        await self.shown()

    async def leave(self) -> None:
        """Show no more than has been played."""
        if self._show is not None:
            self._show.cancel()
            await asyncio.gather(self._show, return_exceptions=True)

    def _next(self) -> EpisodeSpec | None:
        spec = self._run.take_first(of_final=True) if self._final else None
        self._final = self._final and spec is None
        if spec is None and self._first:
            spec = self._run.take_first()
        self._first = False
        return spec


@asynccontextmanager
async def channel(run: Run, screens: MakeScreen | None) -> AsyncIterator[Channel]:
    """The channel of a run; leaves when everything has been shown. `screens` None: there is no bus
    to show anything on.
    """
    shown = Channel(run, None if run.spec.spectate.episodes == "none" else screens)
    try:
        yield shown
        await shown.shown()
    finally:
        await shown.leave()
