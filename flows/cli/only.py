"""The one `captains up` of a home folder: two would write into one store of events.

It holds the lock of `up.lock` until its process ends, however that ends, and keeps in it, for its
owner alone, what it has told: first its `pid`, and once everything is up all of its document, with
its process as others may know it. What a killed one left there is not read.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from engine.record import is_written
from flows.cli.terminal import WorkFailed
from flows.processes import is_elsewhere, this_process

LOCK: Final = "up.lock"
READY_S: Final = 180.0  # a first start of a Prefect server on a busy machine, and a worker's
_BY: Final = "by"
_POLL_S: Final = 0.05
_READS: Final = 20

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """The lock, which this process has until it ends."""

    handle: int

    def tell(self, document: Document) -> None:
        """Let others know it."""
        told = json.dumps({**document, _BY: this_process()}).encode()
        os.pwrite(self.handle, told, 0)
        os.ftruncate(self.handle, len(told))

    def leave(self) -> None:
        """Let go of it, with nothing told in it."""
        os.ftruncate(self.handle, 0)
        os.close(self.handle)


def take(home: Path) -> Hold | Document:
    """The lock; or, where another has it, what that tells once everything there is up. Raises
    `WorkFailed` where that takes longer than `READY_S`.
    """
    deadline = time.monotonic() + READY_S
    while time.monotonic() < deadline:
        if (hold := take_now(home)) is not None:
            return hold
        if is_ready(document := standing_up(home) or {}):
            return document
        time.sleep(_POLL_S)
    raise WorkFailed(f"another captains up has {home / LOCK}, and is not up after {READY_S:g} s")


def standing_up(home: Path) -> Document | None:
    """What a `captains up` of this folder has told so far; None where there is none."""
    told = _told(home)
    return told and {name: told[name] for name in told if name != _BY}


def elsewhere(home: Path) -> str | None:
    """The host of a `captains up` of this folder that is in another container or on another
    machine: its process id means nothing here.
    """
    by = (_told(home) or {}).get(_BY, {})
    return str(by["host"]) if is_elsewhere(by) else None


def _told(home: Path) -> Document | None:
    for _ in range(_READS):
        if not is_written(home / LOCK):
            return None
        with suppress(OSError, ValueError):  # one that is just being written
            told: Any = json.loads((home / LOCK).read_bytes())
            if isinstance(told, dict) and "pid" in told:
                return told
        time.sleep(_POLL_S)
    raise WorkFailed(f"{home / LOCK} is held, and does not say by which captains up")


def is_ready(document: Document) -> bool:
    """Whether everything is up there."""
    return "page" in document


def take_now(home: Path) -> Hold | None:
    """The lock; None where another has it."""
    home.mkdir(parents=True, exist_ok=True)
    handle = os.open(home / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        return None
    hold = Hold(handle=handle)
    hold.tell({"pid": os.getpid()})
    return hold
