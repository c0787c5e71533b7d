"""A bracket as it is played: who stands in it by the results so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tournaments.book import Book, Entry
from tournaments.formats import WithBracket
from tournaments.meetings import Decision, UntilDecided, decide
from tournaments.schedules import Encounter, LoserOf, Seeded, Source, WinnerOf
from tournaments.spec import TournamentSpec


@dataclass(frozen=True, slots=True)
class Encounters:
    """A bracket and the rules of its encounters; `lot` is the seed of the lots."""

    form: WithBracket
    spec: TournamentSpec
    bracket: tuple[Encounter, ...]
    lot: int

    @property
    def rule(self) -> UntilDecided:
        pairs = self.spec.match.pairs
        return UntilDecided(
            at_first=self.form.first_pairs(pairs), at_most=self.form.most_pairs(pairs)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """An encounter as it stands. `first` and `second` None: not known yet; `first_from` and
    `second_from` say where they come from. `score`: matches won, a tie a half, by each; `by`: how
    it was decided.
    """

    name: str
    round: int
    first: str | None
    second: str | None
    first_from: str
    second_from: str
    score: tuple[float, float]
    pairs: int
    winner: str | None
    by: str | None


def play_bracket(
    book: Book,
    encounters: Encounters,
    stage: str,
    after: int,
    seeds: Sequence[str] | None,
    labels: Sequence[str],
) -> tuple[Played, ...]:
    """Enter the encounters whose captains are known, and say how all of them stand. `seeds`, best
    first, or None while they are not known; `labels` is what they are called till then. Rounds
    count on from `after`.
    """
    walk = _Walk(book, encounters, stage, after, seeds, labels)
    return tuple(walk.played(encounter) for encounter in encounters.bracket)


class _Walk:
    def __init__(
        self,
        book: Book,
        encounters: Encounters,
        stage: str,
        after: int,
        seeds: Sequence[str] | None,
        labels: Sequence[str],
    ) -> None:
        self._book, self._encounters = book, encounters
        self._stage, self._after = stage, after
        self._seeds, self._labels = seeds, labels
        self._decided: dict[str, Decision] = {}

    def played(self, encounter: Encounter) -> Played:
        first, second = self._who(encounter.first), self._who(encounter.second)
        entry = None if first is None or second is None else self._met(encounter, first, second)
        if entry is None:
            self._book.expect(self._encounters.rule, at_least=1, at_most=1)
        decision = self._decided.get(encounter.name)
        return Played(
            name=encounter.name,
            round=encounter.round,
            first=first,
            second=second,
            first_from=self._told(encounter.first),
            second_from=self._told(encounter.second),
            score=entry.score.points if entry else (0.0, 0.0),
            pairs=entry.fixture.pairs if entry else self._encounters.rule.at_first,
            winner=decision.winner if decision else None,
            by=decision.by if decision else None,
        )

    def _met(self, encounter: Encounter, first: str, second: str) -> Entry:
        entry = self._book.enter(
            first,
            second,
            self._encounters.rule,
            round_=self._after + encounter.round,
            stage=self._stage,
            name=encounter.name,
        )
        if entry.is_over:
            self._decided[encounter.name] = decide(
                (first, second),
                entry.score,
                self._encounters.form.tie_break,
                seeds={name: place for place, name in enumerate(self._seeds or (), 1)},
                lot=self._encounters.lot,
            )
        return entry

    def _who(self, source: Source) -> str | None:
        match source:
            case Seeded(seed):
                return self._seeds[seed - 1] if self._seeds is not None else None
            case WinnerOf(name):
                return self._decided[name].winner if name in self._decided else None
            case LoserOf(name):
                return self._decided[name].loser if name in self._decided else None

    def _told(self, source: Source) -> str:
        match source:
            case Seeded(seed):
                return self._labels[seed - 1]
            case WinnerOf(name):
                return f"winner of {name}"
            case LoserOf(name):
                return f"loser of {name}"
