"""When a run is decided, as a function of the pairs that were played: no clock, no order of coming.

Whoever runs a tournament hands over whole pairs in the plan's order, up to the first that is
missing, so the same results say the same however they came. What a rule says once it has decided
stands: what is played beyond changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tournaments.pairs import Pair, between, without_repeats
from tournaments.ratings import adjusted_games, raw_games
from tournaments.stats.bradley_terry import Fit, NotConnected, fit
from tournaments.stats.counts import Counts
from tournaments.stats.ranked import RankedRule, RankedState, RankedVerdict, judge
from tournaments.stats.sprt import Sprt, State, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class SprtStop:
    """A test of `first` against `second`, by what was won or with the luck taken out."""

    test: Sprt
    first: str
    second: str
    adjusted: bool = False

    def track(self, pairs: Sequence[Pair]) -> tuple[Verdict, ...]:
        """How it stood after each pair of the two, up to where it was decided."""
        return tuple(self._steps(between(without_repeats(pairs), self.first, self.second)))

    def decided(self, pairs: Sequence[Pair]) -> Verdict | None:
        """None while it is not."""
        track = self.track(pairs)
        return track[-1] if track and track[-1].state is not State.CONTINUE else None

    def _steps(self, pairs: Sequence[Pair]) -> Iterator[Verdict]:
        for count in range(1, len(pairs) + 1):
            verdict = self._verdict(pairs[:count])
            yield verdict
            if verdict.state is not State.CONTINUE:
                return

    def _verdict(self, pairs: Sequence[Pair]) -> Verdict:
        if self.adjusted:
            return self.test.of_adjusted([pair.adjusted for pair in pairs])
        return self.test.of_counts(Counts.of_pairs(pairs, self.first))


@dataclass(frozen=True, slots=True, kw_only=True)
class RankedStop:
    """A rule over a league in which everybody meets everybody, or all are connected by others."""

    rule: RankedRule
    adjusted: bool = False

    def track(self, pairs: Sequence[Pair]) -> tuple[RankedVerdict, ...]:
        """What each look said, up to where it was decided. A look takes place once every pairing
        that has begun has played so many pairs, and sees those alone.
        """
        return tuple(self._steps(_by_pairing(pairs)))

    def decided(self, pairs: Sequence[Pair]) -> RankedVerdict | None:
        """None while it is not."""
        track = self.track(pairs)
        return track[-1] if track and track[-1].state is not RankedState.CONTINUE else None

    def _steps(self, played: Sequence[Sequence[Pair]]) -> Iterator[RankedVerdict]:
        for look in self.rule.looks:
            verdict = self._at(played, look)
            if verdict is None:
                return
            yield verdict
            if verdict.state is not RankedState.CONTINUE:
                return

    def at(self, pairs: Sequence[Pair], look: int) -> RankedVerdict | None:
        """What that look alone says; None where a pairing has not played so many pairs yet."""
        return self._at(_by_pairing(pairs), look)

    def _at(self, played: Sequence[Sequence[Pair]], look: int) -> RankedVerdict | None:
        if min(map(len, played), default=0) < look:
            return None
        found = self._fit([pair for pairing in played for pair in pairing[:look]])
        return None if found is None else judge(found, self.rule, look, adjusted=self.adjusted)

    def _fit(self, pairs: Sequence[Pair]) -> Fit | None:
        counted = without_repeats(pairs)
        try:
            return fit(adjusted_games(counted) if self.adjusted else raw_games(counted))
        except NotConnected:
            return None


def _by_pairing(pairs: Sequence[Pair]) -> list[list[Pair]]:
    played: dict[frozenset[str], list[Pair]] = {}
    for pair in pairs:
        played.setdefault(frozenset((pair.first, pair.second)), []).append(pair)
    return list(played.values())
