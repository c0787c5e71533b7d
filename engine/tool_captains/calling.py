"""How an endpoint is called: with a slot, through the breaker, again while the transport fails."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import TypeVar

from engine.tool_captains.account import Account
from engine.tool_captains.breaker import Line
from engine.tool_captains.faults import TransportFault
from engine.tool_captains.services import Services

T = TypeVar("T")
Send = Callable[[], Awaitable[T]]


async def call(
    send: Send[T], line: Line, *, attempts: int, services: Services, account: Account
) -> T:
    """What `send` gives, which is one request on `line`. It is sent again while it raises
    `TransportFault`, `attempts` times in all, as late as the endpoint wishes; every other error is
    raised at once. Retries, and what was waited between and for a slot, are counted in `account`.
    """
    for retries in range(attempts):
        try:
            return await _once(send, line, services, account)
        except TransportFault as fault:
            wait_s = services.backoff.wait_s(retries, fault)
            if wait_s is None or retries + 1 == attempts:
                raise
        account.transport_retries += 1
        with account.waiting():
            await services.backoff.sleep(wait_s)
    raise AssertionError("at least one attempt is made")


async def _once(send: Send[T], line: Line, services: Services, account: Account) -> T:
    limiter, endpoint = services.limiter, line.endpoint
    async with AsyncExitStack() as held:
        with account.waiting():
            await held.enter_async_context(limiter.slot(endpoint))
        try:
            with services.breakers.guard(line):
                answer = await send()
        except TransportFault as fault:
            if fault.pushed_back or fault.retry_after_s is not None:
                limiter.pushed_back(endpoint, fault.retry_after_s)
            raise
        limiter.went_well(endpoint)
        return answer
