"""Processes of this machine: which one wrote something down, whether it is over, and which ones
descend from another, however many of those between were killed.

A process id means nothing in another container, although that may have the same name and the same
files, and another process may have it since. So what is written down says of which start of which
machine it is, in which namespace of ids, and when that process began.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

_SYSTEM: Final = 0xEFFFFFFC  # the namespace outside of every container: Linux, PROC_PID_INIT_INO
_STARTED: Final = 19  # field 22 of /proc/PID/stat, counted from behind its name: proc(5)


def this_process() -> dict[str, Any]:
    return process_of(os.getpid())


def process_of(pid: int) -> dict[str, Any]:
    """What others may know a process by that lives here."""
    return {**_here(), "pid": pid, "started": _started(pid)}


def is_elsewhere(process: Mapping[str, Any]) -> bool:
    """Whether it is not among those that have ids here: in another container, on another machine,
    or before this one was started. What an earlier version wrote says too little for that.
    """
    return any(process.get(name, here) != here for name, here in _here().items())


def is_dead(process: Mapping[str, Any] | None) -> bool:
    """Whether it is known to be; of another machine's or container's nothing is known."""
    if process is None:
        return False
    if is_elsewhere(process):
        return _was_before(process)
    return not lives(process)


def lives(process: Mapping[str, Any]) -> bool:
    """Whether one that is not elsewhere is there still."""
    pid, before = int(process["pid"]), process.get("started")
    now = _started(pid)
    if now is not None and before is not None:
        return bool(now == before)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # there is one, of somebody else
        pass
    return True


def _was_before(process: Mapping[str, Any]) -> bool:
    """Whether it is of this machine before that was started anew."""
    here = _here()
    same = all(process.get(name) == here[name] for name in ("host", "machine", "namespace"))
    return same and here["namespace"] == _SYSTEM


@cache
def _here() -> dict[str, Any]:
    """Where the ids mean what they mean here."""
    return {
        "host": socket.gethostname(),
        "machine": sha256(b"captains" + _said("/etc/machine-id")).hexdigest()[:12],
        "boot": _said("/proc/sys/kernel/random/boot_id").decode().strip(),
        "namespace": Path("/proc/self/ns/pid").stat().st_ino,
    }


def _said(file: str) -> bytes:
    with suppress(OSError):
        return Path(file).read_bytes()
    return b""


def _started(pid: int) -> int | None:
    """In ticks since the machine began; None where that cannot be read."""
    fields = _said(f"/proc/{pid}/stat").rpartition(b")")[2].split()
    return int(fields[_STARTED]) if len(fields) > _STARTED else None


def marked(name: str, value: str) -> Iterator[int]:
    """The ids of all that were started with `name=value` in their environment. A process hands it
    on to what it starts, so it tells more than who is whose child: that ends with the parent.
    """
    wanted = f"{name}={value}".encode()
    for place in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has ended, or is somebody else's
            if wanted in (place / "environ").read_bytes().split(b"\0"):
                yield int(place.name)
