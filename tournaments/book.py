"""The plan as it is written down: fixtures in their order, each with pair numbers that its two
captains have not played, and what came of it.

A fixture's numbers depend on the fixtures before it in the order of the tournament, never on when
anything ended.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tournaments.meetings import PairsRule, Score
from tournaments.names import slugs
from tournaments.plan import Fixture, FixtureId, Later
from tournaments.results import Legs, Results


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A fixture with its score so far, of whole pairs. `is_over`: no pair will be added, and all
    are whole.
    """

    fixture: Fixture
    score: Score
    is_over: bool


class Book:
    """Enter the fixtures in the tournament's order."""

    def __init__(self, run_id: str, captains: Sequence[str], results: Results) -> None:
        self._run_id, self._slug, self.results = run_id, slugs(captains), results
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
        results = self.results.of(f"{self._run_id}-{fixture_id}")
        followed = results.followed(first, begins, rule)
        if not followed.is_over:
            self._most += 2 * (rule.at_most - followed.pairs)
        fixture = Fixture(
            fixture_id=fixture_id,
            round=round_,
            first=first,
            second=second,
            first_pair=begins,
            pairs=followed.pairs,
            at_most=rule.at_most,
            stage=stage,
            name=name,
        )
        entry = Entry(fixture=fixture, score=followed.score, is_over=followed.is_over)
        self.entries.append(entry)
        return entry

    def whole(self, first: str, second: str, round_: int) -> Mapping[int, Legs]:
        """The whole pairs of a fixture so far, by number."""
        return self.results.whole(f"{self._run_id}-{self._fixture_id(first, second, round_)}")

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
