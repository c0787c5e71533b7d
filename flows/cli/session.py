"""What a command starts before a flow and ends after it: a Prefect server, a bus, the stage
between them.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Coroutine, Iterator
from contextlib import ExitStack, contextmanager
from contextvars import copy_context
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

from flows import settings
from flows.cli.terminal import is_watched, note
from flows.play import BusAddress
from flows.server import Server, server
from flows.stage import Reporter, Stage, bus_at, on_stage

T = TypeVar("T")
DRAIN_TIMEOUT_S: Final = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A server and a bus that are up."""

    server: Server
    stage: Stage

    def call(self, flow: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Run a flow to its end on this session's stage. Ctrl-C ends it as `KeyboardInterrupt`,
        whatever comes of telling Prefect.
        """
        from prefect.exceptions import TerminationSignal

        with on_stage(self.stage):
            try:
                return asyncio.run(_awaited(flow))
            except (TerminationSignal, asyncio.CancelledError):
                # Prefect answers a SIGTERM during a flow in its own way; nothing else cancels us.
                raise KeyboardInterrupt from None
            except BaseExceptionGroup as several:
                if several.subgroup((TerminationSignal, asyncio.CancelledError)) is None:
                    raise
                raise KeyboardInterrupt from None


@contextmanager
def session(
    runs: Path,
    *,
    quiet: bool,
    bus: bool = True,
    bus_url: str | None = None,
    reporter: Reporter | None = None,
) -> Iterator[Session]:
    """Start what a flow needs; all of it ends with the block. `bus_url` is that of a bus that runs
    already. Raises `ServerUnavailable`, or `BadBusAddress` before anything is started.
    """
    named = bus_at(bus_url)
    home = settings.home(runs)
    settings.apply(home)
    with ExitStack() as stack:
        if not quiet and not os.environ.get("PREFECT_API_URL"):
            note("starting a Prefect server …")
        found = stack.enter_context(server(home, meanwhile=_load_flows))
        stage = Stage(
            bus=(named or _bus(stack)) if bus else None,
            paced=is_watched() and not quiet,
            reporter=reporter or Reporter(),
        )
        stack.callback(_drain)
        yield Session(server=found, stage=stage)


async def _awaited(flow: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """A flow that is cancelled tells Prefect so, and cannot be cancelled in that: a server that is
    gone is not asked again and again then.
    """
    context = copy_context()  # the flow's own, in which its settings can be changed from here
    running = asyncio.create_task(flow(), context=context)
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        hurry = settings.asking_once()
        context.run(hurry.__enter__)
        running.cancel()
        await asyncio.wait([running])
        context.run(hurry.__exit__, None, None, None)
        if not running.cancelled():
            running.exception()  # what came of telling it; nothing hangs on that
        raise


def _bus(stack: ExitStack) -> BusAddress:
    """A bus in this process."""
    from spectator import BusServer

    started = stack.enter_context(BusServer())
    return BusAddress(url=started.url, token=started.publish_token)


def _load_flows() -> None:
    import flows.episode
    import flows.tournament  # noqa: F401


def _drain() -> None:
    """Prefect sends logs and events from threads; a server that stops before they have ended makes
    them complain.
    """
    from prefect.events.worker import EventsWorker
    from prefect.logging.handlers import APILogWorker

    for worker in (APILogWorker, EventsWorker):
        worker.drain_all(timeout=DRAIN_TIMEOUT_S)
