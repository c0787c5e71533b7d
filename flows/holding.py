"""Who plays a run: one process at a time, and nobody who writes records is left when the next one
begins.

Both locks are the kernel's (`flock`): they end with their holder, and never go stale.
"""

from __future__ import annotations

import fcntl
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from flows.saving import naming

STRAGGLER_TIMEOUT_S: Final = 30.0
_POLL_S: Final = 0.1


class RunBusy(Exception):
    """Another process plays this run: `holder` says which."""

    def __init__(self, folder: str, holder: str) -> None:
        super().__init__(folder, holder)
        self.folder, self.holder = folder, holder

    def __str__(self) -> str:
        return f"{self.folder} is being played by {self.holder}; wait for it, or stop it"


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Be the one process that plays the run in `folder`; raises `RunBusy`."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(_lock(folder, "run"), os.O_RDWR | os.O_CREAT, 0o644)
    try:
        _take(folder, handle)
        wait_for_stragglers(folder)
        yield
    finally:
        os.close(handle)


def is_held(folder: Path) -> bool:
    """Whether a process plays the run now."""
    try:
        handle = os.open(_lock(folder, "run"), os.O_RDONLY)  # another's, or on a disk like that
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


@contextmanager
def playing(folder: Path) -> Iterator[None]:
    """What a process holds while it writes records there: the next run waits until the last one
    has let go.
    """
    handle = os.open(_lock(folder, "players"), os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_SH)
        yield
    finally:
        os.close(handle)


def _lock(folder: Path, kind: str) -> Path:
    return folder.with_name(f".{folder.name}.{kind}.lock")


def _take(folder: Path, handle: int) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.pread(handle, 200, 0).decode(errors="replace").strip()
        raise RunBusy(str(folder), holder or "another process") from None
    os.ftruncate(handle, 0)
    started = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime())
    holder = f"process {os.getpid()} on {socket.gethostname()} since {started}"
    with naming(folder):
        os.pwrite(handle, holder.encode(), 0)


def wait_for_stragglers(folder: Path) -> None:
    """Pool processes of a killed run end within moments; until then they may still write. Raises
    `RunBusy` where they do not end.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(_lock(folder, "players"), os.O_RDWR | os.O_CREAT, 0o644)
    deadline = time.monotonic() + STRAGGLER_TIMEOUT_S
    try:
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise RunBusy(str(folder), "processes of an earlier run") from None
                time.sleep(_POLL_S)
    finally:
        os.close(handle)
