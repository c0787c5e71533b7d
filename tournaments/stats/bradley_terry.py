"""Strengths from who beat whom: Bradley and Terry's model by its score equations.

The expected score of a match is 1/(1+e^-d), with d the difference of both strengths and what the
seat and the toss are worth. The strengths solve Σ x(score − expected) = ridge · strength. With
scores 0, ½ and 1 and no ridge that is maximum likelihood; it is an unbiased equation for any score
with the right mean, so for luck-adjusted ones too, which are never clipped. A captain who scores
all, or so nearly that he may, is held half a win short of all, and so is a group against the rest:
no strength explains all, and next to it a hair of the score would be hundreds of Elo.

How sure they are is the jackknife over clusters (matches that share a seed), by one Newton step:
what leaving out a seed does to the strengths, squared and added up. It needs no model of the luck
that matches share, nor of the scores' spread.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from tournaments.stats.across import Across

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

WEAK_RIDGE: Final = 0.125  # half a match's information: ½ · ¼
_LEAST_RIDGE: Final = 1e-9  # strengths are relative: without any, the equations have no one answer
_STEPS: Final = 200
_SETTLED: Final = 1e-12
_SLACK: Final = 1e-13


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


class NotConnected(Exception):
    """Some captains never met, not even through others: `groups` of those who did."""

    def __init__(self, groups: Sequence[Sequence[str]]) -> None:
        super().__init__(groups)
        self.groups = groups

    def __str__(self) -> str:
        parts = "; ".join(", ".join(group) for group in self.groups)
        return f"these groups never met, so nothing compares them: {parts}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """`strengths` in nats, of mean 0, in the order of `captains`; behind them in `covariance` come
    `side` and `toss`, in nats. Of each captain: `games`, his `scores` on average with their
    standard `errors` about what the model expects, and the `clusters` that he was in. `cuts`: of
    the two strongest against the others, of the three strongest, and so on to the last two.
    `apart`: captains, by place, whom nothing bounds above the others (`ranking` knows).
    """

    captains: tuple[str, ...]
    strengths: Floats
    side: float
    toss: float
    covariance: Floats
    games: Floats
    scores: Floats
    errors: Floats
    clusters: Ints
    met: Floats  # matches of each captain with each other
    lost_nothing: bool  # some, to all the others
    cuts: tuple[Across, ...]
    apart: tuple[frozenset[int], ...] = ()


def fit(games: Sequence[Game], *, ridge: float | None = None) -> Fit:
    """Raises `NotConnected`; `games` must not be empty. Without `side` and `toss` in them, these
    are 0. `ridge`: by default none, or a weak one where nothing else makes the strengths finite.
    """
    names = tuple(dict.fromkeys(name for game in games for name in (game.first, game.second)))
    groups = connected(names, ((game.first, game.second) for game in games))
    if len(groups) > 1:
        raise NotConnected(groups)
    return _Equations(games, names, ridge).solved()


def connected(
    names: Sequence[str], meetings: Iterable[tuple[str, str]]
) -> tuple[tuple[str, ...], ...]:
    """The captains in groups of those who met, if only through others; in the order of `names`."""
    group = {name: name for name in names}

    def root(name: str) -> str:
        while group[name] != name:
            group[name] = name = group[group[name]]
        return name

    for first, second in set(meetings):
        group[root(first)] = root(second)
    members: dict[str, list[str]] = defaultdict(list)
    for name in names:
        members[root(name)].append(name)
    return tuple(map(tuple, members.values()))


class _Equations:
    """The games as numbers: a row of `design` for each kind of match, and of each kind in each
    cluster how many there were and what they scored.
    """

    def __init__(self, games: Sequence[Game], names: tuple[str, ...], ridge: float | None) -> None:
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
        self.held = self.scored
        self.held = self._held_inside()
        self.lost_nothing = not self._is_finite()
        if ridge is None:
            self.ridge = np.full(self.design.shape[1], WEAK_RIDGE)
            self._hold_groups()
            ridge = 0.0 if self._is_finite() else WEAK_RIDGE
        self.ridge = np.full(self.design.shape[1], max(ridge, _LEAST_RIDGE))
        self.ridge[len(names) :] = max(ridge, WEAK_RIDGE)  # few matches may say all of a seat

    def solved(self) -> Fit:
        count, solution = len(self.names), self._solution()
        expected = _expected(self.design @ solution)
        left = self.held - self.played * expected[self.cell]
        pulls = self._per_cluster(self.design[self.cell] * left[:, None])
        moved = self._jackknife(expected, pulls)
        centre = np.eye(len(solution))
        centre[:count, :count] -= 1 / count
        centred = moved @ centre.T
        games, scores = self._of_captains()
        few = max(self.clusters - 1, 1)
        return Fit(
            captains=self.names,
            strengths=solution[:count] - solution[:count].mean(),
            side=float(solution[count]),
            toss=float(solution[count + 1]),
            covariance=centred.T @ centred * few / self.clusters,  # no variance below 0 by rounding
            games=games,
            scores=scores,
            errors=np.sqrt((pulls[:, :count] ** 2).sum(0) * self.clusters / few) / games,
            clusters=self._clusters_of_captains(),
            met=self._met(),
            lost_nothing=self.lost_nothing,
            cuts=self._cuts(solution[:count]),
        )

    def _is_finite(self) -> bool:
        """Whether from every captain a path of points taken leads to every other (Ford 1957)."""
        count = len(self.names)
        took = np.eye(count)
        first, second = self._sides()
        np.add.at(took, (first, second), np.maximum(self.held, 0))
        np.add.at(took, (second, first), np.maximum(self.played - self.held, 0))
        reached = took > 0
        for _ in range(count.bit_length()):
            reached = reached @ reached
        return bool(reached.all())

    def _held_inside(self) -> Floats:
        """The scores, drawn to the middle for a captain who may have scored all or nothing."""
        first, second = self._sides()
        drawn = np.array(
            [self._drawn((first == one) | (second == one), first == one) for one in self._places()]
        )
        return self._drawn_by(np.minimum(drawn[first], drawn[second]))

    def _hold_groups(self) -> None:
        """The same for groups, which stand above the rest also where a ridge holds them."""
        for _ in self.names:
            order = np.argsort(-self._solution()[: len(self.names)], kind="stable")
            for size in range(1, len(order)):
                across, above = self._cut(order[:size])
                drawn = self._drawn(across, above)
                if drawn < 1:
                    self.held = self._drawn_by(np.where(across, drawn, 1.0))
                    break
            else:
                return

    def _drawn(self, across: Bools, above: Bools) -> float:
        """By how much the scores `across` are drawn to the middle; 1 where they stay."""
        found = self._across(across, above, self.held)
        off = abs(found.score - 0.5)
        if off <= found.most + _SETTLED or not found.may_be_all:
            return 1.0
        return found.most / off

    def _drawn_by(self, drawn: Floats) -> Floats:
        even = self.played / 2
        return even + drawn * (self.held - even)

    def _across(self, across: Bools, above: Bools, scored: Floats) -> Across:
        """Of who is `above` in the matches `across`."""
        played, cluster = self.played[across], self.cluster[across]
        took = np.where(above, scored, self.played - scored)[across]
        games = float(played.sum())
        score = float(took.sum()) / games
        pulls = np.bincount(cluster, took - score * played)
        clusters = len(np.unique(cluster))
        few = clusters / max(clusters - 1, 1)
        return Across(score, sqrt(float(pulls @ pulls) * few) / games, games, clusters)

    def _cut(self, above: Ints) -> tuple[Bools, Bools]:
        """Matches of those above against the others, and whether the first is the one above."""
        first, second = self._sides()
        is_above = np.isin(first, above)
        return is_above != np.isin(second, above), is_above

    def _cuts(self, strengths: Floats) -> tuple[Across, ...]:
        order = np.argsort(-strengths, kind="stable")
        sizes = range(2, len(order) - 1)
        return tuple(self._across(*self._cut(order[:size]), self.scored) for size in sizes)

    def _places(self) -> range:
        return range(len(self.names))

    def _solution(self) -> Floats:
        """Newton's, each step halved until it is one uphill: the equations are those of a maximum,
        which is the only one.
        """
        cells = len(self.design)
        played = np.bincount(self.cell, self.played, cells)
        scored = np.bincount(self.cell, self.held, cells)

        def height(at: Floats) -> float:
            reach = self.design @ at
            return float(scored @ reach - played @ np.logaddexp(0, reach) - self.ridge @ at**2 / 2)

        at = np.zeros(self.design.shape[1])
        for _ in range(_STEPS):
            expected = _expected(self.design @ at)
            uphill = self.design.T @ (scored - played * expected) - self.ridge * at
            weight = played * expected * (1 - expected)
            step = np.linalg.solve((self.design.T * weight) @ self.design + self._ridged(), uphill)
            here = height(at)
            lower = here - _SLACK * (1 + abs(here))  # near the top, rounding looks like a way down
            while height(at + step) < lower:
                step /= 2
            at = at + step
            if np.abs(step).max() < _SETTLED:
                break
        return at

    def _jackknife(self, expected: Floats, pulls: Floats) -> Floats:
        """How far leaving out each cluster would move the solution: a row a cluster. A weak ridge
        bounds it where without the cluster some would not have met the others.
        """
        weight = self.played * (expected * (1 - expected))[self.cell]
        rows = self.design[self.cell]
        every = (rows.T * weight) @ rows + self._ridged()
        if self.clusters > _MOST_LEFT_OUT:
            return np.linalg.solve(every, pulls.T).T
        parts = np.zeros((self.clusters, *every.shape))
        for start in range(0, len(rows), _TOGETHER):  # a table of all of them may not fit
            some = slice(start, start + _TOGETHER)
            each = (rows[some] * weight[some, None])[:, :, None] * rows[some, None, :]
            np.add.at(parts, self.cluster[some], each)
        left = every - parts + np.eye(len(every)) * WEAK_RIDGE
        return np.linalg.solve(left, pulls[:, :, None])[:, :, 0]

    def _per_cluster(self, each: Floats) -> Floats:
        added = np.zeros((self.clusters, *each.shape[1:]))
        np.add.at(added, self.cluster, each)
        return added

    def _ridged(self) -> Floats:
        return np.diag(self.ridge)

    def _of_captains(self) -> tuple[Floats, Floats]:
        """Matches of each captain, and his mean score in them."""
        first, second = self._sides()
        count = len(self.names)
        games = np.bincount(first, self.played, count).astype(float)
        games += np.bincount(second, self.played, count)
        score = np.bincount(first, self.scored, count)
        score += np.bincount(second, self.played - self.scored, count)
        return games, score / games

    def _clusters_of_captains(self) -> Ints:
        was_in = np.zeros((self.clusters, len(self.names)), bool)
        for captain in self._sides():
            was_in[self.cluster, captain] = True
        return np.asarray(was_in.sum(0))

    def _met(self) -> Floats:
        first, second = self._sides()
        met = np.zeros((len(self.names), len(self.names)))
        np.add.at(met, (first, second), self.played)
        return met + met.T

    def _sides(self) -> tuple[Ints, Ints]:
        captains = self.design[:, : len(self.names)]
        return captains.argmax(1)[self.cell], captains.argmin(1)[self.cell]


_TOGETHER: Final = 10_000
_MOST_LEFT_OUT: Final = 5_000  # clusters; beyond, one of them moves nothing


def _design(cells: Sequence[_Cell], captains: int) -> Floats:
    design = np.zeros((len(cells), captains + 2))
    for row, cell in enumerate(cells):
        design[row, cell.first] = 1
        design[row, cell.second] = -1
        design[row, captains:] = cell.side, cell.toss
    return design


def _expected(reach: Floats) -> Floats:
    return np.exp(-np.logaddexp(0, -reach))
