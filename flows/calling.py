"""How a process runs a flow to its end: a Ctrl-C ends it cleanly, whatever comes of telling
Prefect.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Coroutine, Sequence
from concurrent.futures import Future, wait
from contextvars import copy_context
from math import inf
from typing import Any, Final, TypeVar

from flows import settings
from flows.stage import Stage, on_stage

T = TypeVar("T")
DRAIN_TIMEOUT_S: Final = 5.0
TAG: Final = "captains"


def call(flow: Callable[[], Coroutine[Any, Any, T]], stage: Stage) -> T:
    """Run a flow on `stage`, with the tag that our automations look for. Ctrl-C ends it as
    `KeyboardInterrupt`, and so does whoever cancels or pauses the run in the Prefect UI.
    """
    from prefect import tags
    from prefect.exceptions import Abort, Pause, TerminationSignal

    with on_stage(stage), tags(TAG):
        try:
            return asyncio.run(_awaited(flow))
        except (TerminationSignal, asyncio.CancelledError, Abort, Pause):
            # Prefect answers a SIGTERM during a flow in its own way, and somebody may have ended
            # the run in its UI; nothing else cancels us.
            raise KeyboardInterrupt from None
        except BaseExceptionGroup as several:
            if several.subgroup((TerminationSignal, asyncio.CancelledError)) is None:
                raise
            raise KeyboardInterrupt from None


def drain() -> None:
    """Prefect sends logs and events from threads; a server that stops before they have ended makes
    them complain. A server that is gone is not waited for: Prefect asks it again for a minute, and
    the interpreter would wait for that.
    """
    from prefect.events.worker import EventsWorker
    from prefect.logging.handlers import APILogWorker

    for worker in (APILogWorker, EventsWorker):
        services = _running(worker)
        drained = worker.drain_all(timeout=DRAIN_TIMEOUT_S)
        if isinstance(drained, tuple) and not _sent(drained[1], services):
            for service in services:  # it has ended, as far as the interpreter is concerned
                service._loop.call_soon_threadsafe(service._done_event.set)  # noqa: SLF001


def _running(worker: Any) -> tuple[Any, ...]:
    """Prefect's services of this process; it has no open way to them, nor to give one up."""
    return tuple(worker._instances.values())  # noqa: SLF001


def _sent(waiting: Collection[Future[bool]], services: Sequence[Any]) -> bool:
    """Whether all is sent, as long as it goes on at more than an item in `DRAIN_TIMEOUT_S`."""

    def count() -> int:
        return sum(service._queue.qsize() for service in services)  # noqa: SLF001

    left, before = count(), inf
    while waiting and left < before - 1:
        before = left
        waiting = wait(waiting, timeout=DRAIN_TIMEOUT_S).not_done
        left = count()
    return not waiting


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
