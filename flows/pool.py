"""The processes that a run owns: they play, they end with the run, and none outlives it.

A process is started fresh (`spawn`), without its owner's main module: below a worker that is
Prefect, which takes more than a second to load and of which no work is part. It ignores Ctrl-C and
a terminal that goes away, which are its owner's to answer, and watches its owner: when that is
killed, the process ends at once instead of waiting for work that never comes. It starts when there
is work for it: a run with one batch starts one.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from types import ModuleType, TracebackType
from typing import Any, Final, Literal, Self, TypeVar

from flows.cores import cores

T = TypeVar("T")

RETRIES: Final = 2  # of work whose process died

_END_TIMEOUT_S: Final = 5.0


def processes_of(wanted: int | Literal["auto"]) -> int:
    """One a core, where the file leaves it open."""
    return cores() if wanted == "auto" else wanted


class ProcessPool:
    """A process pool for the duration of a `with` block; leaving it early ends what still runs.

    `warm` runs once in each process before any work: imports and tables that every job needs.
    """

    def __init__(self, processes: int, warm: Callable[[], object]) -> None:
        self.processes = processes
        self._warm = warm
        self._closed = False
        self._executor = self._new()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    async def run(self, work: Callable[..., T], *arguments: Any) -> T:
        """`work(*arguments)` in a process. Raises `BrokenProcessPool` when a process died, with a
        new pool in place.
        """
        executor = self._executor
        try:
            with _alone(), _shielded():  # a process that is started for it inherits the mask
                future = executor.submit(work, *arguments)
            return await asyncio.wrap_future(future)
        except BrokenProcessPool:
            if self._executor is executor and not self._closed:  # the first to notice
                self._executor = self._new()
            raise

    async def run_again(self, work: Callable[..., T], *arguments: Any) -> T:
        """The same for work that may be done twice: begun anew where a process died. Raises
        `BrokenProcessPool` after `RETRIES`.
        """
        for _ in range(RETRIES):
            with suppress(BrokenProcessPool):
                return await self.run(work, *arguments)
        return await self.run(work, *arguments)

    def close(self) -> None:
        """End every process: idle ones leave, busy ones are stopped, as an unsealed record counts
        for nothing.
        """
        self._closed = True
        processes = list((getattr(self._executor, "_processes", None) or {}).values())
        self._executor.shutdown(wait=False, cancel_futures=True)
        for process in processes:
            process.terminate()
        for process in processes:
            process.join(_END_TIMEOUT_S)
            if process.is_alive():
                process.kill()
                process.join()
        self._executor.shutdown(wait=True)

    def _new(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(
            max_workers=self.processes,
            mp_context=multiprocessing.get_context("spawn"),
            initializer=_begin,
            initargs=(self._warm,),
        )


@contextmanager
def _alone() -> Iterator[None]:
    """A process that is started meanwhile loads no main module."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


@contextmanager
def _shielded() -> Iterator[None]:
    """No Ctrl-C reaches a process before it has begun."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin(warm: Callable[[], object]) -> None:
    """What each process does first."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT, signal.SIGTERM})
    threading.Thread(target=_end_with_owner, name="owner", daemon=True).start()
    warm()


def _end_with_owner() -> None:
    owner = multiprocessing.parent_process()
    if owner is not None:
        owner.join()
        os._exit(1)
