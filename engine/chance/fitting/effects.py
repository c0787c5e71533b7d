"""Effects of players, venues and days: how far they spread, in which direction, and each one's
shrunk estimate.

Spreads come from pair products: two scores of one batter from different matches share only the
batter, so the mean of their product, over the mean product of what the model expected, is the
variance of batters. The same with innings of one match (day), matches at one venue, and overs of
one innings. No distribution is assumed and no effect is fitted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from engine.chance.classes import CLASSES, BallClass, Bools, Floats, Ints
from engine.chance.fitting.reading import Deliveries

_BAT_RUNS: Final = np.array([0.0, 1.0, 2.0, 3.0, 4.0, 6.0, 0.0, 0.0, 0.0, 0.0, 0.0])
_BOUNDARIES: Final = (BallClass.FOUR, BallClass.SIX)
_TINY: Final = 1e-9
# keeps the unit of a direction finite where data are too few to show one
_LEAST_PAIRS: Final = 1.0  # expected pairs below which a covariance is not estimated
_LEAST_VARIANCE: Final = 1e-4  # of runs a ball; players and days have 0.006 to 0.011
_LEAST_BOUNDARY: Final = 0.01
_UNITS: Final = 100_000_000  # more than there are units of any kind
ORDER_GROUPS: Final = ((1, 3), (4, 6), (7, 9), (10, 11))


@dataclass(frozen=True, slots=True, kw_only=True)
class Residuals:
    """What came less what was expected: `expected` and `surprise` (deliveries, classes)."""

    expected: Floats
    surprise: Floats

    def where(self, rows: Ints | Bools) -> Residuals:
        return Residuals(expected=self.expected[rows], surprise=self.surprise[rows])


def residuals(chances: Floats, outcome: Ints) -> Residuals:
    surprise = -chances
    surprise[np.arange(len(outcome)), outcome] += 1.0
    return Residuals(expected=chances, surprise=surprise)


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """One kind of effect. `direction` (classes): the shift of one standard deviation towards runs,
    wickets apart.

    `wicket_sd` the spread of the wicket's log-odds, `correlation` of the two, `boundary` what one
    standard deviation is in the log-odds of a boundary, `runs` in runs a ball.
    """

    direction: Floats
    wicket_sd: float
    correlation: float
    boundary: float
    runs: float


def sums_by(index: Ints, size: int, values: Floats) -> Floats:
    """Sum rows of `values` (n, k) by `index`: (size, k)."""
    return np.stack(
        [np.bincount(index, values[:, c], size) for c in range(values.shape[1])], axis=1
    )


def pair_covariance(r: Residuals, group: Ints, unit: Ints) -> Floats:
    """Covariance (classes, classes) of relative shifts between groups, from pairs of different
    units in a group.
    """
    surprise = _pair_products(r.surprise, group, unit)
    expected = _pair_products(r.expected, group, unit)
    enough = expected > _LEAST_PAIRS
    return np.where(enough, surprise / np.where(enough, expected, 1.0), 0.0)


def _pair_products(values: Floats, group: Ints, unit: Ints) -> Floats:
    """Sum over groups of the outer products of different units' sums: (k, k)."""
    keys, place = np.unique(group.astype(np.int64) * _UNITS + unit, return_inverse=True)
    units = sums_by(place, len(keys), values)
    groups, owner = np.unique(keys // _UNITS, return_inverse=True)
    whole = sums_by(owner, len(groups), units)
    return np.asarray(whole.T @ whole - units.T @ units)


def effect_of(r: Residuals, group: Ints, unit: Ints) -> Effect:
    """The spread and the direction of the effect that units of one group share."""
    covariance = pair_covariance(r, group, unit)
    share = r.expected.mean(axis=0)
    lean = share * (_BAT_RUNS - share @ _BAT_RUNS)
    lean[BallClass.WICKET] = 0.0
    variance = float(lean @ covariance @ lean)
    if variance < _LEAST_VARIANCE:  # nothing to be seen: a faint effect that moves runs alone
        covariance = _LEAST_VARIANCE * np.outer(_BAT_RUNS, _BAT_RUNS) / (lean @ _BAT_RUNS) ** 2
        variance = _LEAST_VARIANCE
    runs = float(np.sqrt(variance))
    direction = covariance @ lean / runs
    wicket = float(np.sqrt(max(covariance[BallClass.WICKET, BallClass.WICKET], _TINY)))
    correlation = float(np.clip(direction[BallClass.WICKET] / wicket, -0.6, 0.6))
    return Effect(
        direction=direction,
        wicket_sd=wicket,
        correlation=correlation,
        boundary=boundary_log_odds(direction, share),
        runs=runs,
    )


def boundary_log_odds(direction: Floats, share: Floats) -> float:
    """What a shift does to the log-odds of a boundary, to first order. `share` of each class."""
    rope = np.zeros(CLASSES, dtype=bool)
    rope[list(_BOUNDARIES)] = True
    inside = float(direction[rope] @ share[rope] / share[rope].sum())
    outside = float(direction[~rope] @ share[~rope] / share[~rope].sum())
    return max(inside - outside, _LEAST_BOUNDARY)


def variance_along(r: Residuals, direction: Floats, group: Ints, unit: Ints) -> float:
    """The variance of the effect along a direction, in its own units."""
    score, information = _scores(r, direction)
    products = _pair_products(np.stack([score, information], axis=1), group, unit)
    return max(float(products[0, 0] / max(products[1, 1], _TINY)), _TINY)


def _scores(r: Residuals, direction: Floats) -> tuple[Floats, Floats]:
    mean = r.expected @ direction
    return r.surprise @ direction, r.expected @ direction**2 - mean**2


def shrunk(
    r: Residuals, direction: Floats, variance: float, group: Ints, noise: float = 0.0
) -> Floats:
    """Each group's best linear estimate along a direction, one a group.

    `noise`: variance of what the group's balls share but the effect is not (the innings around the
    day).
    """
    score, information = _scores(r, direction)
    size = int(group.max()) + 1
    total = sums_by(group, size, np.stack([score, information], axis=1))
    score, information = total[:, 0], total[:, 1]
    return np.asarray(score / (information * (1.0 + noise / variance) + 1.0 / variance))


def innings_of(d: Deliveries) -> Ints:
    """An index of the innings of each delivery."""
    return d.match * 2 + np.minimum(d.innings, 2) - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects:
    """Every kind of effect of one family; variances of the direction's unit by group of batting
    places.
    """

    batter: Effect
    bowler: Effect
    venue: Effect
    day: Effect
    innings: Effect
    by_order: tuple[float, ...]
    wicket_by_order: tuple[float, ...]


def estimate_effects(d: Deliveries, r: Residuals) -> Effects:
    """The spreads and directions of all effects."""
    innings = innings_of(d)
    batter = effect_of(r, d.batter, innings)
    direction = without_wicket(batter.direction)
    groups = [(d.order >= low) & (d.order <= high) for low, high in ORDER_GROUPS]
    parts = [(r.where(g), d.batter[g], innings[g]) for g in groups]
    return Effects(
        batter=batter,
        bowler=effect_of(r, d.bowler, innings),
        venue=effect_of(r, d.venue, d.match),
        day=effect_of(r, d.match, innings),
        innings=effect_of(r, innings, d.legal // 6),
        by_order=tuple(variance_along(p, direction, b, i) for p, b, i in parts),
        wicket_by_order=tuple(variance_along(p, WICKET, b, i) for p, b, i in parts),
    )


WICKET: Final = np.array([float(c is BallClass.WICKET) for c in BallClass])


def without_wicket(direction: Floats) -> Floats:
    """A player's direction with wickets left to the other skill."""
    return np.asarray(np.where(WICKET > 0.0, 0.0, direction))


def offsets_of(d: Deliveries, r: Residuals, effects: Effects) -> Floats:
    """What the shrunk players and the day add to each delivery's predictor (deliveries, classes).

    The day is told from the other innings of the match, so that a chase's own fate does not explain
    itself.
    """
    total = np.zeros_like(r.expected)
    for effect, group in ((effects.batter, d.batter), (effects.bowler, d.bowler)):
        direction = without_wicket(effect.direction)
        total += shrunk(r, direction, 1.0, group)[group][:, None] * direction
        total += shrunk(r, WICKET, effect.wicket_sd**2, group)[group][:, None] * WICKET
    day = effects.day.direction
    innings = innings_of(d)
    noise = max(effects.innings.runs**2 / effects.day.runs**2 - 1.0, 0.0)
    by_innings = shrunk(r, day, 1.0, innings, noise)
    by_innings = np.append(by_innings, 0.0) if len(by_innings) % 2 else by_innings
    return np.asarray(total + by_innings[innings ^ 1][:, None] * day)
