"""A bus in a process of its own, that can be killed and started again on the same port."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

TOKEN = "only-for-tests"


class BusProcess:
    """`python -m spectator` over one store file. `with` starts it, and ends it at last."""

    def __init__(self, store: Path) -> None:
        self._store = store
        self._port = 0
        self._process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Start it, again on the port that it had, and wait until it listens."""
        command = [sys.executable, "-m", "spectator", "--store", str(self._store)]
        self._process = subprocess.Popen(
            [*command, "--port", str(self._port)],
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"CAPTAINS_BUS_TOKEN": TOKEN},
        )
        assert self._process.stdout is not None
        self._port = json.loads(self._process.stdout.readline())["port"]

    def kill(self) -> None:
        """End it as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            assert self._process.stdout is not None
            self._process.stdout.close()
            self._process = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.kill()
