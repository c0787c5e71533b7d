"""A bus in a process of its own, that can be killed and started again on the same port."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.spectator.processes import free_port

TOKEN = "only-for-tests"


class BusProcess:
    """`python -m spectator` over one store file."""

    def __init__(self, store: Path) -> None:
        self._store = store
        self._port = free_port()
        self._process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Start it, every time on the same port, and wait until it listens."""
        command = [sys.executable, "-m", "spectator", "--store", str(self._store)]
        self._process = subprocess.Popen(
            [*command, "--port", str(self._port)],
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"CAPTAINS_BUS_TOKEN": TOKEN},
        )
        assert self._process.stdout is not None
        assert json.loads(self._process.stdout.readline())["port"] == self._port

    def kill(self) -> None:
        """End it as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            assert self._process.stdout is not None
            self._process.stdout.close()
            self._process = None


@contextmanager
def running(store: Path) -> Iterator[BusProcess]:
    """A bus that has been started, and is ended at last."""
    process = BusProcess(store)
    process.start()
    try:
        yield process
    finally:
        process.kill()
