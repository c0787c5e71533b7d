"""How fast the episodes of a run end, and so how long the rest will take."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import Final

WINDOW_S: Final = 60.0
WINDOW_EPISODES: Final = 20  # the window is longer where fewer than these end in it


class Pace:
    """Looks back over the last `WINDOW_S`, or over `WINDOW_EPISODES` where those took longer."""

    def __init__(self, done: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._started_s = clock()
        self._seen = deque([(self._started_s, done)])

    @property
    def seconds(self) -> float:
        """Since the run was started."""
        return self._clock() - self._started_s

    def note(self, done: int) -> None:
        """So many episodes have ended by now."""
        now_s, seen = self._clock(), self._seen
        if done != seen[-1][1]:
            seen.append((now_s, done))
        while len(seen) > 1 and (
            now_s - seen[1][0] >= WINDOW_S and done - seen[1][1] >= WINDOW_EPISODES
        ):
            seen.popleft()

    @property
    def per_s(self) -> float | None:
        """Episodes a second; None before one has ended."""
        since_s, before = self._seen[0]
        passed_s, ended = self._clock() - since_s, self._seen[-1][1] - before
        return ended / passed_s if ended and passed_s > 0 else None

    def left_s(self, episodes: int) -> float | None:
        """How long so many more will take; None where nobody can tell."""
        per_s = self.per_s
        return episodes / per_s if per_s else None
