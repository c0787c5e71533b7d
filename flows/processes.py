"""Processes of this machine: which one wrote something down, whether it is over, and which ones
descend from another, however many of those between were killed.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any


def this_process() -> dict[str, Any]:
    return {"host": socket.gethostname(), "pid": os.getpid()}


def is_dead(process: dict[str, Any] | None) -> bool:
    """Whether it is known to be; of another machine's nothing is known."""
    if process is None or process["host"] != socket.gethostname():
        return False
    try:
        os.kill(process["pid"], 0)
    except ProcessLookupError:
        return True
    except PermissionError:  # there is one, of somebody else
        pass
    return False


def marked(name: str, value: str) -> Iterator[int]:
    """The ids of all that were started with `name=value` in their environment. A process hands it
    on to what it starts, so it tells more than who is whose child: that ends with the parent.
    """
    wanted = f"{name}={value}".encode()
    for place in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has ended, or is somebody else's
            if wanted in (place / "environ").read_bytes().split(b"\0"):
                yield int(place.name)
