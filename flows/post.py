"""Sends home what a worker plays of a shard, as it ends; and hears whether it is still wanted."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Final

from engine.result import EpisodeResult
from engine.spec import EpisodeSpec
from flows.ledger import RunFolder
from flows.log import log_episodes
from flows.parcels import Parcel, ShardOrder, packed, parcel_of
from flows.spending import Told
from flows.stage import current_stage
from flows.storage import Storage

RECALLED: Final = "recalled"
_LOOKED_EVERY_S: Final = 10.0
_ENDING_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class Part:
    """Of a shard: the folder in which it is played, and the results as they come."""

    folder: RunFolder
    results: list[EpisodeResult] = field(default_factory=list)


class Post:
    """Gives each part of a shard a folder to be played in, and sends home what is in it."""

    def __init__(self, place: Storage, key: str, scratch: Path, order: ShardOrder) -> None:
        self.order, self.scratch, self._place, self._key = order, scratch, place, key
        self.bus = current_stage().bus if order.shown else None
        self.folders: list[RunFolder] = []
        self._left, self._sent = len(order.episodes), 0
        self._unsent: Parcel | None = None  # may still be written, under the next number
        self._sending = asyncio.Lock()
        self.spent: Callable[[], Told | None] = lambda: None
        self.stopped: str | None = None

    @asynccontextmanager
    async def sending(self, episodes: Sequence[EpisodeSpec]) -> AsyncIterator[Part]:
        """What was played of these is sent at the end of the block."""
        folder = RunFolder(Path(mkdtemp(dir=self.scratch)))
        folder.open({})
        self.folders.append(folder)  # until it is sent: of a part that is cut short, what is live
        part = Part(folder)
        yield part
        async with self._sending:  # the next parcel's number is that of those that are there
            self._left -= len(episodes)
            await self._send(parcel_of(folder, part.results, last=self._left == 0))
        log_episodes([*folder.attempts()])
        self.folders.remove(folder)
        await asyncio.to_thread(rmtree, folder.path, ignore_errors=True)

    async def begin(self) -> None:
        """Say that from here on somebody may be asked."""
        await self._send(Parcel(lines=(), records={}, last=False))

    @asynccontextmanager
    async def wanted(self) -> AsyncIterator[None]:
        """What is played in the block is cancelled once nobody waits for it any more. Who says so
        looks afterwards whether it has been begun: one of both sees the other.
        """
        playing = asyncio.current_task()
        assert playing is not None

        async def looking() -> None:
            while not await self._is_recalled():  # noqa: ASYNC110 - another machine is asked
                await asyncio.sleep(_LOOKED_EVERY_S)
            playing.cancel("nobody waits for it any more")

        if await self._is_recalled():
            raise asyncio.CancelledError
        task = asyncio.create_task(looking())
        try:
            yield
        finally:
            task.cancel()

    async def _is_recalled(self) -> bool:
        return await self._place.get(f"{self._key}/{RECALLED}") is not None

    async def close(self) -> None:
        """Say that no more of it is played, where that is so."""
        async with self._sending:
            if self._left and self.stopped is not None:
                await self._send(Parcel(lines=(), records={}, last=True, stopped=self.stopped))

    async def cancelled(self) -> None:
        """Say what was spent until then; what was not is for others. A parcel that was cut short
        is in it: whichever of both is written last has what was played.
        """
        with suppress(Exception):
            async with asyncio.timeout(_ENDING_S), self._sending:
                parcel = self._unsent or Parcel(lines=(), records={}, last=False)
                stopped = parcel.stopped if parcel.last else "cancelled"
                await self._send(parcel.model_copy(update={"stopped": stopped}))

    async def _send(self, parcel: Parcel) -> None:
        stopped = parcel.stopped or (self.stopped if parcel.last else None)
        told = parcel.model_copy(update={"spent": self.spent(), "stopped": stopped})
        self._unsent = told
        putting = asyncio.create_task(self._put(packed(told)))
        try:
            await asyncio.shield(putting)
        except asyncio.CancelledError:  # it is written on: the next one is not to have its number
            await asyncio.wait([putting], timeout=_ENDING_S)
            putting.cancel()  # where the storage is away, nobody waits for it any more
            raise

    async def _put(self, content: bytes) -> None:
        await self._place.put(f"{self._key}/{self._sent}", content)
        self._sent += 1
        self._unsent = None
