"""Calls that only prepare: how many may be made for a question, which are overhead, and what those
cost that an over does not leave free.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from engine.rewards import FREE_OVERHEAD_CALLS, OVERHEAD_FINE
from engine.tally import Tally
from engine.tools import Tool

# So many calls that do not commit may be made for one question; then one that commits is due.
MAX_PREPARING_CALLS: Final = 12


@dataclass(slots=True, kw_only=True)
class Overhead:
    """`this_over`: the overhead calls of the over, free ones too. They are counted in `tally`."""

    tally: Tally
    this_over: int = 0
    _calls: int = 0  # for the open question
    _field_was_set: bool = False

    @property
    def may_prepare(self) -> bool:
        return self._calls < MAX_PREPARING_CALLS

    def next_question(self) -> None:
        self._calls, self._field_was_set = 0, False

    def next_over(self) -> None:
        self.this_over = 0

    def book(self, tool: Tool) -> float:
        """Counts a call that only prepares; gives its fine. The first field for a ball is half of
        the ball, and no overhead.
        """
        self._calls += 1
        is_overhead = tool.overhead
        if tool.name == "set_field":
            is_overhead, self._field_was_set = self._field_was_set, True
        if not is_overhead:
            return 0.0
        self.this_over += 1
        self.tally.overhead += 1
        fine = OVERHEAD_FINE if self.this_over > FREE_OVERHEAD_CALLS else 0.0
        self.tally.fines += fine
        return fine
