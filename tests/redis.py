"""A Redis of the tests' own: on a free port of the loopback interface, nothing kept on disk."""

from __future__ import annotations

import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Final

from tests.postgres import dies_with_us

START_S: Final = 300.0  # for a machine that is stuck
TRIES: Final = 5


class Redis:
    """`close` leaves nothing behind. Prefect's client knows no sockets in a folder, and a port that
    was free a moment ago may be taken: then another one is tried.
    """

    def __init__(self, program: Path) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="captains-redis-")
        self._log = Path(self._folder.name) / "log"
        for _ in range(TRIES):
            self.port = _free_port()
            self._process = self._started(program)
            if self._answers():
                return
        raise AssertionError(self._log.read_text())

    def close(self) -> None:
        self._process.terminate()
        self._process.wait()
        self._folder.cleanup()

    def _started(self, program: Path) -> subprocess.Popen[bytes]:
        options = ("--port", str(self.port), "--bind", "127.0.0.1", "--save", "")
        with self._log.open("wb") as log:
            return subprocess.Popen(
                [*dies_with_us("TERM"), str(program), *options, "--dir", self._folder.name],
                stdout=log,
                stderr=log,
            )

    def _answers(self) -> bool:
        ends = time.monotonic() + START_S
        while self._process.poll() is None and time.monotonic() < ends:
            if "Ready to accept connections" in self._log.read_text():
                return True
            time.sleep(0.02)
        return False


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])
