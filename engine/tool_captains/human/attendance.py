"""Who of the people of a run is there: kept by captain, over all the matches that he plays at
once.
"""

from __future__ import annotations

from collections.abc import Callable


def _nothing() -> None:
    return None


class Presence:
    """Of one captain. `missed`: questions that he has let pass in a row; `is_gone`: he is not
    waited for.
    """

    def __init__(self) -> None:
        self.missed = 0
        self.is_gone = False
        self._stop: Callable[[], None] = _nothing

    def answered(self) -> None:
        """He is there, wherever that was seen."""
        self.missed, self.is_gone = 0, False
        stop, self._stop = self._stop, _nothing
        stop()

    def miss(self, most: int, call_back: Callable[[], Callable[[], None]]) -> None:
        """He let one more pass; at `most` he is gone, and `call_back` waits for his return until
        what it gives is called.
        """
        self.missed += 1
        if self.missed >= most and not self.is_gone:
            self.is_gone = True
            self._stop = call_back()


class Attendance:
    """The presence of every captain by name; at first everybody is there."""

    def __init__(self) -> None:
        self._of: dict[str, Presence] = {}

    def of(self, captain: str) -> Presence:
        return self._of.setdefault(captain, Presence())
