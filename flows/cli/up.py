"""`captains up`: a Prefect server, and a bus whose page starts matches, until Ctrl-C."""

from __future__ import annotations

import asyncio
import errno
import os
import signal
import time
import webbrowser
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from engine.variables import BUS_TOKEN, BUS_URL
from flows import settings
from flows.cli.background import LOG, detached
from flows.cli.door import door_to
from flows.cli.only import Document, Hold, take
from flows.cli.terminal import (
    BadInput,
    Exit,
    answer_json,
    hear,
    is_watched,
    note,
    note_server,
    say,
)
from flows.deployments.part import Part
from flows.play import BusAddress
from flows.server import Server, server
from flows.standing import BUS, STORE, earlier_starts, keep_start, standing
from spectator import BusServer, start_token
from spectator.starts import Starter

DEFAULT_PORT: Final = 8765
END_S: Final = 7.0
LEAST_END_S: Final = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """What was asked for. `port` None: the usual one where it is free, else any."""

    runs: Path
    home: Path
    port: int | None
    browser: bool
    worker: bool
    as_json: bool

    def options(self) -> tuple[str, ...]:
        """Of the same command in the background."""
        port = () if self.port is None else ("--port", str(self.port))
        worker = () if self.worker else ("--no-worker",)
        return ("--runs", str(self.runs), *port, *worker)


def run_up(
    runs: Path, *, port: int | None, browser: bool, worker: bool, detach: bool, as_json: bool
) -> int:
    """Where one is up already it is told, and that is all. Raises `BadInput`, `WorkFailed`,
    `ServerUnavailable`, or `OSError` for a port in use.
    """
    if port is not None and not 0 <= port <= 65_535:
        raise BadInput(f"--port {port}: allowed: 0 (a free one) to 65535")
    home = settings.home(runs)
    wanted = _Wanted(
        runs=runs,
        home=home,
        port=port,
        browser=browser and is_watched(),
        worker=worker,
        as_json=as_json,
    )
    if detach:
        return _run_detached(wanted)
    settings.apply(home)
    hear("spectator")
    with suppress(KeyboardInterrupt):
        match take(home):
            case Hold() as hold:
                _keep_up(wanted, hold)
            case told:
                return _joined(wanted, told)
    note("ended")
    return Exit.DONE  # Ctrl-C is how it ends


def _run_detached(wanted: _Wanted) -> int:
    told, is_new = detached(wanted.home, wanted.options())
    if not is_new:
        return _joined(wanted, told)
    note(f"up in the background; `captains down` ends it, its log is {wanted.home / LOG}")
    tell_port(wanted.port, told["bus"])
    _tell(wanted, told)
    return Exit.DONE


def _joined(wanted: _Wanted, told: Document) -> int:
    note(f"captains is up already (process {told['pid']}): `captains down` ends it")
    _tell(wanted, told)
    return Exit.DONE


def _keep_up(wanted: _Wanted, hold: Hold) -> None:
    """Until Ctrl-C."""
    end = _End()
    with server(wanted.home, meanwhile=_load, starting=note_server, stop_s=end.left_s) as found:
        note(f"Prefect server: {found.ui_url}")
        asyncio.run(_serve(wanted, found, hold, end))


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


async def _serve(wanted: _Wanted, found: Server, hold: Hold, end: _End) -> None:
    """Until it is cancelled."""
    from prefect.client.orchestration import get_client

    from flows.catching_up import CatchingUp
    from flows.crew import Crew
    from flows.deployments.setting_up import make_ready
    from flows.starting import Matches

    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(get_client())
        if lines := await make_ready(client, note):
            note(f"limits: {len(lines)} pools, limits and automations")
        starter = Matches(client, lambda: _address(bus), wanted.runs)
        bus = await _bus(stack, wanted, starter)
        crew = Crew(
            wanted.home, {BUS_URL.name: bus.url, BUS_TOKEN.name: bus.publish_token}, _note_part
        )
        stack.push_async_callback(crew.aclose)
        stack.push_async_callback(starter.aclose)
        missed = CatchingUp(wanted.runs, _address(bus), note)
        await missed.look()
        stack.push_async_callback(_ended, asyncio.create_task(missed.run()))
        stack.enter_context(standing(wanted.home, _address(bus)))
        keep_start(wanted.home, bus.publish_token)
        document = _document(wanted, found, bus)
        tell_port(wanted.port, bus.url)
        _tell(wanted, document)
        stack.callback(crew.leave)
        stack.callback(end.begin)
        await starter.warm()
        if wanted.worker:
            crew.start()
            await crew.settled()
        hold.tell(document)
        await asyncio.Event().wait()


def _note_part(part: Part) -> None:
    note(f"{part.part}: {'' if part.state == 'ok' else 'down: '}{part.said}")


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


def _document(wanted: _Wanted, found: Server, bus: BusServer) -> Document:
    """Where everything is. What follows the `#` is not sent to any server."""
    return {
        "page": f"{bus.url}/start#token={start_token(bus.publish_token)}",
        "bus": bus.url,
        "token_file": str(wanted.home / BUS),
        "prefect": found.ui_url,
        "pid": os.getpid(),
        "worker": wanted.worker,
        "folder": str(Path.cwd()),
    }


def tell_port(asked: int | None, bus: str) -> None:
    """That the bus is not where it usually is, though nobody asked for another port."""
    port = urlsplit(bus).port
    if asked is None and port != DEFAULT_PORT:
        note(f"port {DEFAULT_PORT} is taken: the page has port {port} (--port takes another)")


def _tell(wanted: _Wanted, document: Document) -> None:
    page = document["page"]
    if wanted.as_json:
        answer_json(document)
    else:
        say(f"page:     {page}")
        say(f"Prefect:  {document['prefect']}")
        note(f"publish:  with --bus {document['bus']}; the token is in {document['token_file']}")
        note("whoever has the page's whole address may start matches")
    if wanted.browser:
        webbrowser.open(door_to(page, wanted.home))


def _load() -> None:
    """While the server starts. A Ctrl-C waits for it, as Prefect's models do not bear one while
    they are made.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        import flows.starting  # noqa: F401
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
