"""Who did how against whom: cells, ratings and fixtures as data for whoever draws them.

Every cell is the table's own tally, so that the cells of a captain add up to his row.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from tournaments.pairs import Pair
from tournaments.plan import TournamentPlan
from tournaments.spec import Points
from tournaments.standings import EpisodeOutcome, Table
from tournaments.stats.means import Estimate, of_captains, of_meeting


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """Two captains' matches, as `first` sees them. `adjusted` is his score with the luck out."""

    first: str
    second: str
    played: int
    won: int
    lost: int
    tied: int
    void: int
    points: int
    points_against: int
    adjusted: Estimate | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """One captain. `share` of the points that he could have won, 0…1; None before he played."""

    captain: str
    share: float | None
    adjusted: Estimate | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FixtureScore:
    """How a fixture stands: matches that each captain won, ties, and void matches."""

    first: int
    second: int
    tied: int
    void: int


def cells(table: Table, pairs: Iterable[Pair]) -> tuple[Cell, ...]:
    """A cell for every two captains who have met, in the table's order of captains."""
    place = {captain: index for index, captain in enumerate(table.captains)}
    met: dict[tuple[str, str], list[Pair]] = defaultdict(list)
    for pair in pairs:
        first, second = sorted((pair.first, pair.second), key=lambda captain: place[captain])
        met[first, second].append(pair)
    every = (
        _cell(table, first, second, met[first, second])
        for first, second in combinations(table.captains, 2)
    )
    return tuple(cell for cell in every if cell.played or cell.void)


def ratings(table: Table, pairs: Iterable[Pair]) -> tuple[Rating, ...]:
    """Every captain, in the table's order of captains."""
    adjusted = of_captains(pairs)
    return tuple(
        Rating(
            captain=captain,
            share=_share(table, captain, table.points),
            adjusted=adjusted.get(captain),
        )
        for captain in table.captains
    )


def fixture_scores(
    plan: TournamentPlan, outcomes: Iterable[EpisodeOutcome]
) -> tuple[FixtureScore, ...]:
    """How every fixture of the plan stands, in the plan's order."""
    ended: dict[str, Counter[str | None]] = defaultdict(Counter)
    void = Counter[str]()
    for outcome in outcomes:
        fixture = plan.fixture_of(outcome.episode_id)
        if outcome.end_reason.is_void:
            void[fixture] += 1
        else:
            ended[fixture][outcome.winner] += 1
    return tuple(
        FixtureScore(
            first=ended[fixture.fixture_id][fixture.first],
            second=ended[fixture.fixture_id][fixture.second],
            tied=ended[fixture.fixture_id][None],
            void=void[fixture.fixture_id],
        )
        for fixture in plan.fixtures
    )


def _cell(table: Table, first: str, second: str, pairs: Sequence[Pair]) -> Cell:
    tally, other = table.against(first, second), table.against(second, first)
    return Cell(
        first=first,
        second=second,
        played=tally.played,
        won=tally.won,
        lost=tally.lost,
        tied=tally.tied,
        void=tally.void,
        points=tally.points(table.points),
        points_against=other.points(table.points),
        adjusted=of_meeting(pairs, first),
    )


def _share(table: Table, captain: str, worth: Points) -> float | None:
    tally = table.total(captain)
    most = tally.played * worth.win
    return tally.points(worth) / most if most else None
