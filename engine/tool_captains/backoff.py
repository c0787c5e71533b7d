"""How long to wait before a request is sent again: full jitter, so that those who failed together
do not come back together.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from engine.tool_captains.faults import TransportFault

BASE_S: Final = 0.5
CAP_S: Final = 30.0
# Who wishes to be left alone for longer than that is not waited for: the episode is void.
LONGEST_WISH_S: Final = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """`sleep` and `uniform` are the clock's and the dice's; neither touches a match."""

    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    uniform: Callable[[float, float], float] = random.uniform

    def wait_s(self, retries: int, fault: TransportFault) -> float | None:
        """Seconds to wait after the failure that follows `retries` retries; None: give up."""
        if fault.final:
            return None
        spread_s = min(CAP_S, BASE_S * 2.0**retries)
        wish_s = fault.retry_after_s
        if wish_s is None:
            return self.uniform(0.0, spread_s)
        if wish_s > LONGEST_WISH_S:
            return None
        return wish_s + self.uniform(0.0, min(1.0, spread_s))
