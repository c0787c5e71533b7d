"""A storage that goes away while a run is under way is waited for.

One that has not answered yet is not: its name is wrong or its keys are, and somebody has to mend
them.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from flows.storage import Far, Storage, StorageRefused

AWAY_S: Final = 900.0  # who has to look after it has heard of it by then
AGAIN_S: Final = 5.0
_ASKED: Final = "asked"


class Patient(Storage):
    """`tell` hears when it goes away, and when it is back."""

    def __init__(self, place: Storage, tell: Callable[[str], None]) -> None:
        super().__init__(place.name, place.filesystem)
        self._tell = tell
        self._was_there = False
        self._away_since_s: float | None = None

    async def put(self, key: str, content: bytes) -> None:
        """Raises `StorageRefused` where it has never answered, or is away for `AWAY_S`."""
        while True:
            try:
                await super().put(key, content)
            except StorageRefused as error:
                await self._wait(error)
            else:
                self._answered()
                return

    async def get(self, key: str) -> bytes | None:
        found = await super().get(key)
        if found is not None:
            self._answered()
        return found

    async def answers(self, known: str) -> None:
        """Wait until it can be told what is there. `known` is a key that should be: where it is
        not, another beside it can be written. Raises `StorageRefused` as `put` does.
        """
        if await self.get(known) is None:
            await self.put(f"{known.rpartition('/')[0]}/{_ASKED}", b"")

    async def _wait(self, error: StorageRefused) -> None:
        now_s = time.monotonic()
        if self._away_since_s is None:
            if not self._was_there:
                raise error
            self._away_since_s = now_s
            self._tell(
                f"{self} does not answer ({error.why}): it is waited for, {AWAY_S / 60:.0f} "
                "minutes at most; what has been played is kept"
            )
        elif now_s - self._away_since_s > AWAY_S:
            raise error
        await asyncio.sleep(AGAIN_S)
        if isinstance(self.filesystem, Far):
            with suppress(Exception):  # it is away: then so is the next try
                await asyncio.to_thread(self.filesystem.reach_again)

    def _answered(self) -> None:
        self._was_there = True
        if self._away_since_s is not None:
            self._away_since_s = None
            self._tell(f"{self} answers again")
