"""Where the next pairs tell most about the ranking.

Which pair of a pairing comes next is fixed by its number and seed; only how many of each are played
follows from what was seen. So every pair has the expectation that it would have anyway, and so has
the sum that the score equations set to nought. Ratings are no sums: a gap that looks wide by
accident gets fewer pairs to correct it. So half of all pairs are spread evenly; what is left of
that lean stays well inside of the intervals (`docs/statistics.md` has the figures).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from itertools import pairwise
from math import ceil, exp, pi, sqrt
from typing import Final

import numpy as np

from tournaments.pairs import LEGS
from tournaments.stats.arrays import Floats
from tournaments.stats.bradley_terry import Fit
from tournaments.stats.gaps import contrast
from tournaments.stats.intervals import widened

Pairing = tuple[str, str]

EVEN_PART: Final = 0.5


def next_pairs(
    found: Fit,
    pairings: Sequence[Pairing],
    pairs: int,
    *,
    adjusted: bool = False,
    settled: Collection[Pairing] = (),
) -> dict[Pairing, int]:
    """How many of the next `pairs` each pairing gets: first what it lacks to its even half of all,
    then one by one where a pair narrows most of what is uncertain. A gap between neighbours counts
    by the density of its being nought. `settled`: neighbours (better, worse) that need no more.
    """
    order = [found.captains[place] for place in found.best_first]
    gaps = [gap for gap in pairwise(order) if gap not in settled]
    if not gaps:
        return {}
    given = Counter(_even_part(found, pairings, pairs))
    chooser = _Chooser(widened(found, adjusted=adjusted), gaps, pairings)
    for place, count in given.items():
        for _ in range(count):
            chooser.play(place)
    for _ in range(pairs - given.total()):
        best = chooser.best()
        chooser.play(best)
        given[best] += 1
    return {pairings[place]: count for place, count in sorted(given.items())}


def _even_part(found: Fit, pairings: Sequence[Pairing], pairs: int) -> dict[int, int]:
    """What each pairing lacks, those that have least first."""
    played = [found.met[_places(found, pairing)] / LEGS for pairing in pairings]
    least = ceil(EVEN_PART * (sum(played) + pairs) / len(pairings))
    given: dict[int, int] = {}
    for place in sorted(range(len(pairings)), key=lambda place: played[place]):
        lacks = min(int(max(least - played[place], 0)), pairs - sum(given.values()))
        if lacks:
            given[place] = lacks
    return given


class _Chooser:
    """The covariance of the strengths as pairs are added, and how much of each gap they narrow."""

    def __init__(self, found: Fit, gaps: Sequence[Pairing], pairings: Sequence[Pairing]) -> None:
        self.weights = np.array([_density(found, gap) for gap in gaps])
        self.between = np.array([_difference(found, gap) for gap in gaps])
        self.met = np.array([_difference(found, pairing) for pairing in pairings])
        self.worth = np.array([_worth_of_pair(found, pairing) for pairing in pairings])
        self.spread = np.linalg.pinv(_information(found))

    def best(self) -> int:
        along = self.spread @ self.met.T
        narrowed = (self.between @ along) ** 2 * self.worth
        narrowed /= 1 + self.worth * (self.met.T * along).sum(0)
        width = (self.between.T * (self.spread @ self.between.T)).sum(0)
        return int(np.argmax(self.weights @ (narrowed / width[:, None])))

    def play(self, place: int) -> None:
        along, worth = self.spread @ self.met[place], self.worth[place]
        self.spread = self.spread - np.outer(along, along) * worth / (
            1 + worth * self.met[place] @ along
        )


def _density(found: Fit, gap: Pairing) -> float:
    """Of the gap being nought, in standard errors."""
    apart = contrast(found, *gap)
    z = apart.elo / apart.error if apart.error else 0.0
    return exp(-z * z / 2) / sqrt(2 * pi)


def _difference(found: Fit, pairing: Pairing) -> Floats:
    row = np.zeros(len(found.captains))
    row[list(_places(found, pairing))] = 1, -1
    return row


def _places(found: Fit, pairing: Pairing) -> tuple[int, int]:
    return found.captains.index(pairing[0]), found.captains.index(pairing[1])


def _information(found: Fit) -> Floats:
    """Of all matches so far, about the strengths."""
    reach = found.strengths[:, None] - found.strengths[None, :]
    expected = 1 / (1 + np.exp(-reach))
    weight = found.met * expected * (1 - expected)
    return np.diag(weight.sum(1)) - weight


def _worth_of_pair(found: Fit, pairing: Pairing) -> float:
    one, other = _places(found, pairing)
    expected = 1 / (1 + exp(float(found.strengths[other] - found.strengths[one])))
    return 2 * expected * (1 - expected)
