"""What a report tells of the play: decisions by phase, the balls that turned matches. A fold over
gists, which keeps nothing of a match but the toss of one whose result is too old to have it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from heapq import nlargest
from typing import Final

from engine.cricket.choices import DecisionKind, Election, Seat
from engine.cricket.nodes import TossMade
from engine.events import SeatCounts
from engine.phases import Part
from engine.result import EpisodeResult
from engine.wire import DECIMALS
from flows.gists import Gist, Swing
from flows.report.content import Quality, Spent, Turned, TurningPoint

MOST_TURNING: Final = 12
LEAST_TURN: Final = 0.1  # of win probability: by less no match turns


class Play:
    """Of results that count, which come by `add`, and of their gists, which come after them."""

    def __init__(self) -> None:
        self.tosses: dict[str, TossMade] = {}
        self._results: dict[str, EpisodeResult] = {}
        self._matches: Counter[str] = Counter()
        self._kinds: Counter[tuple[str, str]] = Counter()
        self._kind_costs: dict[tuple[str, str], float] = defaultdict(float)
        self._phases: Counter[tuple[str, str]] = Counter()
        self._phase_costs: dict[tuple[str, str], float] = defaultdict(float)
        self._turned: Counter[tuple[int, int]] = Counter()
        self._most: list[tuple[Swing, Gist]] = []

    def add(self, result: EpisodeResult, counts: Mapping[Seat, SeatCounts]) -> None:
        """`counts` are the result's own, which it need not keep."""
        self._results[result.episode_id] = result
        for seat, counted in counts.items():
            captain = result.captain(seat)
            self._matches[captain] += bool(counted.costs)
            for kind, cost in counted.costs.items():
                self._kinds[captain, kind] += cost.decisions
                self._kind_costs[captain, kind] += cost.total

    def read(self, gists: Iterable[Gist]) -> None:
        for gist in gists:
            self._tossed(gist)
            self._decided(gist)
            self._swung(gist)

    def _tossed(self, gist: Gist) -> None:
        is_told = self._results[gist.episode_id].toss is not None
        if not is_told and gist.toss is not None and gist.elected is not None:
            made = TossMade(winner=gist.toss, elected=Election(gist.elected))
            self.tosses[gist.episode_id] = made

    def _decided(self, gist: Gist) -> None:
        result = self._results[gist.episode_id]
        for seat, phases in gist.costs.items():
            for phase, spent in phases.items():
                self._phases[result.captain(seat), phase] += spent.decisions
                self._phase_costs[result.captain(seat), phase] += spent.total

    def _swung(self, gist: Gist) -> None:
        if not gist.swings:
            return
        most = gist.swings[0]
        if most.size >= LEAST_TURN:
            self._turned[most.innings, int(most.ball.partition(".")[0]) + 1] += 1
        if len(self._most) < MOST_TURNING or most.size > self._most[-1][0].size:
            found = [*self._most, (most, gist)]
            self._most = nlargest(MOST_TURNING, found, key=lambda told: told[0].size)

    def quality(self, captains: Sequence[str]) -> tuple[Quality, ...]:
        """Of those who decided anything that has a price, in the order given."""
        matches, kinds, costs = self._matches, self._kinds, self._kind_costs
        told = (
            Quality(
                captain=captain,
                matches=matches[captain],
                a_match=round(
                    sum(costs[captain, kind] for kind in DecisionKind) / max(1, matches[captain]),
                    DECIMALS,
                ),
                phases=_spent(captain, tuple(Part), self._phases, self._phase_costs),
                kinds=_spent(captain, tuple(DecisionKind), kinds, costs),
            )
            for captain in captains
        )
        return tuple(one for one in told if one.matches)

    def turning(self) -> tuple[TurningPoint, ...]:
        """The balls by which matches turned most, one a match, the largest first."""
        return tuple(_turning(swing, self._results[gist.episode_id]) for swing, gist in self._most)

    def turned(self) -> tuple[Turned, ...]:
        """By innings and over, of matches that turned by `LEAST_TURN`; super overs too."""
        return tuple(
            Turned(innings=innings, over=over, matches=matches)
            for (innings, over), matches in sorted(self._turned.items())
        )


def _spent(
    captain: str,
    names: Sequence[str],
    decisions: Mapping[tuple[str, str], int],
    costs: Mapping[tuple[str, str], float],
) -> dict[str, Spent]:
    return {
        str(name): Spent(
            decisions=decisions[captain, name],
            mean=round(costs[captain, name] / decisions[captain, name], DECIMALS),
            total=round(costs[captain, name], DECIMALS),
        )
        for name in names
        if decisions[captain, name]
    }


def _turning(swing: Swing, result: EpisodeResult) -> TurningPoint:
    gained = Seat.HOME if swing.after > swing.before else Seat.AWAY
    home = gained is Seat.HOME
    return TurningPoint(
        episode_id=result.episode_id,
        attempt=result.attempt,
        home=result.home,
        away=result.away,
        gained=result.captain(gained),
        before=swing.before if home else 1 - swing.before,
        after=swing.after if home else 1 - swing.after,
        luck=swing.luck if home else -swing.luck,
        innings=swing.innings,
        place=swing.place,
        outcome=swing.outcome,
        striker=swing.striker,
        bowler=swing.bowler,
        score=swing.score,
        result=result.result,
    )
