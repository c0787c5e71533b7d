"""Looking more than once at what is being collected: how far apart things must be at each look, so
that all looks together err no more than one would. The bound of a look depends on those before
it and not on those after it, so a look is worked out when it comes.

The error is spent by Lan and DeMets' function of O'Brien and Fleming's kind (1983): next to nothing
early, nearly all at the end. The bounds come from the recursion of Armitage, McPherson and Rowe
(1969) over the normal process that independent increments make.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import erfc, sqrt
from statistics import NormalDist
from typing import Final, NamedTuple

import numpy as np

from tournaments.stats.arrays import Floats

FURTHEST: Final = 8.0  # standard errors; what is spent before the bound falls below is nothing
_CELLS: Final = 1_200
_BISECTIONS: Final = 50
_KEPT: Final = 500  # looks, of 20 kB each
_NORMAL: Final = NormalDist()


def spent(fraction: float, alpha: float) -> float:
    """How much of `alpha` may be spent once this fraction of all has been seen: each of both sides
    spends its half by the function.
    """
    return 4 * _NORMAL.cdf(_NORMAL.inv_cdf(alpha / 4) / sqrt(fraction))


class Looked(NamedTuple):
    """After a look: its `bound` in standard errors, what all looks up to it have spent, and where
    the process may be that has crossed no bound, with the chance at each.
    """

    bound: float
    spent: float
    reached: Floats
    weight: Floats


_BEFORE: Final = Looked(0.0, 0.0, np.array([0.0]), np.array([1.0]))


@lru_cache(maxsize=_KEPT)
def looked(fractions: tuple[float, ...], alpha: float) -> Looked:
    """The last of these looks, which goes on from the one before it; `fractions` of all that will
    be collected rise to 1 at most.
    """
    *earlier, fraction = fractions
    before = looked(tuple(earlier), alpha) if earlier else _BEFORE
    reached, weight = before.reached, before.weight
    step = sqrt(fraction - (earlier[-1] if earlier else 0.0))
    to_spend = spent(fraction, alpha) - before.spent
    bound = _bound(reached, weight, step, fraction, to_spend)
    edge = bound * sqrt(fraction)
    all_spent = before.spent + _crossing(reached, weight, step, edge)
    return Looked(bound, all_spent, *_inside(reached, weight, step, edge))


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
