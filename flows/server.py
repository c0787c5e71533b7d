"""The Prefect server that a command uses: the one that `PREFECT_API_URL` names, or an embedded
one.

The embedded server is a child process on a free port of the loopback interface, shared by every
command of one home folder, so that a limit holds between them. Whoever uses it holds a shared lock
on `users.lock`; the server ends when that lock is free, however its users ended. `PREFECT_HOME`
keeps its database: the first start takes 10 to 16 s, later ones 4 to 5.
"""

from __future__ import annotations

import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx

from flows.saving import save

START_TIMEOUT_S: Final = 90.0
STOP_TIMEOUT_S: Final = 10.0
HEALTH_TIMEOUT_S: Final = 20.0  # of a server on a machine that is busy
CONNECT_TIMEOUT_S: Final = 5.0
MOST_RESTARTS: Final = 5  # a server that dies more often has something to say in its log
_POLL_S: Final = 0.05
_WATCH_S: Final = 0.2
_LOG_LINES: Final = 5
_started: Final[
    list[subprocess.Popen[bytes]]
] = []  # a server outlives its starter while others use it


class ServerUnavailable(Exception):
    """No Prefect server could be used; the message says which, and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A Prefect server that answers. `embedded`: it is ours and ends with its last user."""

    api_url: str
    embedded: bool

    @property
    def ui_url(self) -> str:
        return self.api_url.removesuffix("/api")


def _nothing() -> None:
    return None


def _long_enough() -> float:
    return STOP_TIMEOUT_S


@contextmanager
def server(
    home: Path,
    meanwhile: Callable[[], object] = _nothing,
    starting: Callable[[], object] = _nothing,
    stop_s: Callable[[], float] = _long_enough,
) -> Iterator[Server]:
    """A Prefect server for the duration; `PREFECT_API_URL` names it. Raises `ServerUnavailable`.

    Must be entered before Prefect is imported, and after `settings.apply`. `starting` is called
    where none is there yet, before one is started. `meanwhile` is called once the address is known,
    while the server starts: a good time to import Prefect, which takes a second. Its end is waited
    for `stop_s` at most; it ends by itself all the same.
    """
    named = os.environ.get("PREFECT_API_URL")
    if named:
        yield _running(named)
        return
    home.mkdir(parents=True, exist_ok=True)
    with _user(home, stop_s), ExitStack() as keeping:
        try:
            yield _join_or_start(home, meanwhile, starting, keeping)
        finally:
            os.environ.pop("PREFECT_API_URL", None)


def answers(api_url: str, timeout_s: float = HEALTH_TIMEOUT_S) -> bool:
    """Whether a Prefect server is healthy at this URL."""
    with suppress(httpx.HTTPError, httpx.InvalidURL):
        health = httpx.get(
            f"{api_url}/health",
            timeout=httpx.Timeout(timeout_s, connect=min(timeout_s, CONNECT_TIMEOUT_S)),
            trust_env=False,
            verify=api_url.startswith("https:"),  # to read the authorities takes 26 ms of CPU
        )
        return health.status_code == httpx.codes.OK
    return False


def standing_server(home: Path) -> Server | None:
    """The embedded server of this home folder, where one answers."""
    state = _State.read(home)
    if state is not None and state.is_alive() and answers(state.api_url):
        return Server(api_url=state.api_url, embedded=True)
    return None


def see_off(home: Path, wait_s: float) -> bool:
    """Wait for the embedded server that its last user has left, and kill it where that takes longer
    than `wait_s`: whether it was killed. One that somebody else uses is left alone.
    """
    if not (home / "users.lock").exists():
        return False
    handle = os.open(home / "users.lock", os.O_RDWR)
    try:
        _wait_for_end(home, handle, wait_s)
        state = _State.read(home)
        if state is None or not state.is_alive() or _try_lock(handle, fcntl.LOCK_SH):
            return False
        with suppress(ProcessLookupError):  # it has taken the lock of its users: it serves nobody
            os.kill(state.pid, signal.SIGKILL)
        return True
    finally:
        os.close(handle)


def _running(api_url: str) -> Server:
    api_url = api_url.rstrip("/")
    if not answers(api_url):
        raise ServerUnavailable(
            f"no Prefect server answers at {api_url} (PREFECT_API_URL); start it, or unset the "
            "variable to use an embedded one"
        )
    return Server(api_url=api_url, embedded=False)


@contextmanager
def _user(home: Path, stop_s: Callable[[], float]) -> Iterator[None]:
    """Count as a user of the embedded server; the last one to leave waits until it has ended."""
    handle = os.open(home / "users.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_SH)  # waits while a server without users shuts down
        try:
            yield
        finally:
            fcntl.flock(handle, fcntl.LOCK_UN)
            _wait_for_end(home, handle, stop_s())
            _started[:] = [child for child in _started if child.poll() is None]
    finally:
        os.close(handle)


def _wait_for_end(home: Path, handle: int, stop_s: float) -> None:
    state = _State.read(home)
    deadline = time.monotonic() + stop_s
    while state is not None and state.is_alive() and time.monotonic() < deadline:
        if _try_lock(
            handle, fcntl.LOCK_SH
        ):  # others hold it too, or the server has not taken it yet
            only_user = _try_lock(handle, fcntl.LOCK_EX)
            fcntl.flock(handle, fcntl.LOCK_UN)
            if not only_user:
                return
        time.sleep(_POLL_S)


def _try_lock(handle: int, kind: int) -> bool:
    with suppress(BlockingIOError):
        fcntl.flock(handle, kind | fcntl.LOCK_NB)
        return True
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class _State:
    """What `server.json` says of the server that was started last."""

    pid: int
    api_url: str

    @classmethod
    def read(cls, home: Path) -> _State | None:
        with suppress(OSError, ValueError, KeyError, TypeError):
            found = json.loads((home / "server.json").read_text(encoding="utf-8"))
            return cls(pid=int(found["pid"]), api_url=str(found["api_url"]))
        return None

    def write(self, home: Path) -> None:
        text = json.dumps({"pid": self.pid, "api_url": self.api_url})
        save(home / "server.json", text.encode())

    def is_alive(self) -> bool:
        with suppress(ChildProcessError):
            os.waitpid(self.pid, os.WNOHANG)  # a child that has ended is no longer alive
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return True
        return True


def _join_or_start(
    home: Path,
    meanwhile: Callable[[], object],
    starting: Callable[[], object],
    keeping: ExitStack,
) -> Server:
    """One command starts the server; the others wait for it and join."""
    handle = os.open(home / "start.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        if (found := standing_server(home)) is not None:
            os.environ["PREFECT_API_URL"] = found.api_url
            meanwhile()
            return found
        starting()
        return _start(home, meanwhile, keeping)
    finally:
        os.close(handle)


def _start(home: Path, meanwhile: Callable[[], object], keeping: ExitStack) -> Server:
    keeper = _Keeper(home)
    keeping.callback(keeper.leave)
    os.environ["PREFECT_API_URL"] = keeper.api_url
    deadline = time.monotonic() + START_TIMEOUT_S
    meanwhile()
    while time.monotonic() < deadline and keeper.is_running():
        if answers(keeper.api_url, timeout_s=1.0):
            keeper.watch()
            return Server(api_url=keeper.api_url, embedded=True)
        time.sleep(_POLL_S)
    keeper.give_up()
    raise ServerUnavailable(
        f"the Prefect server did not start; its log, {keeper.log}, ends:\n{_end(keeper.log)}"
    )


class _Keeper:
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
        self._child = self._spawned()

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

    def give_up(self) -> None:
        self._child.kill()
        self._child.wait()

    def _watch(self) -> None:
        for _ in range(MOST_RESTARTS):
            while self.is_running():
                if self._leaving.wait(_WATCH_S):
                    return
            self._child = self._spawned()

    def _spawned(self) -> subprocess.Popen[bytes]:
        users_lock = self._home / "users.lock"
        environment = _child_environment(self.api_url)
        child = _spawn(self._listener, users_lock, self.log, environment)
        _started.append(child)
        _State(pid=child.pid, api_url=self.api_url).write(self._home)
        return child


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


def _end(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    return "\n".join(lines[-_LOG_LINES:])
