"""How often what dies while it is needed is begun again."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

MOST: Final = 5  # what dies more often has something to say in its log
STEADY_S: Final = 3_600.0


class Restarts:
    """`MOST` times, and anew for what has lived for `STEADY_S`: an `up` stays for months."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now, self._left, self._since_s = now, MOST, now()

    def again(self) -> bool:
        """It has died: whether it is begun once more, now."""
        now_s = self._now()
        if now_s - self._since_s >= STEADY_S:
            self._left = MOST
        self._since_s = now_s
        self._left -= 1
        return self._left >= 0
