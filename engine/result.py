"""What is left of an episode when it ended: one line of a run's results."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine import events as ev
from engine.cricket.choices import Election, Seat
from engine.cricket.nodes import TossMade
from engine.cricket.scorecard import InningsCard


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeResult:
    """How an episode ended. `home` and `away` are the captains' names; `winner` their seat, None
    for tie or void.

    `luck` is the home side's, in match results (1 = a win), `setup_luck` the part of it that was
    drawn before the toss; both to nine decimals, as records have them. `toss`: who won it and what
    he chose, None where there was none and in results of old. `turns` counts the questions
    answered. `failed` is the seat whose captain could not go on, where that ended it: a forfeit,
    his transport, his settings.
    `observer_failures` says which observers stopped listening, and why. `took_s`: seconds of this
    attempt, None where nobody took the time. `taken_from`: the episode of an earlier run whose
    result this is.
    """

    episode_id: str
    attempt: int
    seed: int
    home: str
    away: str
    winner: Seat | None
    end_reason: ev.EndReason
    result: str
    innings: tuple[ev.InningsLine, ...]
    turns: int
    deliveries: int
    luck: float
    counts: dict[Seat, ev.SeatCounts]
    record_digest: str
    error: str | None
    cards: tuple[InningsCard, ...]
    observer_failures: tuple[str, ...] = ()
    setup_luck: float = 0.0
    failed: Seat | None = None
    toss: TossMade | None = None
    took_s: float | None = field(default=None, compare=False)
    taken_from: str | None = None

    def captain(self, seat: Seat) -> str:
        return self.home if seat is Seat.HOME else self.away

    def batting_captain(self, innings: int) -> str:
        """Whose side bats in `innings`, counted from 1."""
        seats = {line.innings: line.batting for line in self.innings}
        return self.home if seats[innings] == Seat.HOME.value else self.away

    def score(self, seat: Seat) -> float:
        """1 for a win, 0 for a loss, ½ for what nobody won."""
        if self.winner is None:
            return 0.5
        return 1.0 if self.winner == seat else 0.0

    def adjusted(self, seat: Seat) -> float:
        """The score less the luck that the seat had; any real number, never clipped."""
        return self.score(seat) - (self.luck if seat is Seat.HOME else -self.luck)

    @property
    def fallbacks(self) -> int:
        return sum(counts.fallbacks for counts in self.counts.values())


def toss_of(told: ev.TossEvent) -> TossMade:
    """What the event of a record says of it."""
    return TossMade(winner=Seat(told.data.winner), elected=Election(told.data.elected))
