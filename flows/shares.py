"""How many of an endpoint's slots a process should hold, and what it has needed lately.

Nobody tells the others what to give up: each process sees how many slots are taken and how many
others wait for more, and comes to its share by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import ceil
from typing import Final

from flows.slots import Seen

IDLE_S: Final = 5.0  # what was not needed for one to two of these is given back


class Peak:
    """The most that was needed within the last `IDLE_S`, at most twice that."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now, self._since = now, now()
        self._lately = self._before = 0

    @property
    def value(self) -> int:
        self._pass()
        return max(self._lately, self._before)

    def note(self, needed: int) -> bool:
        """Whether it is more than was known."""
        grew = needed > self.value
        self._lately = max(self._lately, needed)
        return grew

    def _pass(self) -> None:
        passed_s = self._now() - self._since
        if passed_s >= IDLE_S:
            self._before = self._lately if passed_s < 2 * IDLE_S else 0
            self._lately, self._since = 0, self._now()


def fair_share(seen: Seen, waiting: int) -> int:
    """Of one process, where so many others wait: what is left over is for whoever is first."""
    return ceil(seen.limit / (waiting + 1))


def share(held: int, wanted: int, seen: Seen, waiting: int) -> int:
    """How many slots to hold for one who holds `held` and could use `wanted`, while so many others
    wait for more.
    """
    if seen.taken > seen.limit:  # it was lowered: everybody by the same factor
        return min(wanted, held * seen.limit // seen.taken)
    if waiting:
        wanted = min(wanted, fair_share(seen, waiting))
    return min(wanted, held + seen.limit - seen.taken)


def parts(slots: int) -> Iterator[int]:
    """Leases to take, as one is given back whole: any number of slots can be made of these."""
    while slots > 0:
        part = ceil(slots / 2)
        yield part
        slots -= part
