"""How fast the episodes of a run end, and so how long the rest will take."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import Final, NamedTuple

WINDOW_S: Final = 60.0
WINDOW_EPISODES: Final = 20  # the window is longer where fewer than these end in it


_TELLING: Final = 50  # telling of it takes a fiftieth of a run's time, however long it is


def spaced_s(least_s: float, took_s: float) -> float:
    """Until something is told again that took so long to make."""
    return max(least_s, _TELLING * took_s)


class Done(NamedTuple):
    """What has ended so far; `work_s` are the seconds that those episodes took, side by side or
    not.
    """

    episodes: int
    work_s: float = 0.0


class _Seen(NamedTuple):
    at_s: float
    done: Done


class Pace:
    """Looks back over the last `WINDOW_S`, or over `WINDOW_EPISODES` where those took longer."""

    def __init__(self, done: Done, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._started_s = clock()
        self._seen = deque([_Seen(self._started_s, done)])

    @property
    def seconds(self) -> float:
        """Since the run was started."""
        return self._clock() - self._started_s

    def note(self, done: Done) -> None:
        """So much has ended by now."""
        now_s, seen = self._clock(), self._seen
        if done.episodes != seen[-1].done.episodes:
            seen.append(_Seen(now_s, done))
        while len(seen) > 1 and (
            now_s - seen[1].at_s >= WINDOW_S
            and done.episodes - seen[1].done.episodes >= WINDOW_EPISODES
        ):
            seen.popleft()

    @property
    def per_s(self) -> float | None:
        """Episodes a second; None before one has ended."""
        return self._rate(self._lately.episodes)

    def left_s(self, episodes: int, work_s: float | None = None) -> float | None:
        """How long so many more will take that take so much work, or as long as those before them
        where nobody knows; None where nobody can tell.
        """
        rate = self._rate(self._lately.work_s)
        if rate is not None and work_s is not None:
            return work_s / rate
        per_s = self.per_s
        return episodes / per_s if per_s else None

    @property
    def _lately(self) -> Done:
        before, now = self._seen[0].done, self._seen[-1].done
        return Done(now.episodes - before.episodes, now.work_s - before.work_s)

    def _rate(self, amount: float) -> float | None:
        """So much in the time that is looked back over, a second."""
        passed_s = self._clock() - self._seen[0].at_s
        return amount / passed_s if amount > 0 and passed_s > 0 else None
