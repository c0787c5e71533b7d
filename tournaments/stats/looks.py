"""Looking more than once at what is being collected: how far apart things must be at each look, so
that all looks together err no more than one would.

The error is spent by Lan and DeMets' function of O'Brien and Fleming's kind (1983): next to nothing
early, nearly all at the end. The bounds come from the recursion of Armitage, McPherson and Rowe
(1969) over the normal process that independent increments make.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from math import erfc, sqrt
from statistics import NormalDist
from typing import Final

import numpy as np

from tournaments.stats.arrays import Floats

FURTHEST: Final = 8.0  # standard errors; what is spent before the bound falls below is nothing
_CELLS: Final = 1_200
_BISECTIONS: Final = 50
_NORMAL: Final = NormalDist()


def spent(fraction: float, alpha: float) -> float:
    """How much of `alpha` may be spent once this fraction of all has been seen: each of both sides
    spends its half by the function.
    """
    return 4 * _NORMAL.cdf(_NORMAL.inv_cdf(alpha / 4) / sqrt(fraction))


@cache
def bounds(fractions: tuple[float, ...], alpha: float) -> tuple[float, ...]:
    """Of each look, in standard errors; `fractions` rise to 1 at the last."""
    found: list[float] = []
    already, before = 0.0, 0.0
    reached = np.array([0.0])  # where the process may be, not having crossed
    weight = np.array([1.0])
    for fraction in fractions:
        step = sqrt(fraction - before)
        to_spend = spent(fraction, alpha) - already
        bound = _bound(reached, weight, step, fraction, to_spend)
        already += _crossing(reached, weight, step, bound * sqrt(fraction))
        reached, weight = _inside(reached, weight, step, bound * sqrt(fraction))
        found.append(bound)
        before = fraction
    return tuple(found)


def _bound(reached: Floats, weight: Floats, step: float, fraction: float, to_spend: float) -> float:
    low, high = 0.0, FURTHEST
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        crossing = _crossing(reached, weight, step, middle * sqrt(fraction))
        low, high = (middle, high) if crossing > to_spend else (low, middle)
    return high


def _crossing(reached: Floats, weight: Floats, step: float, edge: float) -> float:
    """The chance to be outside of ±`edge` one step on."""
    beyond = _below((reached - edge) / step) + _below((-edge - reached) / step)
    return float(weight @ beyond)


def _inside(reached: Floats, weight: Floats, step: float, edge: float) -> tuple[Floats, Floats]:
    """Where the process may be one step on, within ±`edge`: points, and the chance at each."""
    points = np.linspace(-edge, edge, _CELLS + 1)
    middles = (points[1:] + points[:-1]) / 2
    width = points[1] - points[0]
    density = np.exp(-(((middles[:, None] - reached[None, :]) / step) ** 2) / 2)
    return middles, density @ weight * width / (step * sqrt(2 * np.pi))


def _below(z: Floats) -> Floats:
    return np.array([erfc(-value) / 2 for value in (z / sqrt(2)).tolist()])


def even_looks(first: int, every: int, most: int) -> tuple[int, ...]:
    """At `first`, then after `every` more, the last at `most`."""
    return (*range(first, most, every), most)


def fractions_of(looks: Sequence[int]) -> tuple[float, ...]:
    return tuple(look / looks[-1] for look in looks)
