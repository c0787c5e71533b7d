"""A bus as a process of its own, which a test may kill."""

from __future__ import annotations

import atexit
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

TOKEN = "t"


@dataclass(frozen=True, slots=True)
class BusProcess:
    """`python -m spectator`, ended by its id."""

    process: subprocess.Popen[str]
    url: str
    port: int
    publish_token: str = TOKEN

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


def free_port() -> int:
    """A port on which nobody listens, and which nobody but a server that asks for it by its number
    is given until this process ends: it stays bound, and whoever shares it may listen there.
    """
    held = socket.socket()
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    held.bind(("127.0.0.1", 0))
    atexit.register(held.close)
    return int(held.getsockname()[1])


@contextmanager
def bus_process(store: str, *, port: int = 0, **environment: str) -> Iterator[BusProcess]:
    command = [sys.executable, "-W", "error", "-m", "spectator"]
    with subprocess.Popen(
        [*command, "--store", store, "--port", str(port)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "CAPTAINS_BUS_TOKEN": TOKEN, **environment},
    ) as process:
        try:
            assert process.stdout is not None
            told = json.loads(process.stdout.readline())
            yield BusProcess(process, told["url"], told["port"])
        finally:
            process.terminate()
            process.wait()
