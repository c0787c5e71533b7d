"""Calls of what may never answer, in threads that no process waits for when it ends."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from contextvars import copy_context
from threading import Thread
from typing import Any, TypeVar

T = TypeVar("T")


async def in_a_thread(call: Callable[[], T], within_s: float) -> T:
    """What `call` gives; it may go on after a cancel. Raises what it raises, and `TimeoutError`.
    `asyncio.to_thread` is no place for it: a loop that ends waits for its threads.
    """
    loop, context = asyncio.get_running_loop(), copy_context()
    answer: asyncio.Future[T] = loop.create_future()

    def tell(result: Any, error: Exception | None) -> None:
        if answer.done():
            return
        if error is None:
            answer.set_result(result)
        else:
            answer.set_exception(error)

    def run() -> None:
        result, error = None, None
        try:
            result = context.run(call)
        except Exception as why:  # noqa: BLE001 - it is raised where it is waited for
            error = why
        with suppress(RuntimeError):  # the loop has ended, and nobody waits any more
            loop.call_soon_threadsafe(tell, result, error)

    Thread(target=run, name="aside", daemon=True).start()
    try:
        await asyncio.wait([answer], timeout=within_s)
        if not answer.done():
            raise TimeoutError(f"has not answered in {within_s:g} s")
        return answer.result()
    finally:
        answer.cancel()
