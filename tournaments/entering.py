"""Fixtures that are known from the start, with as many pairs as they have by now."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from tournaments.book import Book, Entry
from tournaments.growing import Growth, growing
from tournaments.meetings import Fixed
from tournaments.pairs import Pair, pair_of_outcomes
from tournaments.plan import Occasion, pair_seed
from tournaments.results import Legs
from tournaments.schedules import Pairing
from tournaments.spec import TournamentSpec
from tournaments.stopping import Stopping


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """`stopping` where the file says when to stop."""

    entries: Sequence[Entry]
    stopping: Stopping | None


def enter_all(
    book: Book, spec: TournamentSpec, occasion: Occasion, meetings: Sequence[Pairing], stage: str
) -> Entered:
    """Everybody meets whom he is to meet; what may be added later the book expects."""
    grown = _grown(book, spec, occasion, meetings, stage)
    entries = [
        book.enter(
            met.first,
            met.second,
            Fixed(grown.pairs[met.first, met.second] if grown else spec.match.pairs),
            round_=met.round,
            stage=stage,
        )
        for met in meetings
    ]
    if grown is None:
        return Entered(entries=entries, stopping=None)
    book.expect_pairs(grown.more)
    return Entered(entries=entries, stopping=grown.stopping)


def _grown(
    book: Book, spec: TournamentSpec, occasion: Occasion, meetings: Sequence[Pairing], stage: str
) -> Growth | None:
    """By the file's rule, which looks again when all that it waits for has come; None where the
    file has none. It goes on from where it was when it was last asked.
    """
    if spec.stop is None:
        return None
    played = {(met.first, met.second): _whole(book, spec, occasion, met) for met in meetings}
    stages = book.results.growing
    if stage not in stages:
        stages[stage] = growing(spec.stop, spec.match.pairs, list(played))
    return stages[stage].after(played)


@dataclass(frozen=True, slots=True)
class _Whole(Mapping[int, Pair]):
    """The whole pairs of a fixture, each made when it is asked for."""

    legs: Mapping[int, Legs]
    seed_of: Callable[[int], int]

    def __getitem__(self, number: int) -> Pair:
        return pair_of_outcomes(self.seed_of(number), *self.legs[number])

    def __contains__(self, number: object) -> bool:
        return number in self.legs

    def __iter__(self) -> Iterator[int]:
        return iter(self.legs)

    def __len__(self) -> int:
        return len(self.legs)


def _whole(
    book: Book, spec: TournamentSpec, occasion: Occasion, met: Pairing
) -> Mapping[int, Pair]:
    whose = () if spec.match.shared_seeds else (met.first, met.second)
    return _Whole(
        book.whole(met.first, met.second, met.round),
        lambda number: pair_seed(spec.seed, occasion, number, whose),
    )
