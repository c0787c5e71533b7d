"""The worker of `captains up`: `python -m flows.worker_child NAME`, in a process of its own.

It makes the deployments that are missing, takes the runs of every pool that is declared, and tells
how both are on stdout, a line of JSON each (`Part`). When stdin ends, or on SIGTERM, it stops the
runs that it has begun, or that a killed one before it has, which seal their records, and ends: so
it ends with its owner, a killed one too. The Prefect server and the bus are those of its
environment.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from prefect.client.orchestration import get_client

from flows.cores import cores
from flows.deployments.declared import shipped
from flows.deployments.part import Part
from flows.deployments.parts import deployments
from flows.match_child import own_stdout
from flows.processes import marked
from flows.taking import Taker
from flows.workers import CREW

END_S: Final = 20.0  # a run seals its records, and tells Prefect; then it is killed
HURRIED_S: Final = 4.0  # the same where the owner waits for it, and says so
WAITING_RUNS: Final = 4  # of captains that are waited for: a run takes memory, not cores
POOL_OF_WAITING: Final = "captains-llm"
_POLL_S: Final = 0.1

Tell = Callable[[Part], None]


def main(name: str) -> int:
    sink = own_stdout()

    def tell(part: Part) -> None:
        with suppress(BrokenPipeError):  # its owner is gone
            sink.write(json.dumps(asdict(part)) + "\n")
            sink.flush()

    asyncio.run(_serve(name, tell))
    return 0


async def _serve(name: str, tell: Tell) -> None:
    """Until its owner is gone."""
    ending: asyncio.Future[float] = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, _end, ending, HURRIED_S)
    threading.Thread(target=_watch_owner, args=(ending,), daemon=True).start()
    working = asyncio.create_task(_work(name, tell))
    either: set[asyncio.Future[Any]] = {working, ending}
    await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
    try:
        if working.done():
            await working  # it never ends by itself: this tells what went wrong
    finally:
        await _stop_runs(ending.result() if ending.done() else HURRIED_S)
    sys.stderr.flush()
    os._exit(0)  # Prefect's worker, when it is asked to end, has been seen to hang


def _watch_owner(ending: asyncio.Future[float]) -> None:
    is_waited_for = bool(sys.stdin.read())  # a killed one says nothing
    with suppress(RuntimeError):  # it is ending already
        end_s = HURRIED_S if is_waited_for else END_S
        ending.get_loop().call_soon_threadsafe(_end, ending, end_s)


def _end(ending: asyncio.Future[float], end_s: float) -> None:
    if not ending.done():
        ending.set_result(end_s)


async def _work(name: str, tell: Tell) -> None:
    async with get_client() as client:
        tell(await deployments(client, Path.cwd(), make=True))
    pools = tuple(shipped().pools)
    left = {*pools}

    def started(pool: str) -> None:
        left.discard(pool)
        if not left:
            tell(Part(part="worker", state="ok", said=f"takes the runs of {', '.join(pools)}"))

    async with asyncio.TaskGroup() as group:
        for pool in pools:
            group.create_task(_take(pool, name, started))


async def _take(pool: str, name: str, started: Callable[[str], None]) -> None:
    runs = WAITING_RUNS if pool == POOL_OF_WAITING else cores()
    worker = Taker(work_pool_name=pool, name=name, limit=runs)
    await worker.start(printer=lambda *_: started(pool))


async def _stop_runs(end_s: float) -> None:
    """Runs that begin meanwhile too: the workers go on, and tell Prefect how each has ended."""
    asked: set[int] = set()
    with suppress(TimeoutError):
        async with asyncio.timeout(end_s):
            while running := _runs():
                for pid in running - asked:
                    _send(pid, signal.SIGTERM)
                asked |= running
                await asyncio.sleep(_POLL_S)
    for pid in _runs():
        _send(pid, signal.SIGKILL)


def _send(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)


def _runs() -> set[int]:
    """The processes of all runs that a worker of this owner has begun, one that was killed too."""
    return {*marked(CREW, os.environ.get(CREW, ""))} - {os.getpid()}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
