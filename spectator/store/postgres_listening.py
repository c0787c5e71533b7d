"""One connection that hears what any server stored, made again whenever it breaks.

Nothing is kept for who does not listen. So after every `LISTEN` the watcher is told to look at
everything once more: what was stored in between is found in the log, and what comes later is heard.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Final

from asyncpg import Connection

from spectator.store.contract import StoreUnavailable, Watcher
from spectator.store.postgres_faults import Reach, TryAgain, in_our_words
from spectator.streams import StreamName

EVENTS: Final = "captains_events"  # "<last seq> <stream>"
FEATURED: Final = "captains_featured"
PAUSE_FIRST_S: Final = 0.1
PAUSE_MOST_S: Final = 2.0
STILL_THERE_S: Final = 10.0  # how often a silent connection is asked whether it is


def word_of(stream: StreamName, top: int) -> str:
    """What is told of a stream on `EVENTS`: where to look, not what is there."""
    return f"{top} {stream}"


class Listening:
    """Listens until it is closed. `connect` opens a connection, `arrived` is told each new one."""

    def __init__(
        self,
        connect: Callable[[], Awaitable[Connection]],
        arrived: Callable[[Connection], Awaitable[None]],
        watcher: Watcher,
        reach: Reach,
    ) -> None:
        self._connect, self._arrived = connect, arrived
        self._watcher, self._reach = watcher, reach
        self._pause_s = PAUSE_FIRST_S
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def aclose(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            with suppress(StoreUnavailable, TryAgain), self._reach.noted(), in_our_words():
                await self._listen()
            await asyncio.sleep(self._pause_s * random.uniform(0.75, 1.25))  # noqa: S311 - only spreads the knocking
            self._pause_s = min(2 * self._pause_s, PAUSE_MOST_S)

    async def _listen(self) -> None:
        """Hear until the connection is gone."""
        connection, gone = await self._connect(), asyncio.Event()
        try:
            connection.add_termination_listener(lambda _: gone.set())
            await connection.add_listener(EVENTS, self._heard)
            await connection.add_listener(FEATURED, self._heard_featured)
            await self._arrived(connection)
            self._watcher.look_again()
            self._pause_s = PAUSE_FIRST_S
            while not gone.is_set():
                await self._silence(connection, gone)
        finally:
            connection.terminate()

    async def _silence(self, connection: Connection, gone: asyncio.Event) -> None:
        """Wait a while for the end; a connection that broke without a word does not answer then."""
        with suppress(TimeoutError):
            async with asyncio.timeout(STILL_THERE_S):
                await gone.wait()
                return
        await connection.execute("SELECT 1")

    def _heard(self, _: Any, __: int, ___: str, word: object) -> None:
        top, _space, stream = str(word).partition(" ")
        self._watcher.heard(StreamName(stream), int(top))

    def _heard_featured(self, *_: object) -> None:
        self._watcher.heard_featured()
