"""How a tournament goes: from the file and the results so far to the plan so far."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, assert_never

from engine.seeds import derive_seed
from tournaments.book import Book, Entry
from tournaments.bracket import Encounters, Played, play_bracket
from tournaments.entering import enter_all
from tournaments.entrants import entry_name
from tournaments.formats import (
    Gauntlet,
    Groups,
    Knockout,
    Ladder,
    LeaguePlayoffs,
    RoundRobin,
    Seeding,
    Swiss,
    WithBracket,
)
from tournaments.meetings import Fixed
from tournaments.plan import Occasion, TournamentPlan, lot_seed
from tournaments.schedules import (
    Encounter,
    Pairing,
    climb,
    default_rounds,
    gauntlet,
    knockout,
    page_playoffs,
    qualifiers,
    round_robin,
    serpentine,
    swiss_round,
)
from tournaments.schedules.groups import group_letter
from tournaments.spec import TournamentSpec
from tournaments.standings import Standing, Table
from tournaments.stopping import Stopping

LEAGUE: Final = "League"
GAUNTLET: Final = "Gauntlet"
KNOCKOUT: Final = "Knockout"
PLAYOFFS: Final = "Play-offs"
SWISS: Final = "Swiss"
LADDER: Final = "Ladder"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A part of the tournament and how it stands: a table, the encounters of a bracket, or the
    rungs of a ladder from the top. `is_over`: all of it has been played.
    """

    name: str
    is_over: bool
    standings: tuple[Standing, ...] = ()
    encounters: tuple[Played, ...] = ()
    rungs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """The plan so far and how its stages stand. `champion` of a format that makes one; `stopping`
    of a file that says when to stop.
    """

    plan: TournamentPlan
    stages: tuple[Stage, ...]
    champion: str | None
    stopping: Stopping | None = None


def new_table(spec: TournamentSpec, captains: Sequence[str], occasion: Occasion) -> Table:
    """An empty table of these captains of the tournament."""
    return Table(
        captains,
        points=spec.points,
        lot=lot_seed(spec.seed, occasion),
        by_share=spec.stop is not None or isinstance(spec.format, Swiss | Gauntlet),
        has_rests=isinstance(spec.format, Swiss),
    )


class Walk:
    """Through a tournament, from its first fixture to the last that is known."""

    def __init__(self, spec: TournamentSpec, occasion: Occasion, book: Book) -> None:
        self._spec, self._occasion, self.book = spec, occasion, book
        self._captains = [entry_name(entry) for entry in spec.captains]
        self._fixed = Fixed(spec.match.pairs)
        self.stages: list[Stage] = []
        self.champion: str | None = None
        self.stopping: Stopping | None = None

    def go(self) -> None:
        form = self._spec.format
        match form:
            case RoundRobin():
                self._league(self._captains, LEAGUE, form.legs)
            case Gauntlet():
                self._gauntlet()
            case Knockout():
                self._knockout(form)
            case Swiss():
                self._swiss(form)
            case LeaguePlayoffs():
                self._league_playoffs(form)
            case Groups():
                self._groups(form)
            case Ladder():
                self._ladder(form)
            case _:
                assert_never(form)

    def _league(self, captains: Sequence[str], stage: str, legs: int) -> Stage:
        entries = self._entered(round_robin(captains, legs=legs), stage)
        return self._add_table(stage, self._table(captains, entries), entries)

    def _gauntlet(self) -> None:
        opponents = [entry_name(entry) for entry in self._spec.opponents]
        entries = self._entered(gauntlet(self._captains, opponents), GAUNTLET)
        everybody = [*self._captains, *opponents]
        self._add_table(GAUNTLET, self._table(everybody, entries), entries)

    def _entered(self, meetings: Sequence[Pairing], stage: str) -> Sequence[Entry]:
        """Fixtures that are known from the start, though not how many pairs they have."""
        entered = enter_all(self.book, self._spec, self._occasion, meetings, stage)
        self.stopping = entered.stopping
        return entered.entries

    def _knockout(self, form: Knockout) -> None:
        seeds = self._seeded(form.seeding)
        labels = [f"seed {number}" for number in range(1, len(seeds) + 1)]
        bracket = knockout(len(seeds), third_place=form.third_place)
        self._bracket(self._encounters(form, bracket), KNOCKOUT, seeds, labels)

    def _league_playoffs(self, form: LeaguePlayoffs) -> None:
        league = self._league(self._captains, LEAGUE, form.legs)
        count = form.qualifiers
        bracket = (
            page_playoffs()
            if form.playoffs == "page"
            else knockout(count, third_place=form.third_place)
        )
        seeds = [row.captain for row in league.standings[:count]] if league.is_over else None
        labels = [f"League {place}" for place in range(1, count + 1)]
        self._bracket(self._encounters(form, bracket), PLAYOFFS, seeds, labels)

    def _groups(self, form: Groups) -> None:
        groups = serpentine(self._seeded(form.seeding), form.groups)
        played = [
            self._league(members, f"Group {group_letter(number)}", form.legs)
            for number, members in enumerate(groups)
        ]
        going_on = qualifiers(form.groups, form.advance)
        seeds = None
        if all(stage.is_over for stage in played):
            seeds = [played[q.group].standings[q.place - 1].captain for q in going_on]
        bracket = knockout(len(going_on), third_place=form.third_place)
        labels = [one.label for one in going_on]
        self._bracket(self._encounters(form, bracket), KNOCKOUT, seeds, labels)

    def _encounters(self, form: WithBracket, bracket: tuple[Encounter, ...]) -> Encounters:
        return Encounters(form, self._spec, bracket, lot_seed(self._spec.seed, self._occasion))

    def _bracket(
        self,
        encounters: Encounters,
        stage: str,
        seeds: Sequence[str] | None,
        labels: Sequence[str],
    ) -> None:
        after = max((entry.fixture.round for entry in self.book.entries), default=0)
        played = play_bracket(self.book, encounters, stage, after, seeds, labels)
        self.champion = played[-1].winner
        over = all(one.winner is not None for one in played)
        self.stages.append(Stage(name=stage, is_over=over, encounters=played))

    def _swiss(self, form: Swiss) -> None:
        rounds = form.rounds or default_rounds(len(self._captains))
        table, entries = new_table(self._spec, self._captains, self._occasion), list[Entry]()
        rested: list[str] = []
        for number in range(1, rounds + 1):
            of_round = self._swiss_round(number, table, entries, rested)
            entries += of_round
            _count(table, of_round)
            if not all(entry.is_over for entry in of_round):
                fixtures = (rounds - number) * (len(self._captains) // 2)
                self.book.expect(self._fixed, at_least=fixtures, at_most=fixtures)
                break
        stage = self._add_table(SWISS, table, entries)
        if stage.is_over and not self.book.later.at_most:
            self.champion = stage.standings[0].captain

    def _swiss_round(
        self, number: int, table: Table, before: Sequence[Entry], rested: list[str]
    ) -> list[Entry]:
        """`table` of what was played `before`."""
        ranked = [row.captain for row in table.standings()] if before else self._captains
        made = swiss_round(
            ranked,
            scores={captain: table.worth(captain) for captain in ranked},
            met={frozenset((e.fixture.first, e.fixture.second)) for e in before},
            rested=tuple(rested),
        )
        rested += [made.rests] if made.rests is not None else []
        return [
            self.book.enter(first, second, self._fixed, round_=number, stage=SWISS)
            for first, second in made.pairs
        ]

    def _ladder(self, form: Ladder) -> None:
        won: dict[tuple[str, str], bool] = {}
        entries: list[Entry] = []
        while (ladder := climb(self._captains, form.challengers, won)).next is not None:
            challenger, holder = ladder.next
            entry = self.book.enter(
                challenger, holder, self._fixed, round_=len(won) + 1, stage=LADDER
            )
            entries.append(entry)
            if not entry.is_over:
                rungs = len(ladder.order)
                above = ladder.order.index(holder)
                most = above + sum(range(rungs, rungs + len(ladder.to_come)))
                least = len(ladder.to_come)
                self.book.expect(self._fixed, at_least=least, at_most=most)
                break
            won[ladder.next] = entry.score.lead > 0
        over = ladder.next is None
        self.champion = ladder.order[0] if over else None
        waiting = ladder.to_come
        self.stages.append(Stage(name=LADDER, is_over=over, rungs=(*ladder.order, *waiting)))

    def _add_table(self, name: str, table: Table, entries: Sequence[Entry]) -> Stage:
        over = all(entry.is_over for entry in entries)
        stage = Stage(name=name, is_over=over, standings=table.standings())
        self.stages.append(stage)
        return stage

    def _table(self, captains: Sequence[str], entries: Sequence[Entry]) -> Table:
        table = new_table(self._spec, captains, self._occasion)
        _count(table, entries)
        return table

    def _seeded(self, seeding: Seeding) -> list[str]:
        """The captains, best first."""
        if seeding == "file":
            return self._captains
        seed, occasion = self._spec.seed, self._occasion
        return sorted(self._captains, key=lambda name: derive_seed("draw", seed, occasion, name))


def _count(table: Table, entries: Iterable[Entry]) -> None:
    """The whole pairs of these."""
    for entry in entries:
        met, score = entry.fixture, entry.score
        table.gather(met.first, met.second, score.tally, score.other)
