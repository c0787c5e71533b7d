"""The direction of aggression: how the classes move as real chasers come under a rising required
rate.

The rate's rows of the fit, which hold everything else still (players, day, time, wickets, balls
faced), are regressed on rate and rate²; the slope is what pressing buys and costs, the curvature
what over-reaching spoils.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from engine.chance.aggression import CENTRE_RATE, FULL_ATTACK_RATE, SATURATION
from engine.chance.classes import CLASSES, BallClass, Floats
from engine.chance.design import Family, factor_offsets, factor_shapes

_RUN: Final = np.array([c in (BallClass.ONE, BallClass.TWO) for c in BallClass])
RATES: Final = (4.0, 27.0)  # below, the match is won and nothing is revealed; above, it is lost


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressing:
    """`press` and `overreach` (classes) as `Directions` has them, a row a class against the dot
    ball.
    """

    press: Floats
    overreach: Floats


def pressing_of(family: Family, coefficients: Floats, matrix: Any) -> Pressing:
    """Regress the rate's rows, weighted by the deliveries behind each, with a level for every band
    of time.
    """
    offset = factor_offsets(family)["rate"]
    bands, rates = factor_shapes(family)["rate"]
    rows = slice(offset, offset + bands * rates)
    table = coefficients[rows].reshape(bands, rates, CLASSES)
    table = table[:-1] + table[-1]  # a band's own rows and those it shares
    table = table - table[:, :, :1]
    behind = np.asarray(matrix[:, rows].sum(axis=0)).reshape(bands, rates)
    rate = np.array(family.rate)
    used = (rate >= RATES[0]) & (rate <= RATES[1])
    x = (rate[used] - CENTRE_RATE) / FULL_ATTACK_RATE
    design, values, weight = [], [], []
    for band in range(1, bands - 1):
        level = np.zeros(bands - 2)
        level[band - 1] = 1.0
        for i, place in enumerate(np.flatnonzero(used)):
            design.append([x[i], x[i] ** 2, *level])
            values.append(table[band, place])
            weight.append(np.sqrt(behind[band, place]))
    w = np.array(weight)[:, None]
    solved = np.linalg.lstsq(np.array(design) * w, np.array(values) * w, rcond=None)[0]
    # What bends faster than the common bend of `engine.chance.aggression` is over-reach: lost ones
    # and twos.
    beyond = solved[1] + 0.5 * SATURATION * solved[0]
    return Pressing(press=solved[0], overreach=np.where(_RUN, np.minimum(beyond, 0.0), 0.0))
