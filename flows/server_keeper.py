"""The embedded Prefect server as a process (`flows.server_child`): started on a socket of ours,
started again where it dies while it is needed, and written down in `server.json` for who joins.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from flows.processes import is_elsewhere, lives, process_of
from flows.restarts import Restarts
from flows.saving import save

_WATCH_S: Final = 0.2
_LOG_LINES: Final = 5
# Held, as a server outlives its starter while others use it, and Python warns of a child dropped.
_started: Final[list[subprocess.Popen[bytes]]] = []


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What `server.json` says of the server that was started last, and of its process."""

    pid: int
    api_url: str
    process: Mapping[str, Any] = field(default_factory=dict, compare=False)

    @classmethod
    def read(cls, home: Path) -> Known | None:
        with suppress(OSError, ValueError, KeyError, TypeError):
            found = json.loads((home / "server.json").read_text(encoding="utf-8"))
            return cls(pid=int(found["pid"]), api_url=str(found["api_url"]), process=found)
        return None

    def write(self, home: Path) -> None:
        text = json.dumps({**process_of(self.pid), "api_url": self.api_url})
        save(home / "server.json", text.encode())

    def is_elsewhere(self) -> bool:
        """Whether it is out of reach: of another container, say."""
        return is_elsewhere(self.process)

    def is_alive(self) -> bool:
        """One that is elsewhere is not: nobody can ask it."""
        if self.is_elsewhere():
            return False
        with suppress(ChildProcessError):
            os.waitpid(self.pid, os.WNOHANG)  # a child that has ended is no longer alive
        return lives({**self.process, "pid": self.pid})


def reap() -> None:
    """Let go of those that have ended."""
    _started[:] = [child for child in _started if child.poll() is None]


class Keeper:
    """Starts a server, and starts it again on the same socket if it dies while it is needed.

    Prefect's clients try again for a while, so a run goes on as if the server had been slow.
    """

    def __init__(self, home: Path) -> None:
        self._home = home
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.api_url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/api"
        self.log = home / "server.log"
        self._leaving = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="prefect-server", daemon=True)
        self._written_down = 0
        self._begin()

    def is_running(self) -> bool:
        return self._child.poll() is None

    def watch(self) -> None:
        self._watcher.start()

    def leave(self) -> None:
        """The server is on its own from here: it ends with its last user."""
        self._leaving.set()
        if self._watcher.is_alive():
            self._watcher.join()
        self._listener.close()

    def give_up(self) -> str:
        """Ends it; how its log ends."""
        self._child.kill()
        self._child.wait()
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        return "\n".join(lines[-_LOG_LINES:])

    def _watch(self) -> None:
        restarts = Restarts()
        while not self._leaving.wait(_WATCH_S):
            with suppress(OSError):  # a disk that is full, say: it is tried again
                if self.is_running():
                    self._write_down()
                elif restarts.again():
                    self._begin()
                else:
                    return

    def _begin(self) -> None:
        environment = _child_environment(self.api_url)
        self._child = _spawn(self._listener, self._home / "users.lock", self.log, environment)
        _started.append(self._child)
        self._write_down()

    def _write_down(self) -> None:
        """Whoever joins goes by it: else he would start another."""
        if self._written_down != self._child.pid:
            Known(pid=self._child.pid, api_url=self.api_url).write(self._home)
            self._written_down = self._child.pid


def _spawn(
    listener: socket.socket, users_lock: Path, log: Path, environment: Mapping[str, str]
) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "flows.server_child", str(listener.fileno()), str(users_lock)]
    with log.open("ab") as sink:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=sink,
            pass_fds=[listener.fileno()],
            env=environment,
            start_new_session=True,  # a Ctrl-C is for the command, not for its server
        )


def _child_environment(api_url: str) -> dict[str, str]:
    """The server finds this project wherever it was started from, and logs into its file."""
    root = str(Path(__file__).resolve().parents[1])
    path = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH", "")]))
    changes = {
        "PREFECT_API_URL": api_url,
        "PYTHONPATH": path,
        "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "WARNING",
    }
    return {**os.environ, **changes}
