"""A bus as a process of its own, which a test may kill."""

from __future__ import annotations

import json
import os
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


@contextmanager
def bus_process(store: str, **environment: str) -> Iterator[BusProcess]:
    with subprocess.Popen(
        [sys.executable, "-W", "error", "-m", "spectator", "--store", store],
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
