"""Which line is said next: speech is slower than cricket, so most lines are never said.

What matters most goes first; a line is never said after a later one; what is old is dropped, and
sooner where something that matters as much has come since; where lines pile up, the summary of an
over stands for its balls. Pure: the clock is the caller's.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from spectator.commentary import Line, Weight

MOST_WAITING: Final = 50
_BEHIND: Final = 2  # balls that wait when their over is summed up
_RANK: Final = {Weight.WICKET: 0, Weight.BOUNDARY: 1, Weight.OVER: 2, Weight.BALL: 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    line: Line
    since_s: float

    @property
    def rank(self) -> int:
        return _RANK[self.line.weight]


@dataclass(slots=True, kw_only=True)
class WaitingLines:
    """Lines to say, none older than `stale_s`; half of that where it is overtaken."""

    stale_s: float
    _lines: list[Waiting] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self._lines)

    def put(self, line: Line, now_s: float) -> None:
        if line.weight is Weight.OVER:
            self._sum_up()
        self._lines.append(Waiting(line=line, since_s=now_s))
        if len(self._lines) > MOST_WAITING:
            self._lines.remove(max(self._lines, key=_order))

    def take(self, now_s: float) -> Waiting | None:
        """The line to say now; those before it are not said any more."""
        self._lines = [each for each in self._lines if self._is_fresh(each, now_s)]
        if not self._lines:
            return None
        best = min(self._lines, key=_order)
        self._lines = [each for each in self._lines if each.line.of > best.line.of]
        return best

    def keep_last(self) -> None:
        self._lines = self._lines[-1:]

    def _is_fresh(self, one: Waiting, now_s: float) -> bool:
        of, rank = one.line.of, one.rank
        is_overtaken = any(each.line.of > of and each.rank <= rank for each in self._lines)
        return now_s - one.since_s <= (self.stale_s / 2 if is_overtaken else self.stale_s)

    def _sum_up(self) -> None:
        balls = [each for each in self._lines if each.line.weight is Weight.BALL]
        if len(balls) >= _BEHIND:
            self._lines = [each for each in self._lines if each not in balls]


def _order(waiting: Waiting) -> tuple[int, int]:
    return waiting.rank, waiting.line.of
