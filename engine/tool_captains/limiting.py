"""How many requests are under way at an endpoint at once: as many as it bears, first come, first
served.

Each endpoint has a gate. It starts modest and opens by one place for each answer that went well,
which doubles it in a round; when the endpoint says that it is asked too much it closes by a fifth,
and from then on opens by one place a round. It never opens past its ceiling, which may change at
any time.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

CEILING: Final = 8
_START: Final = 4
_SHRINK: Final = 0.8
# One round of requests that are refused together is one refusal.
_COOL_DOWN_S: Final = 1.0
_LONGEST_HOLD_S: Final = 120.0
_TURNS_TO_SEND: Final = 3  # of the event loop, until a request that was let in is on its way

Later = Callable[[float, Callable[[], None]], object]  # after so many seconds, call


class AdaptiveLimiter:
    """Implements `Limiter` within a process. `ceiling` holds for endpoints without one of their
    own; 0 lets nobody in.
    """

    def __init__(
        self,
        ceiling: int = CEILING,
        *,
        now: Callable[[], float] = time.monotonic,
        later: Later | None = None,
    ) -> None:
        self._ceiling, self._now, self._later = ceiling, now, later or _on_the_loop
        self._gates: dict[str, _Gate] = {}

    @asynccontextmanager
    async def slot(self, endpoint: str) -> AsyncIterator[None]:
        gate = self._gate(endpoint)
        await gate.enter()
        try:
            yield
        finally:
            gate.leave()
        # Whoever was let in sends before we go on with what came: a slot that waits for our own
        # work is an idle one.
        for _ in range(_TURNS_TO_SEND):
            await asyncio.sleep(0)

    def pushed_back(self, endpoint: str, retry_after_s: float | None = None) -> None:
        self._gate(endpoint).pushed_back(retry_after_s)

    def went_well(self, endpoint: str) -> None:
        self._gate(endpoint).went_well()

    def set_ceiling(self, endpoint: str, ceiling: int) -> None:
        """Requests under way are not disturbed; with a lower one, fewer follow them."""
        self._gate(endpoint).set_ceiling(ceiling)

    def demand(self, endpoint: str) -> int:
        """Requests under way and waiting: as many slots as could be used. Where the endpoint has
        pushed back, one more than it bears at most.
        """
        return self._gate(endpoint).demand

    def under_way(self, endpoint: str) -> int:
        return self._gate(endpoint).busy

    def allowed(self, endpoint: str) -> int:
        """How many may be under way at once as things are."""
        return self._gate(endpoint).allowed

    def _gate(self, endpoint: str) -> _Gate:
        found = self._gates.get(endpoint)
        if found is None:
            found = self._gates[endpoint] = _Gate(self._ceiling, self._now, self._later)
        return found


class _Gate:
    def __init__(self, ceiling: int, now: Callable[[], float], later: Later) -> None:
        self._ceiling, self._now, self._later = ceiling, now, later
        self._wanted = float(_START)
        self._was_pushed_back = False
        self.busy = 0
        self._queue: deque[asyncio.Future[None]] = deque()
        self._cool_until = self._closed_until = -float("inf")

    @property
    def allowed(self) -> int:
        return min(int(self._wanted), self._ceiling)

    @property
    def demand(self) -> int:
        all_of_them = self.busy + len(self._queue)
        return min(all_of_them, int(self._wanted) + 1) if self._was_pushed_back else all_of_them

    async def enter(self) -> None:
        if not self._queue and self._has_room():
            self.busy += 1
            return
        place = asyncio.get_running_loop().create_future()
        self._queue.append(place)
        try:
            await place
        except asyncio.CancelledError:
            # The slot may have been given to him while he was being cancelled.
            if place.done() and not place.cancelled():
                self.leave()
            elif place in self._queue:
                self._queue.remove(place)
            raise

    def leave(self) -> None:
        self.busy -= 1
        self._admit()

    def pushed_back(self, retry_after_s: float | None) -> None:
        now = self._now()
        self._was_pushed_back = True
        if now >= self._cool_until:
            # Under a ceiling that was lowered, those under way are still as many as were too many.
            at_once = min(self._wanted, max(self._ceiling, self.busy))
            self._wanted = max(1.0, at_once * _SHRINK)
            self._cool_until = now + _COOL_DOWN_S
        if retry_after_s is not None:
            closed_s = min(retry_after_s, _LONGEST_HOLD_S)
            self._closed_until = max(self._closed_until, now + closed_s)
            self._later(closed_s, self._admit)

    def went_well(self) -> None:
        if self.allowed < self._ceiling and self.busy >= self.allowed:  # it was made use of
            step = 1 / self._wanted if self._was_pushed_back else 1.0
            self._wanted = min(self._wanted + step, float(self._ceiling))
            self._admit()

    def set_ceiling(self, ceiling: int) -> None:
        self._ceiling = ceiling
        self._admit()

    def _has_room(self) -> bool:
        return self.busy < self.allowed and self._now() >= self._closed_until

    def _admit(self) -> None:
        while self._queue and self._has_room():
            place = self._queue.popleft()
            if place.cancelled():
                continue
            self.busy += 1
            place.set_result(None)


def _on_the_loop(delay_s: float, call: Callable[[], None]) -> object:
    return asyncio.get_running_loop().call_later(delay_s, call)
