"""Matches as numbers: a row of the design for each kind of match, and of each kind in each cluster
how many there were and what they scored.

What can be told without any strengths is counted here: who met whom, mean scores, what some scored
against the others.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import sqrt
from typing import NamedTuple

import numpy as np

from tournaments.stats.across import Across
from tournaments.stats.arrays import Bools, Floats, Ints
from tournaments.stats.design import Design


@dataclass(frozen=True, slots=True, kw_only=True)
class Game:
    """One match as `first` sees it. `side` and `toss`: 1 where he had it, -1 the other, 0 nobody.

    Matches of one `cluster` share their luck.
    """

    first: str
    second: str
    score: float
    cluster: Hashable
    side: int = 0
    toss: int = 0


class _Cell(NamedTuple):
    """Matches that look alike to the model."""

    first: int
    second: int
    side: int
    toss: int


class Tabulated:
    """`design`, a row for each kind of match; by kind in a cluster `cell`, its row there,
    `cluster`, `played` and `scored`, which is of the first captain.
    """

    def __init__(self, games: Sequence[Game], names: tuple[str, ...]) -> None:
        self.names = names
        place = {name: index for index, name in enumerate(names)}
        played: Counter[tuple[Hashable, _Cell]] = Counter()
        scored: dict[tuple[Hashable, _Cell], float] = defaultdict(float)
        for game in games:
            cell = _Cell(place[game.first], place[game.second], game.side, game.toss)
            played[game.cluster, cell] += 1
            scored[game.cluster, cell] += game.score
        cells = {cell: row for row, cell in enumerate(dict.fromkeys(cell for _, cell in played))}
        clusters = {key: row for row, key in enumerate(dict.fromkeys(key for key, _ in played))}
        self.design = _design(list(cells), len(names))
        self.cell = np.array([cells[cell] for _, cell in played])
        self.cluster = np.array([clusters[key] for key, _ in played])
        self.clusters = len(clusters)
        self.played = np.array(list(played.values()), float)
        self.scored = np.array([scored[key] for key in played])

    @cached_property
    def sides(self) -> tuple[Ints, Ints]:
        """The first captain and the second, by place."""
        return self.design.first[self.cell], self.design.second[self.cell]

    def cut(self, above: Ints) -> tuple[Bools, Bools]:
        """Matches of those above against the others, and whether the first is the one above."""
        first, second = self.sides
        is_above = np.zeros(len(self.names), bool)
        is_above[above] = True
        return is_above[first] != is_above[second], is_above[first]

    def across(self, across: Bools, above: Bools, scored: Floats) -> Across:
        """Of who is `above` in the matches `across`."""
        played, cluster = self.played[across], self.cluster[across]
        took = np.where(above, scored, self.played - scored)[across]
        games = float(played.sum())
        score = float(took.sum()) / games
        pulls = np.bincount(cluster, took - score * played)
        clusters = int(np.count_nonzero(np.bincount(cluster)))
        few = clusters / max(clusters - 1, 1)
        return Across(score, sqrt(float(pulls @ pulls) * few) / games, games, clusters)

    def is_finite(self, scored: Floats) -> bool:
        """Whether finite strengths explain these scores: from every captain a path of points taken
        leads to every other (Ford 1957).
        """
        count = len(self.names)
        took = np.eye(count)
        first, second = self.sides
        np.add.at(took, (first, second), np.maximum(scored, 0))
        np.add.at(took, (second, first), np.maximum(self.played - scored, 0))
        reached = took > 0
        for _ in range(count.bit_length()):
            reached = reached @ reached
        return bool(reached.all())

    def of_captains(self) -> tuple[Floats, Floats]:
        """Matches of each captain, and his mean score in them."""
        first, second = self.sides
        count = len(self.names)
        games = np.bincount(first, self.played, count).astype(float)
        games += np.bincount(second, self.played, count)
        score = np.bincount(first, self.scored, count)
        score += np.bincount(second, self.played - self.scored, count)
        return games, score / games

    def clusters_of_captains(self) -> Ints:
        """How many each was in."""
        was_in = np.zeros((self.clusters, len(self.names)), bool)
        for captain in self.sides:
            was_in[self.cluster, captain] = True
        return np.asarray(was_in.sum(0))

    def alike(self, one: int) -> Bools:
        """Captains who met the same others as he in the same shares, and him as he met them: then
        who scored more is stronger.
        """
        his = np.tile(self._shares_met[one], (len(self.names), 1))
        his[:, one] = self._shares_met[one]
        np.fill_diagonal(his, 0)
        return np.asarray(np.isclose(his, self._shares_met).all(1))

    @cached_property
    def _shares_met(self) -> Floats:
        met = self.met()
        return np.asarray(met / met.sum(1, keepdims=True))

    def met(self) -> Floats:
        """Matches of each captain with each other."""
        first, second = self.sides
        met = np.zeros((len(self.names), len(self.names)))
        np.add.at(met, (first, second), self.played)
        return met + met.T


def _design(cells: Sequence[_Cell], captains: int) -> Design:
    first, second, side, toss = np.array(cells).T
    return Design(
        first=first,
        second=second,
        effects=np.array([side, toss], float).T,
        captains=captains,
    )
