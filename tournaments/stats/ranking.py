"""From strengths to a table: intervals, places, who may be best, who cannot be told apart."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise
from math import log, sqrt
from typing import Final

import numpy as np

from tournaments.stats.across import Across, surely
from tournaments.stats.bradley_terry import Fit, Floats
from tournaments.stats.gaps import Gap, gap_between, holm, tied_groups
from tournaments.stats.means import LEAST_SPREAD
from tournaments.stats.scale import ELO_A_NAT
from tournaments.stats.student import CONFIDENCE, reach

DRAWS: Final = 20_000
LEAST_CLUSTERS: Final = 2  # of a captain: fewer say nothing of how sure he is
_DRAW_SEED: Final = 20_261_129
_BISECTIONS: Final = 100
_BEYOND: Final = 0.05  # of a one-sided interval
_GRID: Final = 4_001
_FURTHEST: Final = 20.0  # nats
_NO_SPREAD: Final = 1e-9  # of a mean score: what rounding leaves
_UNKNOWN: Final = 5.0  # nats: the standard error of who played one seed, on which all may be luck


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
    return _Ranker(found, adjusted=adjusted).ranking(draws)


def widened(found: Fit, *, adjusted: bool = False) -> Fit:
    """With a wider covariance for captains and groups who won or lost nearly all, and with who
    these are.
    """
    return _Ranker(found, adjusted=adjusted).widened


class _Ranker:
    def __init__(self, found: Fit, *, adjusted: bool) -> None:
        self.fit, self.adjusted = found, adjusted
        self.count = len(found.captains)
        self.reach = np.array([reach(max(int(n) - 1, 1)) for n in found.clusters])
        self.covariance = _without_noise(found.covariance[: self.count, : self.count])
        self.order = np.argsort(-found.strengths, kind="stable")
        self._floor()
        self.bounded = dict[int, float]()  # of who has an open end, the score beyond which 5 % lie
        groups = [group for group in self._groups() if self._stands_apart(*group)]
        self.ends = [self._ends(place) for place in range(self.count)]
        self.apart = [*self._alone(), *(above for above, _ in groups)]
        for above, _ in groups:
            self._open(above)
        covariance = found.covariance.copy()
        covariance[: self.count, : self.count] = self.covariance
        self.widened = replace(found, covariance=covariance, apart=tuple(self.apart))

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

    def _floor(self) -> None:
        """Of who always scored alike no spread was seen, which is not to be sure of him: he is
        taken to be as unsure as if one cluster were half a point off.
        """
        for one in np.flatnonzero(self.fit.errors < _NO_SPREAD):
            error = 0.5 / float(self.fit.clusters[one]) / self._slope(int(one))
            self.covariance[one, one] = max(self.covariance[one, one], error**2)

    def _slope(self, one: int) -> float:
        """How much his mean score rises with his strength."""
        expected = 1 / (1 + np.exp(self.fit.strengths - self.fit.strengths[one]))
        met = self.fit.met[one] / self.fit.met[one].sum()
        return float(met @ (expected * (1 - expected)))

    def _ends(self, one: int) -> tuple[float | None, float | None]:
        """Both ends of the interval, in nats. Widens the covariance where the score nears 0 or 1,
        as the spread seen there says little about the surprises that did not come.
        """
        if self.fit.clusters[one] < LEAST_CLUSTERS:
            self.covariance[one, one] = _UNKNOWN**2
            return None, None
        strength, score = float(self.fit.strengths[one]), float(self.fit.scores[one])
        low_score, high_score = self._score_ends(self._of_captain(one))
        margin = float(self.reach[one] * sqrt(max(self.covariance[one, one], 0.0)))
        if low_score > 0 and high_score < 1:
            return strength - margin, strength + margin
        if low_score <= 0 and high_score >= 1:
            return None, None
        most = surely(int(self.fit.clusters[one]))
        bounded = min(low_score, most) if high_score >= 1 else max(high_score, 1 - most)
        self.bounded[one] = bounded
        bound = self._strength_at(one, bounded)
        far = max(abs(strength - bound), margin)
        self.covariance[one, one] = (far / self.reach[one]) ** 2
        return (min(bound, strength), None) if score > 0.5 else (None, max(bound, strength))

    def _of_captain(self, one: int) -> Across:
        fit = self.fit
        return Across(
            score=float(fit.scores[one]),
            error=float(fit.errors[one]),
            games=float(fit.games[one]),
            clusters=int(fit.clusters[one]),
        )

    def _score_ends(self, found: Across) -> tuple[float, float]:
        """Of the mean score."""
        if not self.adjusted and found.score in (0.0, 1.0):
            most = surely(found.clusters)
            return (most, 1.0) if found.score else (0.0, 1 - most)
        return found.ends(least_spread=LEAST_SPREAD if self.adjusted else 0.0)

    def _groups(self) -> list[tuple[frozenset[int], Across]]:
        """The strongest, two or more, and what they scored against the others, two or more."""
        places = self.order.tolist()
        return [(frozenset(places[:size]), cut) for size, cut in enumerate(self.fit.cuts, start=2)]

    def _stands_apart(self, above: frozenset[int], cut: Across) -> bool:
        """Whether nothing bounds the group above the others; widens the covariance then, so that
        the lower end of what lies between them is that of the score.
        """
        low, high = self._score_ends(cut)
        if cut.clusters < LEAST_CLUSTERS or low <= 0 or high < 1:
            return False
        off = self._shift_to(above, min(low, surely(cut.clusters))) / reach(cut.clusters - 1)
        apart = np.array([0.5 if one in above else -0.5 for one in range(self.count)])
        apart -= apart.mean()
        self.covariance += off**2 * np.outer(apart, apart)
        return True

    def _shift_to(self, above: frozenset[int], score: float) -> float:
        """By how much all who are above must be weaker to score so much against the others."""
        is_above = np.array([one in above for one in range(self.count)])
        met = self.fit.met[np.ix_(is_above, ~is_above)]
        between = self.fit.strengths[is_above][:, None] - self.fit.strengths[~is_above][None, :]

        def scored(shift: float) -> float:
            return float((met / (1 + np.exp(shift - between))).sum() / met.sum())

        return _halved(lambda shift: scored(shift) > score)

    def _alone(self) -> list[frozenset[int]]:
        """Captains whom nothing bounds above the others, and the others of those below them."""
        everybody = frozenset(range(self.count))
        up = [frozenset({one}) for one, (_, high) in enumerate(self.ends) if high is None]
        return up + [everybody - {one} for one, (low, _) in enumerate(self.ends) if low is None]

    def _open(self, above: frozenset[int]) -> None:
        """The ends of a group and the others that lie on the other side of the mean."""
        for one, (low, high) in enumerate(self.ends):
            self.ends[one] = (low, None) if one in above else (None, high)

    def _strength_at(self, one: int, score: float) -> float:
        """The strength that makes this mean score against the others whom he met."""
        met = self.fit.met[one] / self.fit.met[one].sum()

        def expected(strength: float) -> float:
            return float(met @ (1 / (1 + np.exp(self.fit.strengths - strength))))

        return _halved(lambda strength: expected(strength) < score)

    def _drawn_places(self, draws: int) -> Floats:
        """A row a draw: the place of every captain, were the strengths off by that much."""
        dice = np.random.default_rng(_DRAW_SEED)
        values, vectors = np.linalg.eigh(self.covariance)
        root = vectors * np.sqrt(np.maximum(values, 0))
        freedom = max(int(self.fit.clusters.min()) - 1, 1)
        heavy = np.sqrt(freedom / dice.chisquare(freedom, (draws, 1)))
        drawn = self.fit.strengths + dice.standard_normal((draws, self.count)) @ root.T * heavy
        for one, bounded in self.bounded.items():
            drawn[:, one] = self._drawn_at_an_end(one, bounded, dice.random(draws))
        places: Floats = np.argsort(np.argsort(-drawn, axis=1), axis=1).astype(float) + 1
        return places

    def _drawn_at_an_end(self, one: int, bounded: float, uniform: Floats) -> Floats:
        """Strengths of who may have won or lost all: the longer the run, the less he can be better
        than it says, as after so many matches on a flat prior (Laplace); a normal error would know
        no end on that side.
        """
        won = self.fit.scores[one] > 0.5
        run = log(_BEYOND) / log(bounded if won else 1 - bounded)
        scores = uniform ** (1 / run) if won else 1 - uniform ** (1 / run)
        strengths = np.linspace(-_FURTHEST, _FURTHEST, _GRID)
        met = self.fit.met[one] / self.fit.met[one].sum()
        expected = (1 / (1 + np.exp(self.fit.strengths - strengths[:, None]))) @ met
        found: Floats = np.interp(scores, expected, strengths)
        return found

    def _row(self, rank: int, places: Floats) -> RatedCaptain:
        one = int(self.order[rank])
        low, high = self.ends[one]
        least, most = np.quantile(places[:, one], [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
        return RatedCaptain(
            captain=self.fit.captains[one],
            elo=float(self.fit.strengths[one]) * ELO_A_NAT,
            low=None if low is None else low * ELO_A_NAT,
            high=None if high is None else high * ELO_A_NAT,
            place=rank + 1,
            place_low=min(int(least), rank + 1),
            place_high=max(int(most), rank + 1),
            p_best=float((places[:, one] == 1).mean()),
            score=float(self.fit.scores[one]),
            games=int(self.fit.games[one]),
        )

    def _gaps(self) -> tuple[Gap, ...]:
        ordered = [self.fit.captains[place] for place in self.order]
        between = [gap_between(self.widened, one, other) for one, other in pairwise(ordered)]
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


def _halved(is_below: Callable[[float], bool]) -> float:
    """The number up to which that holds, by bisection."""
    low, high = -_FURTHEST, _FURTHEST
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        low, high = (middle, high) if is_below(middle) else (low, middle)
    return low


def _without_noise(covariance: Floats) -> Floats:
    """A copy; a variance of nought may have been rounded to just below it."""
    clean = covariance.copy()
    np.fill_diagonal(clean, np.maximum(clean.diagonal(), 0))
    return clean
