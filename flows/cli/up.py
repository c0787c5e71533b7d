"""`captains up`: a Prefect server, and a bus whose page starts matches, until Ctrl-C."""

from __future__ import annotations

import asyncio
import errno
import fcntl
import os
import time
import webbrowser
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from engine.variables import BUS_TOKEN
from flows import settings
from flows.cli.door import door_to
from flows.cli.terminal import BadInput, Exit, answer_json, hear, is_watched, note, say
from flows.play import BusAddress
from flows.server import Server, server
from flows.standing import BUS, earlier_starts, keep_start, standing
from spectator import BusServer, start_token
from spectator.starts import Starter

DEFAULT_PORT: Final = 8765
STORE: Final = "bus.sqlite"
LOCK: Final = "up.lock"
END_S: Final = 7.0
LEAST_END_S: Final = 0.2


class AlreadyUp(Exception):
    """Another `captains up` has this home folder: where its page is."""

    def __init__(self, page: str) -> None:
        super().__init__(page)
        self.page = page

    def __str__(self) -> str:
        return f"captains is up already, at {self.page}; stop it there with Ctrl-C, or give --runs"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """What was asked for. `port` None: the usual one where it is free, else any."""

    runs: Path
    home: Path
    port: int | None
    browser: bool
    as_json: bool


def run_up(runs: Path, *, port: int | None, browser: bool, as_json: bool) -> int:
    """Raises `BadInput`, `AlreadyUp`, `ServerUnavailable`, or `OSError` for a port in use."""
    if port is not None and not 0 <= port <= 65_535:
        raise BadInput(f"--port {port}: allowed: 0 (a free one) to 65535")
    if runs.exists() and not runs.is_dir():
        raise BadInput(f"--runs {runs}: is not a folder")
    home = settings.home(runs)
    settings.apply(home)
    wanted = _Wanted(
        runs=runs, home=home, port=port, browser=browser and is_watched(), as_json=as_json
    )
    end = _End()
    hear("spectator")
    with suppress(KeyboardInterrupt), _only_one(home) as told:
        if not os.environ.get("PREFECT_API_URL"):
            note("starting a Prefect server …")
        with server(home, meanwhile=_load, stop_s=end.left_s) as found:
            asyncio.run(_serve(wanted, found, told, end))
    note("ended")
    return Exit.DONE  # Ctrl-C is how it ends


@dataclass(slots=True)
class _End:
    """A Ctrl-C ends everything within 10 s. Prefect's server, which is the last and ends by itself,
    is waited for as long as that leaves.
    """

    since_s: float | None = None

    def begin(self) -> None:
        self.since_s = time.monotonic()

    def left_s(self) -> float:
        passed_s = 0.0 if self.since_s is None else time.monotonic() - self.since_s
        return max(LEAST_END_S, END_S - passed_s)


async def _serve(wanted: _Wanted, found: Server, lock: int, end: _End) -> None:
    """Until it is cancelled."""
    from prefect.client.orchestration import get_client

    from flows.catching_up import CatchingUp
    from flows.deployments.setting_up import make_ready
    from flows.starting import Matches

    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(get_client())
        await make_ready(client, note)
        starter = Matches(client, lambda: _address(bus), wanted.runs)
        bus = await _bus(stack, wanted, starter)
        stack.push_async_callback(starter.aclose)
        missed = CatchingUp(wanted.runs, _address(bus), note)
        await missed.look()
        stack.push_async_callback(_ended, asyncio.create_task(missed.run()))
        stack.enter_context(standing(wanted.home, _address(bus)))
        keep_start(wanted.home, bus.publish_token)
        os.pwrite(lock, f"{bus.url}/".encode(), 0)
        _tell(wanted, found, bus)
        stack.callback(end.begin)
        await starter.warm()
        await asyncio.Event().wait()


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def _address(bus: BusServer) -> BusAddress:
    return BusAddress(url=bus.url, token=bus.publish_token)


async def _bus(stack: AsyncExitStack, wanted: _Wanted, starter: Starter) -> BusServer:
    """On the port that was asked for; on any where that was nobody's wish and is taken."""

    async def at(port: int) -> BusServer:
        token = BUS_TOKEN.read()
        bus = BusServer(
            wanted.home / STORE,
            port=port,
            publish_token=token,
            starter=starter,
            earlier_starts=earlier_starts(wanted.home),
        )
        return await stack.enter_async_context(bus)

    try:
        return await at(DEFAULT_PORT if wanted.port is None else wanted.port)
    except OSError as error:
        if wanted.port is not None or error.errno != errno.EADDRINUSE:
            raise
        return await at(0)


def _tell(wanted: _Wanted, found: Server, bus: BusServer) -> None:
    """Where everything is. What follows the `#` is not sent to any server."""
    page = f"{bus.url}/start#token={start_token(bus.publish_token)}"
    if wanted.as_json:
        answer_json(
            {
                "page": page,
                "bus": bus.url,
                "token_file": str(wanted.home / BUS),
                "prefect": found.ui_url,
                "pid": os.getpid(),
            }
        )
    else:
        say(f"page:     {page}")
        say(f"Prefect:  {found.ui_url}")
        note(f"publish:  with --bus {bus.url}; the token is found in {wanted.home / BUS}")
        note("whoever has the page's whole address may start matches; Ctrl-C ends everything")
    if wanted.browser:
        webbrowser.open(door_to(page, wanted.home))


@contextmanager
def _only_one(home: Path) -> Iterator[int]:
    """Two would write into one store of events. Gives the lock's file, which says where the page
    is.
    """
    home.mkdir(parents=True, exist_ok=True)
    handle = os.open(home / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyUp(os.pread(handle, 200, 0).decode() or "an address to come") from None
        os.ftruncate(handle, 0)
        yield handle
    finally:
        os.close(handle)


def _load() -> None:
    """While the server starts."""
    import flows.starting  # noqa: F401
