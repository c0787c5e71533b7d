"""How far the conditions of a family spread: by how much its totals vary, and how alike the two
innings of a match are.

What both innings share makes their half-way scores go together; what is left of the spread of first
innings, after chance and players, is the innings' own. Half-way scores, because a chase that is won
early ends early.
"""

from __future__ import annotations

from math import sqrt
from typing import Final

import numpy as np

from engine.chance.classes import Floats
from engine.chance.coefficients import ConditionSpreads
from engine.chance.design import BALLS_PER_OVER, Family
from engine.chance.fitting.arena import half_way
from engine.chance.fitting.targets import RealTable
from engine.chance.logs import MatchLogs

DAMPING: Final = 0.8
_SMALLEST: Final = 0.02
_LARGEST: Final = 0.5  # keeps the calibration finite on data too few to calibrate on


def moved_spreads(
    spreads: ConditionSpreads,
    family: Family,
    real: RealTable,
    logs: MatchLogs,
    towards: Floats,
    step: float,
) -> ConditionSpreads:
    """Spreads nearer to the real variance of first innings and covariance of half-way scores;
    `step` 1 goes all the way but for a damping. `towards` what conditions added to the first
    innings (matches). Venue and day keep their proportion.
    """
    gain, first = DAMPING * step, logs.first.runs.astype(np.float64)
    half = family.overs * BALLS_PER_OVER // 2
    halves = [half_way(log, half) for log in (logs.first, logs.second)]
    covariance = real.correlation * halves[0].std() * halves[1].std()
    missing = covariance - float(np.cov(halves[0], halves[1])[0, 1])
    shared = spreads.venue**2 + spreads.day**2
    new_shared = _bounded(shared + gain * missing / _slope(towards, halves[0]) ** 2)
    lacking = (real.sd**2 - first.var()) / _slope(towards, first) ** 2
    total = shared + spreads.innings**2 + gain * lacking
    ratio = sqrt(new_shared / shared)
    return ConditionSpreads(
        venue=round(spreads.venue * ratio, 4),
        day=round(spreads.day * ratio, 4),
        innings=round(sqrt(_bounded(total - new_shared)), 4),
    )


def _bounded(variance: float) -> float:
    return min(max(variance, _SMALLEST**2), _LARGEST**2)


def _slope(x: Floats, y: Floats) -> float:
    return float(np.cov(x, y)[0, 1] / x.var(ddof=1)) or 1.0
