"""What shards of one user share on a machine: its cores, and the temporary folder."""

from __future__ import annotations

import asyncio
import fcntl
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from typing import Final

TURN_POLL_S: Final = 0.2
SCRATCH: Final = "captains-shard-"
_OWNER: Final = "owner"


@asynccontextmanager
async def whole_machine(*, is_wanted: bool) -> AsyncIterator[None]:
    """Shards that each take a process a core take turns on a machine: the next one has been loaded
    by the time it is on. A killed one's turn is over. Where somebody else has put a file in the
    way, there are no turns, which takes longer.
    """
    async with in_turn(_turnstile() if is_wanted else None):
        yield


@asynccontextmanager
async def in_turn(handle: int | None, wait_s: float | None = None) -> AsyncIterator[None]:
    """The lock of an open file, which is closed in the end; without it where there is none, or once
    another has had it for so long.
    """
    if handle is None:
        yield
        return
    try:
        with suppress(TimeoutError):
            async with asyncio.timeout(wait_s):
                while not _has(handle):  # noqa: ASYNC110 - another process has it
                    await asyncio.sleep(TURN_POLL_S)
        yield
    finally:
        os.close(handle)


def _turnstile() -> int | None:
    """An open file that this user's shards share on this machine; None where it is another's."""
    place = Path(gettempdir()) / f"captains-{os.getuid()}.turn"
    try:
        handle = os.open(place, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    except OSError:
        return None
    if os.fstat(handle).st_uid != os.getuid():
        os.close(handle)
        return None
    return handle


def _has(handle: int) -> bool:
    with suppress(BlockingIOError):
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    return False


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder for a shard, with a file in it that is locked for as long as its process lives."""
    with TemporaryDirectory(prefix=SCRATCH) as name:
        folder = Path(name)
        unnamed = folder / f"{_OWNER}.part"
        handle = os.open(unnamed, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            unnamed.rename(folder / _OWNER)  # it is never there without its lock
            yield folder
        finally:
            os.close(handle)


def clear_away() -> None:
    """Remove the folders of this user's shards that were killed."""
    for folder in Path(gettempdir()).glob(f"{SCRATCH}*"):
        with suppress(OSError):
            _clear(folder)


def _clear(folder: Path) -> None:
    if folder.is_symlink() or folder.stat().st_uid != os.getuid():
        return
    handle = os.open(folder / _OWNER, os.O_RDWR | os.O_NOFOLLOW)
    try:
        if _has(handle):
            shutil.rmtree(folder, ignore_errors=True)
    finally:
        os.close(handle)
