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

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from typing import Final

import numpy as np

from tournaments.stats.across import Across
from tournaments.stats.arrays import Floats, Ints
from tournaments.stats.connected import NotConnected, connected
from tournaments.stats.games import Game, Tabulated
from tournaments.stats.jackknife import WEAK_RIDGE, scatter

_LEAST_RIDGE: Final = 1e-9  # strengths are relative: without any, the equations have no one answer
_DIGITS: Final = 7  # of a strength in nats, and of a score: what lies behind is rounding
_STEPS: Final = 200
_SETTLED: Final = 1e-12
_ROUNDING: Final = 1e-6  # steps this small that do not get smaller are noise
# A weight grows by e^d at most where a difference of strength moves by d, so that a whole step of
# less than ln 2 cannot lead down.
_SURELY_UPHILL: Final = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """`strengths` in nats, of mean 0, in the order of `captains`; behind them in `covariance` come
    `side` and `toss`, in nats. Of each captain: `games`, his `scores` on average with their
    standard `errors` about what the model expects, and the `clusters` that he was in. `cuts`: of
    the two strongest against the others, of the three strongest, and so on to the last two.
    `apart`: captains, by place, whom nothing bounds above the others (`intervals` knows).
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

    @property
    def best_first(self) -> Ints:
        """Places in `captains`."""
        return best_first(self.captains, self.strengths, self.scores)

    def shares_met(self, one: int) -> Floats:
        """Of a captain's matches, the share that he played against each."""
        return np.asarray(self.met[one] / self.met[one].sum())


def best_first(names: Sequence[str], strengths: Floats, scores: Floats) -> Ints:
    """Places of the captains. Who is as strong but for rounding goes by his mean score and then by
    his name, so that the order of the matches decides nothing.
    """
    alike = -np.round(strengths, _DIGITS) + 0.0
    return np.lexsort((np.array(names), -np.round(scores, _DIGITS), alike))


def are_level(strengths: Floats, scores: Floats, one: int, other: int) -> bool:
    """Whether names alone put these two, by place, in order: nothing lies between them then."""
    return all(abs(float(each[one] - each[other])) <= 10**-_DIGITS for each in (strengths, scores))


def fit(games: Sequence[Game], *, ridge: float | None = None) -> Fit:
    """Raises `NotConnected`; `games` must not be empty. Without `side` and `toss` in them, these
    are 0. `ridge`: by default none, or a weak one where nothing else makes the strengths finite.
    """
    names = tuple(dict.fromkeys(name for game in games for name in (game.first, game.second)))
    groups = connected(names, ((game.first, game.second) for game in games))
    if len(groups) > 1:
        raise NotConnected(groups)
    return _Equations(Tabulated(games, names), ridge).solved()


class _Equations:
    """`held` are the scores that are solved for: those of the games, some drawn to the middle."""

    def __init__(self, games: Tabulated, ridge: float | None) -> None:
        self.games = games
        self.count = len(games.names)
        self.held = games.scored
        self.held = self._held_inside()
        self.lost_nothing = not games.is_finite(self.held)
        size = games.design.size
        if ridge is None:
            self.ridge = np.full(size, WEAK_RIDGE)
            self._hold_groups()
            ridge = 0.0 if games.is_finite(self.held) else WEAK_RIDGE
        self.ridge = np.full(size, max(ridge, _LEAST_RIDGE))
        self.ridge[self.count :] = max(ridge, WEAK_RIDGE)  # few matches may say all of a seat

    def solved(self) -> Fit:
        table, count, solution = self.games, self.count, self._solution()
        expected = _expected(table.design.reach(solution))[table.cell]
        rows = table.design.taken(table.cell)
        over = self.held - table.played * expected
        weight = table.played * (expected * (1 - expected))
        centre = np.eye(len(solution))
        centre[:count, :count] -= 1 / count
        found = scatter(rows, weight, table.cluster, over, self.ridge)
        centred = found.moves @ centre.T
        games, scores = table.of_captains()
        few = max(table.clusters - 1, 1)
        covariance = centred.T @ centred * few / table.clusters  # no variance below 0 by rounding
        return Fit(
            captains=table.names,
            strengths=solution[:count] - solution[:count].mean(),
            side=float(solution[count]),
            toss=float(solution[count + 1]),
            covariance=covariance,
            games=games,
            scores=scores,
            errors=np.sqrt(found.squares[:count] * table.clusters / few) / games,
            clusters=table.clusters_of_captains(),
            met=table.met(),
            lost_nothing=self.lost_nothing,
            cuts=self._cuts(self._best_first(solution)),
        )

    def _held_inside(self) -> Floats:
        """The scores, drawn to the middle for a captain who may have scored all or nothing; but not
        nearer to it than somebody who scored less against the same, and surely not all.
        """
        first, second = self.games.sides
        found = [
            self.games.across((first == one) | (second == one), first == one, self.held)
            for one in range(self.count)
        ]
        off = np.array([one.score - 0.5 for one in found])
        is_sure = np.array([not one.may_be_all for one in found])
        drawn = np.array(
            [
                1.0 if is_sure[place] else self._drawn(one, off[is_sure & self.games.alike(place)])
                for place, one in enumerate(found)
            ]
        )
        return self._drawn_by(np.minimum(drawn[first], drawn[second]))

    def _hold_groups(self) -> None:
        """The same for groups, which stand above the rest also where a ridge holds them."""
        solution = None
        for _ in range(self.count):
            solution = self._solution(solution)
            order = self._best_first(solution)
            is_held = True
            for size in range(2, len(order) - 1):
                across, above = self.games.cut(order[:size])
                drawn = self._drawn(self.games.across(across, above, self.held))
                if drawn < 1:
                    self.held = self._drawn_by(np.where(across, drawn, 1.0))
                    is_held = False
            if is_held:
                return

    def _drawn(self, found: Across, sure: Floats | None = None) -> float:
        """By how much such scores are drawn to the middle; 1 where they stay. `sure`: how far from
        ½ others scored who are not, against the same.
        """
        off = found.score - 0.5
        others: list[float] = [] if sure is None else sure.tolist()
        most = max([found.most, *(abs(one) for one in others if 0 < one * off < off * off)])
        if abs(off) <= most + _SETTLED or not found.may_be_all:
            return 1.0
        return most / abs(off)

    def _drawn_by(self, drawn: Floats) -> Floats:
        even = self.games.played / 2
        return even + drawn * (self.held - even)

    def _best_first(self, solution: Floats) -> Ints:
        strengths = solution[: self.count] - solution[: self.count].mean()
        return best_first(self.games.names, strengths, self.games.of_captains()[1])

    def _cuts(self, order: Ints) -> tuple[Across, ...]:
        table = self.games
        sizes = range(2, len(order) - 1)
        return tuple(table.across(*table.cut(order[:size]), table.scored) for size in sizes)

    def _solution(self, start: Floats | None = None) -> Floats:
        """Newton's, each step halved until it is one uphill: the equations are those of a maximum,
        which is the only one, so it does not matter where it starts.
        """
        table, design = self.games, self.games.design
        cells = len(design.first)
        played = np.bincount(table.cell, table.played, cells)
        scored = np.bincount(table.cell, self.held, cells)

        def height(at: Floats) -> float:
            reach = design.reach(at)
            return float(scored @ reach - played @ np.logaddexp(0, reach) - self.ridge @ at**2 / 2)

        at, before = np.zeros(design.size) if start is None else start, inf
        for _ in range(_STEPS):
            expected = _expected(design.reach(at))
            uphill = design.added(scored - played * expected) - self.ridge * at
            weight = played * expected * (1 - expected)
            information = design.information(weight) + np.diag(self.ridge)
            step = np.asarray(np.linalg.solve(information, uphill))
            moves = float(np.abs(design.reach(step)).max())
            if moves > _SURELY_UPHILL:
                while height(at + step) < height(at):
                    step /= 2
            at = at + step
            if moves < _SETTLED or before <= moves < _ROUNDING:
                break
            before = moves
        return at


def _expected(reach: Floats) -> Floats:
    return np.exp(-np.logaddexp(0, -reach))
