"""Processes of this machine: which one wrote something down, whether it is over, and which ones
descend from another, however many of those between were killed.

A process id means nothing in another container, although that may have the same name and the same
files, and another process may have it since. So what is written down says of which start of which
machine it is, in which namespace of ids, and when that process began.

Which machine is told by more than one sign, as two of one image may share most of them. Only what
all of them bear out counts as the end of a process; else nothing is known, and a lease or silence
decides.
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
_TABLE: Final = frozenset({"boot", "namespace"})  # equal ones mean one table of ids
_IDS: Final = _TABLE | {"machine"}
_SIGNS: Final = ("host", "machine", "cards", "namespace")  # stay when it is started anew
_NO_MACHINE: Final = (b"", b"uninitialized")  # machine-id(5)
_SLACK_S: Final = 60  # clocks are set right by some seconds; who began so late is not judged


def this_process() -> dict[str, Any]:
    return process_of(os.getpid())


def process_of(pid: int) -> dict[str, Any]:
    """What others may know a process by that lives here."""
    started = _started(pid)
    return {**_here(), "pid": pid, "started": started, "started_at": _at(started)}


def is_elsewhere(process: Mapping[str, Any]) -> bool:
    """Whether it is not among those that have ids here: in another container, on another machine,
    or before this one was started. The host's name tells it of what an earlier version wrote alone,
    as it may change meanwhile.
    """
    here = _here()
    told = {name for name in _IDS if _tells(process.get(name)) and _tells(here[name])}
    names = told if told >= _TABLE else {*told, "host"}
    return any(process.get(name, here[name]) != here[name] for name in names)


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
    """Whether it is of this machine before that was started anew: it bears every sign of it, and
    began before. A clone that was up by then has another network card.
    """
    here, at, booted = _here(), process.get("started_at"), _booted()
    same = all(_tells(here[name]) and process.get(name) == here[name] for name in _SIGNS)
    return (
        (same and here["namespace"] == _SYSTEM)
        and (at is not None and booted is not None)
        and at + _SLACK_S < booted
    )


@cache
def _here() -> dict[str, Any]:
    """Where the ids mean what they mean here, and the signs of the machine."""
    machine, cards = _said("/etc/machine-id"), _cards()
    if machine.strip() in _NO_MACHINE:
        machine = b""
    return {
        "host": socket.gethostname(),
        "machine": _digest(machine),
        "cards": _digest(machine + cards) if cards else "",
        "boot": _said("/proc/sys/kernel/random/boot_id").decode().strip(),
        "namespace": Path("/proc/self/ns/pid").stat().st_ino,
    }


def _digest(said: bytes) -> str:
    return sha256(b"captains" + said).hexdigest()[:12]


def _tells(sign: object) -> bool:
    """Whether it is known: where there is no machine-id its digest is the same everywhere."""
    return sign not in (None, "", _digest(b""))


def _cards() -> bytes:
    """The addresses of the network cards. Those that are made up at every start have no device."""
    places = Path("/sys/class/net").glob("*/device")
    return b"".join(sorted(_said(str(place.with_name("address"))) for place in places))


def _said(file: str) -> bytes:
    with suppress(OSError):
        return Path(file).read_bytes()
    return b""


def _started(pid: int) -> int | None:
    """In ticks since the machine began; None where that cannot be read."""
    fields = _said(f"/proc/{pid}/stat").rpartition(b")")[2].split()
    return int(fields[_STARTED]) if len(fields) > _STARTED else None


def _at(started: int | None) -> int | None:
    """When that was, in seconds of the wall clock."""
    booted = _booted()
    if started is None or booted is None:
        return None
    return booted + started // os.sysconf("SC_CLK_TCK")


def _booted() -> int | None:
    """When this machine was started, by the clock as it is set now: proc(5)."""
    lines = (line.split() for line in _said("/proc/stat").splitlines())
    return next((int(line[1]) for line in lines if line[:1] == [b"btime"]), None)


def marked(name: str, value: str) -> Iterator[int]:
    """The ids of all that were started with `name=value` in their environment. A process hands it
    on to what it starts, so it tells more than who is whose child: that ends with the parent.
    """
    wanted = f"{name}={value}".encode()
    for place in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has ended, or is somebody else's
            if wanted in (place / "environ").read_bytes().split(b"\0"):
                yield int(place.name)
