"""A round of a Swiss tournament, from the table so far.

Captains who are level are paired as in the FIDE's Dutch system (Handbook C.04.3): the upper half
of them against the lower half; who is left over goes down to the next. Nobody meets anybody again
while there is a round in which nobody does.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import ceil, log2
from typing import Final

from tournaments.schedules.matching import NOBODY, largest_matching

Met = Collection[frozenset[str]]

_KEPT: Final = 500  # rounds


@dataclass(frozen=True, slots=True, kw_only=True)
class SwissRound:
    """Who meets whom, the leaders first, and who rests where the number is odd."""

    pairs: tuple[tuple[str, str], ...]
    rests: str | None


def default_rounds(captains: int) -> int:
    """As many as leave one captain without a defeat."""
    return max(1, ceil(log2(captains)))


def most_rounds(captains: int) -> int:
    """After so many everybody has met everybody, or has rested once."""
    return captains - 1 + captains % 2


def swiss_round(
    ranked: Sequence[str],
    *,
    scores: Mapping[str, Fraction],
    met: Met,
    rested: Collection[str],
) -> SwissRound:
    """The next round. `ranked`: best first, by falling `scores`; `met`: who has met; `rested`: who
    has had a bye. The lowest who has had none rests, unless that forces others to meet again.
    """
    given = tuple((captain, scores[captain]) for captain in ranked)
    return _made(given, frozenset(met), frozenset(rested))


@lru_cache(maxsize=_KEPT)  # a tournament is walked through from its first round again and again
def _made(
    given: tuple[tuple[str, Fraction], ...], met: frozenset[frozenset[str]], rested: frozenset[str]
) -> SwissRound:
    ranked, scores = [captain for captain, _ in given], dict(given)
    rests = _resting(ranked, met, rested) if len(ranked) % 2 else None
    playing = [captain for captain in ranked if captain != rests]
    return SwissRound(pairs=tuple(_paired(playing, scores, met)), rests=rests)


def _resting(ranked: Sequence[str], met: Met, rested: Collection[str]) -> str:
    lowest = [captain for captain in reversed(ranked) if captain not in rested] or [ranked[-1]]
    for captain in lowest:
        others = [other for other in ranked if other != captain]
        if 2 * _fresh_pairs(others, met) == len(others):
            return captain
    return lowest[0]


def _paired(
    playing: Sequence[str], scores: Mapping[str, Fraction], met: Met
) -> list[tuple[str, str]]:
    """From the top down, each with the best opponent who leaves as many new meetings possible as
    there can be.
    """
    left, fresh = list(playing), _fresh_pairs(playing, met)
    made: list[tuple[str, str]] = []
    while left:
        first = left.pop(0)
        for second in sorted(_wished(first, left, scores), key=lambda s: _have_met(first, s, met)):
            others = [captain for captain in left if captain != second]
            is_new = not _have_met(first, second, met)
            if _fresh_pairs(others, met) + is_new == fresh:
                made.append((first, second))
                left, fresh = others, fresh - is_new
                break
    return made


def _wished(first: str, left: Sequence[str], scores: Mapping[str, Fraction]) -> list[str]:
    """Opponents of `first` in the order of preference; `left` are those below him."""
    level = sum(scores[captain] == scores[first] for captain in left)
    half = max(0, (level + 1) // 2 - 1)
    return [*left[half:level], *reversed(left[:half]), *left[level:]]


def _have_met(one: str, other: str, met: Met) -> bool:
    return frozenset((one, other)) in met


def _fresh_pairs(captains: Sequence[str], met: Met) -> int:
    """How many pairs of captains who have not met can play at once."""
    friends = [
        {k for k, other in enumerate(captains) if other != one and not _have_met(one, other, met)}
        for one in captains
    ]
    return sum(mate != NOBODY for mate in largest_matching(friends)) // 2
