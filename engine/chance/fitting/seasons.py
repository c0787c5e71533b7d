"""Seasons: how scoring has moved from year to year, and where a forecaster would put the years that
are not in the data.

Each phase and class has a level a season. Levels are smoothed as a random walk whose step is
estimated, so a season with few matches leans on its neighbours. The years after the last are its
level and a damped trend; how strongly it is damped, and how many years tell the slope, is chosen by
forecasting seasons of the past from those before them. The error of those forecasts is kept: it is
what to expect of a season that nobody has seen.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Final

import numpy as np

from engine.chance.classes import CLASSES, BallClass, Floats, Ints
from engine.chance.design import PHASES, SEASONS
from engine.eras import FIRST_ERA

REFERENCE_SINCE: Final = 2019  # the seasons of the target tables, to 2024: zero on the scale
LEAST_STEP: Final = 0.03  # of a log-odds a year; no walk is stiller
USUAL_STEP: Final = 0.05  # of a log-odds a year, about what sixes do
DAMPINGS: Final = (0.0, 0.3, 0.5, 0.6, 0.7, 0.8)
WINDOWS: Final = (5, 8, 10)  # seasons that tell the slope
HORIZONS: Final = (1, 2, 3)  # the years that a match can be played in beyond the data
# The past tells hardly apart how far a trend goes on, but over ten years it did: of the forecasts
# whose error is this near the best one's, the one with the longest memory and then the most trend
# is used.
AS_GOOD: Final = 1.05
LEAST_HISTORY: Final = 4  # seasons before a forecast
_RUNS: Final = np.array(
    [0.0, 1.0, 2.0, 3.0, 4.0, 6.0, 0.0, 1.2, 1.3, 1.2, 1.9]
)  # of a class's ball


@dataclass(frozen=True, slots=True, kw_only=True)
class Damping:
    """How a trend goes on: `slope` over so many seasons, each year `factor` of the last one's
    step.
    """

    factor: float
    window: int


NO_TREND: Final = Damping(factor=0.0, window=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeasonTable:
    """`levels` and `counts` of deliveries (season, phase, class), seasons from `FIRST_ERA`; 0
    deliveries where there are no data.
    """

    levels: Floats
    counts: Floats

    @property
    def first(self) -> int:
        return int(np.flatnonzero(self.counts.any(axis=(1, 2)))[0])

    @property
    def last(self) -> int:
        return int(np.flatnonzero(self.counts.any(axis=(1, 2)))[-1])


def season_table(levels: Floats, season: Ints, phase: Ints, outcome: Ints) -> SeasonTable:
    """The fitted levels, against the dot ball, with what they rest on. `levels` as the fit has
    them.
    """
    counts = np.zeros((SEASONS, len(PHASES), CLASSES))
    np.add.at(counts, (season, phase, outcome), 1.0)
    shaped = levels.reshape(SEASONS, len(PHASES), CLASSES)
    return SeasonTable(levels=shaped - shaped[..., :1], counts=counts)


def smoothed(table: SeasonTable, upto: int | None = None) -> Floats:
    """The levels as random walks (season, phase, class), from the seasons up to `upto`; constant
    before the first and after the last.
    """
    know = table.counts * (np.arange(SEASONS) <= (SEASONS if upto is None else upto))[:, None, None]
    total = know.sum(axis=2, keepdims=True)
    information = know * (1.0 - know / np.maximum(total, 1.0))
    step = _step_variance(table.levels, information)
    gaps = np.diff(np.eye(SEASONS), axis=0)
    walk = gaps.T @ gaps
    found = np.zeros_like(table.levels)
    for p, c in product(range(len(PHASES)), range(1, CLASSES)):
        weight = information[:, p, c]
        system = np.diag(weight + 1e-9) + walk / step[c]
        found[:, p, c] = np.linalg.solve(system, weight * table.levels[:, p, c])
    return found


def _step_variance(levels: Floats, information: Floats) -> Floats:
    """The variance of a year's step of each class, sampling error taken off; well-known steps count
    for more.
    """
    known = (information[1:] > 1.0) & (information[:-1] > 1.0)
    error = 1.0 / np.maximum(information[1:], 1.0) + 1.0 / np.maximum(information[:-1], 1.0)
    weight = known / (error + USUAL_STEP**2)
    moved = np.diff(levels, axis=0) ** 2 - error
    mean = (weight * moved).sum(axis=(0, 1)) / np.maximum(weight.sum(axis=(0, 1)), 1.0)
    return np.asarray(np.maximum(mean, LEAST_STEP**2))


def extended(levels: Floats, last: int, damping: Damping) -> Floats:
    """The levels with the seasons after `last` put where the damped trend leads."""
    window = min(damping.window, last)
    span = np.arange(window + 1) - window / 2.0
    recent = levels[last - window : last + 1]
    slope = np.tensordot(span, recent, axes=1) / float(span @ span)
    ahead = levels.copy()
    step = slope
    for season in range(last + 1, SEASONS):
        step = step * damping.factor
        ahead[season] = ahead[season - 1] + step
    return ahead


def runs_of(levels: Floats, table: SeasonTable) -> Floats:
    """What levels (…, phase, class) are worth in runs a hundred balls, to first order."""
    counts = table.counts.sum(axis=0)
    share = counts / counts.sum(axis=1, keepdims=True)
    value = share * (_RUNS - (share @ _RUNS)[:, None])
    weight = counts.sum(axis=1) / counts.sum()
    return np.asarray(100.0 * (levels * value).sum(axis=-1) @ weight)


def sixes_of(levels: Floats, table: SeasonTable) -> Floats:
    """What levels are worth in sixes a hundred balls, to first order."""
    counts = table.counts.sum(axis=0)
    share = counts / counts.sum(axis=1, keepdims=True)
    pull = (levels * share).sum(axis=-1)
    six = share[:, BallClass.SIX] * (levels[..., BallClass.SIX] - pull)
    return np.asarray(100.0 * six @ (counts.sum(axis=1) / counts.sum()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtest:
    """The damping that is used, and its root mean square errors a hundred balls by years ahead."""

    damping: Damping
    runs: dict[int, float]
    sixes: dict[int, float]
    forecasts: int


def backtest(table: SeasonTable) -> Backtest:
    """Forecast each season from those before it, with every damping; keep the best."""
    tried = {
        (factor, window): list(_misses(table, Damping(factor=factor, window=window)))
        for factor, window in product(DAMPINGS, WINDOWS)
    }
    size = {
        key: np.sqrt(np.mean([runs**2 for _, runs, _ in misses] or [0.0]))
        for key, misses in tried.items()
    }
    as_good = [key for key in tried if size[key] <= AS_GOOD * min(size.values())]
    best = max(as_good, key=lambda key: (key[1], key[0]))
    misses = tried[best]

    def error(which: int, ahead: int) -> float:
        squares = [miss[which] ** 2 for miss in misses if miss[0] == ahead]
        return round(float(np.sqrt(np.mean(squares))), 3) if squares else 0.0

    return Backtest(
        damping=Damping(factor=best[0], window=best[1]),
        runs={h: error(1, h) for h in HORIZONS},
        sixes={h: error(2, h) for h in HORIZONS},
        forecasts=len(misses),
    )


def _misses(table: SeasonTable, damping: Damping) -> Iterator[tuple[int, float, float]]:
    """Years ahead, runs and sixes a hundred balls by which the forecast missed the fitted level."""
    for origin in range(table.first + LEAST_HISTORY - 1, table.last):
        ahead = extended(smoothed(table, origin), origin, damping)
        for years in HORIZONS:
            if origin + years <= table.last:
                wrong = ahead[origin + years] - table.levels[origin + years]
                yield years, float(runs_of(wrong, table)), float(sixes_of(wrong, table))


def about(levels: Floats, table: SeasonTable, since: int) -> Floats:
    """The mean levels (phase, class) of the seasons from the year `since` on, to be taken as
    zero.
    """
    weight = table.counts.sum(axis=2)
    weight[: since - FIRST_ERA] = 0.0
    weight = weight / weight.sum(axis=0)
    return np.asarray((levels * weight[..., None]).sum(axis=0))
