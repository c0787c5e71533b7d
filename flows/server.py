"""The Prefect server that a command uses: the one that `PREFECT_API_URL` names, or an embedded
one.

The embedded server is a child process on a free port of the loopback interface, shared by every
command of one home folder, so that a limit holds between them. Whoever uses it holds a shared lock
on `users.lock`; the server ends when that lock is free, however its users ended. It holds
`server.lock` itself, for who has the same files in another container. `PREFECT_HOME` keeps its
database: the first start takes 10 to 16 s, later ones 3 to 5.
"""

from __future__ import annotations

import fcntl
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

import httpx

from engine.record import is_written
from flows.server_child import LOCK
from flows.server_keeper import Keeper, Known, reap
from flows.trust import AUTHORITIES, REFUSED_URL, holds_password, verified_by

START_TIMEOUT_S: Final = 90.0
STOP_TIMEOUT_S: Final = 10.0
HEALTH_TIMEOUT_S: Final = 20.0  # of a server on a machine that is busy
CONNECT_TIMEOUT_S: Final = 5.0
API: Final = "/api"
_POLL_S: Final = 0.05
_NO_TRUST: Final = "CERTIFICATE_VERIFY_FAILED"


class ServerUnavailable(Exception):
    """No Prefect server could be used; the message says which, and why; `mend` is a command."""

    def __init__(self, said: str, mend: str) -> None:
        super().__init__(said, mend)
        self.said, self.mend = said, mend

    def __str__(self) -> str:
        return self.said


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A Prefect server that answers. `embedded`: it is ours and ends with its last user."""

    api_url: str
    embedded: bool

    @property
    def ui_url(self) -> str:
        return self.api_url.removesuffix(API)

    @property
    def artifacts_url(self) -> str:
        """Of ours in the newer of Prefect's two pages: the older one draws no bracket."""
        return f"{self.ui_url}{'/v2' if self.embedded else ''}/artifacts"


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


class Health(StrEnum):
    """`silent`: something takes connections there, and has not answered in time. `untrusted`: its
    certificate is of nobody who is trusted here.
    """

    WELL = "well"
    SILENT = "silent"
    GONE = "gone"
    UNTRUSTED = "untrusted"


def answers(api_url: str, timeout_s: float = HEALTH_TIMEOUT_S) -> bool:
    """Whether a Prefect server is healthy at this URL."""
    return health(api_url, timeout_s) is Health.WELL


def health(api_url: str, timeout_s: float = HEALTH_TIMEOUT_S) -> Health:
    """How the Prefect server at this URL is. Raises `OSError` as `verified_by` does."""
    try:
        answer = httpx.get(
            f"{api_url}/health",
            timeout=httpx.Timeout(timeout_s, connect=min(timeout_s, CONNECT_TIMEOUT_S)),
            trust_env=False,
            verify=verified_by(api_url),
        )
    except (httpx.ConnectError, httpx.UnsupportedProtocol, httpx.InvalidURL) as error:
        return Health.UNTRUSTED if _NO_TRUST in str(error) else Health.GONE
    except httpx.HTTPError:
        return Health.SILENT
    if answer.is_server_error:
        return Health.SILENT
    return Health.WELL if answer.status_code == httpx.codes.OK else Health.GONE


def standing_server(home: Path) -> Server | None:
    """The embedded server of this home folder; None where there is none. Raises `ServerUnavailable`
    for one that lives and does not answer: a second one would write into the same database.
    """
    known = Known.read(home)
    if known is not None and known.is_elsewhere() and is_written(home / LOCK):
        where = known.process["host"]
        raise ServerUnavailable(
            f"the Prefect server of {home} runs in another container, or on another machine "
            f"({where}), out of reach; a second one would write into the same database",
            "export PREFECT_API_URL=…  # of a server that both reach; else: export CAPTAINS_HOME=…",
        )
    if known is None or not known.is_alive():
        return None
    match health(known.api_url, HEALTH_TIMEOUT_S):
        case Health.WELL:
            return Server(api_url=known.api_url, embedded=True)
        case Health.SILENT:
            raise ServerUnavailable(
                f"the Prefect server at {known.api_url} has not answered in {HEALTH_TIMEOUT_S:g} s,"
                f" and its process {known.pid} lives: try again, or end that process; its log is "
                f"{home / 'server.log'}",
                f"kill {known.pid}  # where it stays so: the next command starts another",
            )
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
        known = Known.read(home)
        if known is None or not known.is_alive() or _try_lock(handle, fcntl.LOCK_SH):
            return False
        with suppress(ProcessLookupError):  # it has taken the lock of its users: it serves nobody
            os.kill(known.pid, signal.SIGKILL)
        return True
    finally:
        os.close(handle)


def _running(api_url: str) -> Server:
    api_url = api_url.rstrip("/")
    if holds_password(api_url):
        raise ServerUnavailable(REFUSED_URL, "export PREFECT_API_AUTH_STRING=…  # USER:PASSWORD")
    match health(api_url):
        case Health.WELL:
            return Server(api_url=api_url, embedded=False)
        case Health.UNTRUSTED:
            raise ServerUnavailable(
                f"the certificate of the Prefect server at {api_url} (PREFECT_API_URL) is not "
                f"trusted here; {AUTHORITIES} names the file of the authority that is behind it",
                f"export {AUTHORITIES}=…  # a .pem file",
            )
        case Health.GONE if not api_url.endswith(API) and answers(api_url + API):
            raise ServerUnavailable(
                f"PREFECT_API_URL={api_url} is the server's page; allowed: {api_url}{API}",
                f"export PREFECT_API_URL={api_url}{API}",
            )
    raise ServerUnavailable(
        f"no Prefect server answers at {api_url} (PREFECT_API_URL); start it, or unset the "
        "variable to use an embedded one",
        "prefect server start  # or: unset PREFECT_API_URL",
    )


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
            reap()
    finally:
        os.close(handle)


def _wait_for_end(home: Path, handle: int, stop_s: float) -> None:
    known = Known.read(home)
    deadline = time.monotonic() + stop_s
    while known is not None and known.is_alive() and time.monotonic() < deadline:
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
    keeper = Keeper(home)
    keeping.callback(keeper.leave)
    os.environ["PREFECT_API_URL"] = keeper.api_url
    deadline = time.monotonic() + START_TIMEOUT_S
    meanwhile()
    while time.monotonic() < deadline and keeper.is_running():
        if answers(keeper.api_url, timeout_s=1.0):
            keeper.watch()
            return Server(api_url=keeper.api_url, embedded=True)
        time.sleep(_POLL_S)
    raise ServerUnavailable(
        f"the Prefect server did not start; its log, {keeper.log}, ends:\n{keeper.give_up()}",
        f"less {keeper.log}  # says why: its disk, its folder's owner, a newer version's database",
    )
