"""The plan as it is written down: fixtures in their order, each with pair numbers that its two
captains have not played, and what came of it.

A fixture's numbers depend on the fixtures before it in the order of the tournament, never on when
anything ended.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tournaments.meetings import PairsRule, Score, score_of
from tournaments.names import slugs
from tournaments.plan import Fixture, FixtureId, Later, pair_of
from tournaments.standings import EpisodeOutcome

Pair = tuple[EpisodeOutcome, EpisodeOutcome]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A fixture with its score so far, of whole pairs. `is_over`: no pair will be added, and all
    are whole.
    """

    fixture: Fixture
    score: Score
    is_over: bool
    outcomes: tuple[EpisodeOutcome, ...]


class Book:
    """Enter the fixtures in the tournament's order; `outcomes` may come in any."""

    def __init__(
        self, run_id: str, captains: Sequence[str], outcomes: Iterable[EpisodeOutcome]
    ) -> None:
        self._run_id, self._slug = run_id, slugs(captains)
        self._whole = _whole_pairs(outcomes)
        self._numbered = Counter[frozenset[str]]()
        self._least = self._most = 0
        self._fixtures_least = self._fixtures_most = 0
        self.entries: list[Entry] = []

    @property
    def fixtures(self) -> tuple[Fixture, ...]:
        return tuple(entry.fixture for entry in self.entries)

    @property
    def later(self) -> Later:
        return Later(
            at_least=self._least,
            at_most=self._most,
            fixtures_at_least=self._fixtures_least,
            fixtures_at_most=self._fixtures_most,
        )

    def enter(
        self, first: str, second: str, rule: PairsRule, *, round_: int, stage: str, name: str = ""
    ) -> Entry:
        """Two captains meet; how many pairs they play, the rule says."""
        both = frozenset((first, second))
        fixture_id = self._fixture_id(first, second, round_)
        begins = self._numbered[both] + 1
        self._numbered[both] += rule.at_most
        whole, pairs, is_over = self._followed(fixture_id, first, begins, rule)
        if not is_over:
            self._most += 2 * (rule.at_most - pairs)
        fixture = Fixture(
            fixture_id=fixture_id,
            round=round_,
            first=first,
            second=second,
            first_pair=begins,
            pairs=pairs,
            at_most=rule.at_most,
            stage=stage,
            name=name,
        )
        outcomes = tuple(leg for pair in whole for leg in pair)
        entry = Entry(
            fixture=fixture, score=score_of(first, whole), is_over=is_over, outcomes=outcomes
        )
        self.entries.append(entry)
        return entry

    def whole(self, first: str, second: str, round_: int) -> Mapping[int, Pair]:
        """The whole pairs of a fixture so far, by number: both legs, the first captain's first at
        home.
        """
        fixture_id = self._fixture_id(first, second, round_)
        return self._whole.get(f"{self._run_id}-{fixture_id}", {})

    def expect(self, rule: PairsRule, *, at_least: int, at_most: int) -> None:
        """So many fixtures will come whose captains are not known yet."""
        self._fixtures_least += at_least
        self._fixtures_most += at_most
        self._least += 2 * rule.at_first * at_least
        self._most += 2 * rule.at_most * at_most

    def expect_pairs(self, at_most: int) -> None:
        """So many pairs may come of fixtures that are entered."""
        self._most += 2 * at_most

    def _fixture_id(self, first: str, second: str, round_: int) -> FixtureId:
        return FixtureId(f"r{round_}-{self._slug[first]}-v-{self._slug[second]}")

    def _followed(
        self, fixture_id: FixtureId, first: str, begins: int, rule: PairsRule
    ) -> tuple[Sequence[Pair], int, bool]:
        """The whole pairs, how many there are to be by now, and whether that is all."""
        pairs, had = rule.at_first, self._whole.get(f"{self._run_id}-{fixture_id}", {})
        while True:
            whole = [had[number] for number in sorted(had) if number < begins + pairs]
            if len(whole) < pairs:
                return whole, pairs, False
            more = rule.more(score_of(first, whole))
            if more == 0:
                return whole, pairs, True
            pairs += more


def _whole_pairs(outcomes: Iterable[EpisodeOutcome]) -> Mapping[str, Mapping[int, Pair]]:
    """Of each fixture, by run and id, its pairs of which both legs count, by number."""
    legs: dict[str, EpisodeOutcome] = {}
    for outcome in outcomes:
        if not outcome.end_reason.is_void:
            before = legs.get(outcome.episode_id, outcome)
            legs[outcome.episode_id] = max(before, outcome, key=lambda one: one.attempt)
    waiting: dict[str, EpisodeOutcome] = {}
    whole: dict[str, dict[int, Pair]] = defaultdict(dict)
    for name in sorted(legs):
        pair = pair_of(name)
        other = waiting.pop(pair, None)
        if other is None:
            waiting[pair] = legs[name]
        else:
            fixture, _, number = pair.rpartition("-p")
            whole[fixture][int(number)] = (other, legs[name])
    return whole
