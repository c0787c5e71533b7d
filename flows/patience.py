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
        self._is_told = False

    async def put(self, key: str, content: bytes) -> None:
        """Raises `StorageRefused` where it has never answered, or does not take this for `AWAY_S`,
        whatever else it takes.
        """
        since_s: float | None = None
        while True:
            try:
                await super().put(key, content)
            except StorageRefused as error:
                now_s = time.monotonic()
                since_s = now_s if since_s is None else since_s
                await self._wait(error, now_s - since_s)
            else:
                self._was_there = True
                if since_s is not None:
                    self._answered()
                return

    async def get(self, key: str) -> bytes | None:
        found = await super().get(key)
        self._was_there |= found is not None
        return found

    async def answers(self, known: str) -> None:
        """Wait until it can be told what is there. `known` is a key that should be: where it is
        not, another beside it can be written. Raises `StorageRefused` as `put` does.
        """
        if await self.get(known) is None:
            await self.put(f"{known.rpartition('/')[0]}/{_ASKED}", b"")

    async def _wait(self, error: StorageRefused, waited_s: float) -> None:
        if not self._was_there or waited_s > AWAY_S:
            raise error
        if not self._is_told:
            self._is_told = True
            self._tell(
                f"{self} does not answer ({error.why}): it is waited for, {AWAY_S / 60:.0f} "
                "minutes at most; what has been played is kept"
            )
        await asyncio.sleep(AGAIN_S)
        if isinstance(self.filesystem, Far):
            with suppress(Exception):  # it is away: then so is the next try
                await asyncio.to_thread(self.filesystem.reach_again)

    def _answered(self) -> None:
        if self._is_told:
            self._is_told = False
            self._tell(f"{self} answers again")
