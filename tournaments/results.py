"""What has ended of a tournament, fixture by fixture, and what was made of it.

Results may come in any order. What was made of a fixture is kept until another of its pairs is
whole, so a run that asks again and again how it goes looks only at what has changed.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from tournaments.growing import Growing
from tournaments.meetings import PairsRule, Score, score_of
from tournaments.plan import pair_of
from tournaments.standings import EpisodeOutcome

LEGS: Final = 2

Legs = tuple[EpisodeOutcome, EpisodeOutcome]
"""Both legs of a pair, the one in which its first captain is at home first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """A fixture by its rule: how many pairs there are to be by now, and whether that is all."""

    pairs: int
    is_over: bool
    score: Score


@dataclass(slots=True)
class FixtureResults:
    """The pairs of a fixture of which both legs count, by number, and the legs that wait."""

    whole: dict[int, Legs] = field(default_factory=dict)
    _half: dict[int, EpisodeOutcome] = field(default_factory=dict)
    _kept: tuple[Hashable, Followed] | None = None

    def add(self, number: int, outcome: EpisodeOutcome) -> bool:
        """A leg of pair `number` counts; the latest attempt at it stands. Whether a whole pair is
        another now.
        """
        legs = self._legs(number)
        before = next((leg for leg in legs if leg.episode_id == outcome.episode_id), None)
        if before is not None and outcome.attempt <= before.attempt:
            return False
        others = (leg for leg in legs if leg is not before)
        now = sorted((*others, outcome), key=lambda leg: leg.episode_id)
        if len(now) < LEGS:
            self._half[number] = outcome
            return False
        self._half.pop(number, None)
        self.whole[number] = (now[0], now[1])
        self._kept = None
        return len(legs) == LEGS

    def followed(self, first: str, begins: int, rule: PairsRule) -> Followed:
        """How the rule follows the whole pairs from number `begins` on, as `first` sees them."""
        asked = (first, begins, rule)
        if self._kept is None or self._kept[0] != asked:
            self._kept = (asked, self._follow(first, begins, rule))
        return self._kept[1]

    def _follow(self, first: str, begins: int, rule: PairsRule) -> Followed:
        pairs = rule.at_first
        while True:
            numbers = sorted(number for number in self.whole if number < begins + pairs)
            score = score_of(first, [self.whole[number] for number in numbers])
            more = rule.more(score) if len(numbers) == pairs else 0
            if more == 0:
                return Followed(pairs=pairs, is_over=len(numbers) == pairs, score=score)
            pairs += more

    def _legs(self, number: int) -> Sequence[EpisodeOutcome]:
        if number in self.whole:
            return self.whole[number]
        return [self._half[number]] if number in self._half else []


class Results:
    """Of every fixture, by the run's and its own id. `growing`: the stages that a rule stops, by
    name; they begin again where a pair that was whole is another one now.
    """

    def __init__(self) -> None:
        self._fixtures: dict[str, FixtureResults] = {}
        self.growing: dict[str, Growing] = {}

    def add(self, outcome: EpisodeOutcome) -> None:
        """An episode ended; a void one counts for nothing here."""
        fixture, _, number = pair_of(outcome.episode_id).rpartition("-p")
        if outcome.end_reason.is_void or not number.isdecimal():
            return
        if self._fixtures.setdefault(fixture, FixtureResults()).add(int(number), outcome):
            self.growing.clear()

    def of(self, fixture: str) -> FixtureResults:
        return self._fixtures.setdefault(fixture, FixtureResults())

    def whole(self, fixture: str) -> Mapping[int, Legs]:
        """The whole pairs of a fixture so far, by number."""
        return self.of(fixture).whole
