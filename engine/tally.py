"""What is counted of one captain's answers in a match."""

from __future__ import annotations

from dataclasses import dataclass

from engine.errors import CallError, LateCall, MalformedCall, UnknownTool
from engine.events import SeatCounts


@dataclass(slots=True, kw_only=True)
class Tally:
    """What one captain was asked, and how the answers came. `rethinks`: how often he was asked
    again after an unusable answer. `fines` in reward, overhead calls only.
    """

    decisions: int = 0
    rethinks: int = 0
    illegal: int = 0
    malformed: int = 0
    unknown: int = 0
    late: int = 0
    fallbacks: int = 0
    timeouts: int = 0
    overhead: int = 0
    fines: float = 0.0

    @property
    def own(self) -> int:
        """Decisions that the captain himself answered."""
        return self.decisions - self.fallbacks - self.timeouts

    def refuse(self, error: CallError) -> None:
        """Counts an unusable answer by what was wrong with it."""
        match error:
            case LateCall():
                self.late += 1
            case UnknownTool():
                self.unknown += 1
            case MalformedCall():
                self.malformed += 1
            case _:
                self.illegal += 1

    def of(self, captain: str) -> SeatCounts:
        """The counts as a result reports them: late calls are illegal there, unknown tools
        malformed.
        """
        return SeatCounts(
            captain=captain,
            decisions=self.decisions,
            own=self.own,
            fallbacks=self.fallbacks,
            timeouts=self.timeouts,
            rethinks=self.rethinks,
            illegal=self.illegal + self.late,
            malformed=self.malformed + self.unknown,
            fines=round(self.fines, 9),
            coverage=self.own / self.decisions if self.decisions else 1.0,
        )
