"""From strengths to a table: places, who may be best, who cannot be told apart."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from math import log, sqrt
from typing import Final, Self

import numpy as np

from tournaments.stats.arrays import Floats, Ints
from tournaments.stats.bradley_terry import Fit
from tournaments.stats.gaps import Gap, gap_between, holm, tied_groups
from tournaments.stats.intervals import FURTHEST, Intervals
from tournaments.stats.scale import ELO_A_NAT
from tournaments.stats.student import CONFIDENCE, reach

DRAWS: Final = 20_000
_DRAW_SEED: Final = 20_261_129
_BEYOND: Final = 0.05  # of a one-sided interval
_GRID: Final = 4_001
_ALIKE: Final = 1e-6  # nats: what lies between such strengths is rounding
_NO_VARIANCE: Final = 1e-12  # of the largest one: the same


@dataclass(frozen=True, slots=True, kw_only=True)
class RatedCaptain:
    """A row. Elo with its 95 % interval, of which an end may be open (None). `place` from 1, with
    the places that he may have; `p_best` is the chance that he is the best of all. `score`: his
    mean, 0…1 unless adjusted.
    """

    captain: str
    elo: float
    low: float | None
    high: float | None
    place: int
    place_low: int
    place_high: int
    p_best: float
    score: float
    games: int

    @property
    def width(self) -> float | None:
        """Of the interval; None where an end is open."""
        return None if self.low is None or self.high is None else self.high - self.low


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What something is worth to who has it, in Elo, with its 95 % interval."""

    elo: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """`captains` best first, `gaps` between each and the next, `tied`: neighbours whom the data
    does not tell apart, as groups of two or more. `side`: of the home seat; `toss`: of winning it;
    None where it was not told.
    """

    captains: tuple[RatedCaptain, ...]
    gaps: tuple[Gap, ...]
    tied: tuple[tuple[str, ...], ...]
    side: Effect | None
    toss: Effect | None
    warnings: tuple[str, ...]


def ranking_of(found: Fit, *, adjusted: bool = False, draws: int = DRAWS) -> Ranking:
    """The table of a fit, of luck-adjusted scores where `adjusted`."""
    return _Table(found, adjusted=adjusted).ranking(draws)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Places:
    """A row a draw, a column a captain: `first` and `last` of the places, from 1, that he shares
    with who is as strong; equal where he is alone.
    """

    first: Ints
    last: Ints

    @classmethod
    def of(cls, drawn: Floats) -> Self:
        """Of strengths."""
        order = np.argsort(-drawn, axis=1)
        down = np.take_along_axis(drawn, order, axis=1)
        edge = np.ones((len(drawn), 1), bool)
        apart = down[:, :-1] - down[:, 1:] > _ALIKE
        place = np.arange(drawn.shape[1]) + 1
        begins = np.where(np.hstack([edge, apart]), place, 1)
        ends = np.where(np.hstack([apart, edge]), place, len(place))
        first, last = np.empty_like(order), np.empty_like(order)
        np.put_along_axis(first, order, np.maximum.accumulate(begins, axis=1), axis=1)
        backwards = np.minimum.accumulate(ends[:, ::-1], axis=1)
        np.put_along_axis(last, order, backwards[:, ::-1], axis=1)
        return cls(first=first, last=last)

    def best(self, one: int) -> float:
        """How often a captain is the best of all; of so many who are it, each in equal parts."""
        is_best = self.first[:, one] == 1
        return float((is_best / self.last[:, one]).mean())

    def ends(self, one: int) -> tuple[int, int]:
        """Between which a captain's places lie nearly always."""
        beyond = (1 - CONFIDENCE) / 2
        least = np.quantile(self.first[:, one], beyond)
        return int(least), int(np.quantile(self.last[:, one], 1 - beyond))


class _Table:
    def __init__(self, found: Fit, *, adjusted: bool) -> None:
        self.fit, self.adjusted = found, adjusted
        self.count = len(found.captains)
        self.order = found.best_first
        self.intervals = Intervals(found, adjusted=adjusted)

    def ranking(self, draws: int) -> Ranking:
        places = self._drawn_places(draws)
        gaps = self._gaps()
        return Ranking(
            captains=tuple(self._row(rank, places) for rank in range(self.count)),
            gaps=gaps,
            tied=tied_groups(gaps),
            side=self._effect(self.count, self.fit.side),
            toss=self._effect(self.count + 1, self.fit.toss),
            warnings=self._warnings(),
        )

    def _drawn_places(self, draws: int) -> _Places:
        """The places of all, were the strengths off by as much as they may be."""
        dice = np.random.default_rng(_DRAW_SEED)
        heavy = self._stretched(draws, dice)
        errors = np.empty((draws, self.count))
        errors[:, self.order] = dice.standard_normal((draws, self.count))
        drawn = self.fit.strengths + errors @ _root(self.intervals.covariance) * heavy
        for one in self.order.tolist():
            if one in self.intervals.bounded:
                bounded = self.intervals.bounded[one]
                drawn[:, one] = self._drawn_at_an_end(one, bounded, dice.random(draws))
        return _Places.of(drawn)

    def _stretched(self, draws: int, dice: np.random.Generator) -> Floats:
        """By how much Student's errors are longer than normal ones, by the seeds of each captain:
        who played few is no reason to doubt the others. In a draw all are stretched alike, so that
        what captains have in common stays so.
        """
        freedom = np.maximum(self.fit.clusters - 1, 1)
        fewest, *more = np.unique(freedom).tolist()
        squares = dice.chisquare(fewest, draws)
        found = np.repeat(np.sqrt(fewest / squares)[:, None], self.count, axis=1)
        rank = np.argsort(np.argsort(squares)) if more else None
        for one in more:
            alike = np.sort(dice.chisquare(one, draws))[rank]
            found[:, freedom == one] = np.sqrt(one / alike)[:, None]
        return found

    def _drawn_at_an_end(self, one: int, bounded: float, uniform: Floats) -> Floats:
        """Strengths of who may have won or lost all: the longer the run, the less he can be better
        than it says, as after so many matches on a flat prior (Laplace); a normal error would know
        no end on that side.
        """
        won = self.fit.scores[one] > 0.5
        run = log(_BEYOND) / log(bounded if won else 1 - bounded)
        scores = uniform ** (1 / run) if won else 1 - uniform ** (1 / run)
        strengths = np.linspace(-FURTHEST, FURTHEST, _GRID)
        met = self.fit.shares_met(one)
        expected = (1 / (1 + np.exp(self.fit.strengths - strengths[:, None]))) @ met
        found: Floats = np.interp(scores, expected, strengths)
        return found

    def _row(self, rank: int, places: _Places) -> RatedCaptain:
        one = int(self.order[rank])
        low, high = self.intervals.ends[one]
        least, most = places.ends(one)
        return RatedCaptain(
            captain=self.fit.captains[one],
            elo=float(self.fit.strengths[one]) * ELO_A_NAT,
            low=None if low is None else low * ELO_A_NAT,
            high=None if high is None else high * ELO_A_NAT,
            place=rank + 1,
            place_low=min(least, rank + 1),
            place_high=max(most, rank + 1),
            p_best=places.best(one),
            score=float(self.fit.scores[one]),
            games=int(self.fit.games[one]),
        )

    def _gaps(self) -> tuple[Gap, ...]:
        ordered = [self.fit.captains[place] for place in self.order]
        between = [
            gap_between(self.intervals.widened, one, other) for one, other in pairwise(ordered)
        ]
        corrected = holm([gap.p for gap in between])
        return tuple(replace(gap, p=p) for gap, p in zip(between, corrected, strict=True))

    def _effect(self, place: int, effect: float) -> Effect | None:
        variance = max(float(self.fit.covariance[place, place]), 0.0)
        if effect == 0 and variance == 0:
            return None
        clusters = int(self.fit.clusters.max())
        margin = reach(max(clusters - 1, 1)) * sqrt(variance)
        return Effect(
            elo=effect * ELO_A_NAT,
            low=(effect - margin) * ELO_A_NAT,
            high=(effect + margin) * ELO_A_NAT,
        )

    def _warnings(self) -> tuple[str, ...]:
        if self.adjusted:
            return ()
        told = []
        if self.fit.lost_nothing:
            told.append("some lost nothing to all the others: gaps between such groups are bounds")
        for verb, score in ("won", 1.0), ("lost", 0.0):
            all_of = [
                name
                for name, mean in zip(self.fit.captains, self.fit.scores, strict=True)
                if mean == score
            ]
            told += [f"{name} {verb} every match: the rating is a bound" for name in all_of]
        return tuple(told)


def _root(covariance: Floats) -> Floats:
    """The one that is symmetric, in which no captain comes before another. A variance of nought
    that rounding left above it would tell apart captains who are the same.
    """
    values, vectors = np.linalg.eigh(covariance)
    values = np.where(values > _NO_VARIANCE * values.max(), values, 0)
    root: Floats = (vectors * np.sqrt(values)) @ vectors.T
    return root
