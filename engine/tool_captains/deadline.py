"""The deadline of an answer: it runs from the moment the request was sent whole. Connecting and
sending are the network's time, thinking is the captain's.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final

from engine.errors import NoUsableCall
from engine.tool_captains.account import Problem

_SENT: Final = "send_request_body.complete"

Trace = Callable[[str, Mapping[str, Any]], Awaitable[None]]  # httpx2's extension of that name


@asynccontextmanager
async def answered_within(deadline_s: float) -> AsyncIterator[Trace]:
    """Ends the block `deadline_s` after the request that is given the trace was sent. Raises
    `NoUsableCall` then.
    """
    try:
        async with asyncio.timeout(None) as limit:

            async def trace(event: str, _: Mapping[str, Any]) -> None:
                if event.endswith(_SENT):
                    limit.reschedule(asyncio.get_running_loop().time() + deadline_s)

            yield trace
    except TimeoutError:
        raise late(deadline_s) from None


def late(deadline_s: float) -> NoUsableCall:
    """The captain's own failure to answer in time."""
    given = f"{deadline_s:g} s"
    return NoUsableCall(Problem.LATE, f"no answer within {given}", f"an answer within {given}")
