"""A tournament as it goes on: its results come one by one, and how it goes may be asked for at any
time.

A course is a pure function of the spec, the file digest, the occasion and what has ended; the same
four give the same course in any process, in whatever order the results came. So a run asks for it,
plays what is new in it, and asks again until nothing is; a run that is resumed does the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tournaments.book import Book
from tournaments.course import Course, Walk
from tournaments.digest import FileDigest
from tournaments.entrants import entry_name
from tournaments.pairs import Pair, pair_of_outcomes
from tournaments.plan import FIRST_OCCASION, TournamentPlan, checked_occasion, run_id
from tournaments.results import Results
from tournaments.spec import TournamentSpec
from tournaments.standings import EpisodeOutcome


class Season:
    """Of one tournament on one occasion. Raises `BadOccasion` for a name that cannot be part of a
    path.
    """

    def __init__(
        self, spec: TournamentSpec, digest: FileDigest, occasion: str = FIRST_OCCASION
    ) -> None:
        self._spec, self._occasion = spec, checked_occasion(occasion)
        self._run_id = run_id(spec.name, digest, self._occasion)
        self._captains = tuple(entry_name(entry) for entry in spec.entrants)
        self._results = Results()
        self._course: Course | None = None

    def add(self, outcome: EpisodeOutcome) -> None:
        """An episode ended. Of several attempts at it the latest counts that is not void."""
        self._results.add(outcome)
        self._course = None

    def course(self) -> Course:
        """How the tournament goes on after these outcomes."""
        if self._course is None:
            self._course = self._walked()
        return self._course

    def pairs(self) -> Iterator[Pair]:
        """The whole pairs so far, in the plan's order."""
        plan = self.course().plan
        for fixture in plan.fixtures:
            whole = self._results.whole(f"{self._run_id}-{fixture.fixture_id}")
            for number, legs in sorted(whole.items()):
                yield pair_of_outcomes(plan.match_seed(fixture, number), *legs)

    def _walked(self) -> Course:
        book = Book(self._run_id, self._captains, self._results)
        walk = Walk(self._spec, self._occasion, book)
        walk.go()
        plan = TournamentPlan(
            run_id=self._run_id,
            seed=self._spec.seed,
            occasion=self._occasion,
            shared_seeds=self._spec.match.shared_seeds,
            captains=self._captains,
            fixtures=tuple(sorted(book.fixtures, key=lambda fixture: fixture.round)),
            later=book.later,
        )
        return Course(
            plan=plan,
            stages=tuple(walk.stages),
            champion=walk.champion,
            stopping=walk.stopping,
        )


def course_of(
    spec: TournamentSpec,
    digest: FileDigest,
    occasion: str = FIRST_OCCASION,
    outcomes: Iterable[EpisodeOutcome] = (),
) -> Course:
    """How the tournament goes on after these outcomes; raises `BadOccasion`."""
    season = Season(spec, digest, occasion)
    for outcome in outcomes:
        season.add(outcome)
    return season.course()


def plan_tournament(
    spec: TournamentSpec,
    digest: FileDigest,
    occasion: str = FIRST_OCCASION,
    outcomes: Iterable[EpisodeOutcome] = (),
) -> TournamentPlan:
    """The plan after these outcomes; raises `BadOccasion`."""
    return course_of(spec, digest, occasion, outcomes).plan
