"""How often each score came: matches by win, draw, loss, or swapped pairs by their five scores; of
scores that are any numbers, their sums.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from math import fsum, sqrt
from operator import add
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from tournaments.pairs import Pair


_PAIR_SCORES: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """`counts` of the scores from 0 to 1 in equal steps: three of matches, five of pairs."""

    counts: tuple[float, ...]

    @classmethod
    def of_matches(cls, *, won: float, drawn: float, lost: float) -> Self:
        return cls(counts=(lost, drawn, won))

    @classmethod
    def of_pair_results(
        cls, *, ll: float, ld: float, wl: float, dd: float, wd: float, ww: float
    ) -> Self:
        """A win and a loss score what two draws do."""
        return cls(counts=(ll, ld, wl + dd, wd, ww))

    @classmethod
    def of_pairs(cls, pairs: Iterable[Pair], captain: str) -> Self:
        """The raw scores of `captain`, who is in all of them."""
        return cls.of_scores(pair.score_of(captain) for pair in pairs)

    @classmethod
    def of_scores(cls, scores: Iterable[float]) -> Self:
        """The raw scores of pairs."""
        found = Counter(round(score * (_PAIR_SCORES - 1)) for score in scores)
        return cls(counts=tuple(float(found[step]) for step in range(_PAIR_SCORES)))

    def plus(self, other: Self) -> Self:
        """Both together, of matches or of pairs."""
        return type(self)(counts=tuple(map(add, self.counts, other.counts)))

    @property
    def units(self) -> float:
        """Matches or pairs."""
        return sum(self.counts)

    @property
    def matches(self) -> int:
        """In a unit."""
        return len(self.counts) // 2

    @property
    def scores(self) -> tuple[float, ...]:
        return tuple(step / (len(self.counts) - 1) for step in range(len(self.counts)))

    @property
    def mean(self) -> float:
        return (
            sum(n * score for n, score in zip(self.counts, self.scores, strict=True)) / self.units
        )

    @property
    def variance(self) -> float:
        """Of one unit, by the frequencies as they are."""
        mean = self.mean
        spread = zip(self.counts, self.scores, strict=True)
        return sum(n * (score - mean) ** 2 for n, score in spread) / self.units

    @property
    def match_sigma(self) -> float:
        """The standard deviation that a match would have, were the matches of a unit independent:
        what normalized Elo is measured in.
        """
        return sqrt(self.variance * self.matches)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """Luck-adjusted scores of pairs, which are any numbers: added up by what they lie `above` ½,
    and their squares.
    """

    pairs: int
    above: float
    squares: float

    @classmethod
    def of_scores(cls, scores: Iterable[float]) -> Self:
        above = [score - 0.5 for score in scores]
        return cls(pairs=len(above), above=fsum(above), squares=fsum(one * one for one in above))

    def plus(self, other: Self) -> Self:
        """Both together."""
        return type(self)(
            pairs=self.pairs + other.pairs,
            above=self.above + other.above,
            squares=self.squares + other.squares,
        )
