"""Venue, day and innings effects, drawn for a match.

They supply the spread that independent deliveries lack (their totals vary 2.7 times too little);
the spreads are calibrated by the fit. Each effect has its own key, so none depends on how many
others were drawn.
"""

from __future__ import annotations

from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.random import Generator

from engine.chance.classes import Floats
from engine.chance.coefficients import Coefficients, Spreads, shipped_coefficients
from engine.cricket.state import Conditions
from engine.seeds import Streams

PURPOSE: Final = "conditions"
_HALF_STEP: Final = 2.0**-54
_NORMAL: Final = NormalDist()


def standard_normal(uniform: float) -> float:
    """The normal score of a uniform number in [0, 1)."""
    return _NORMAL.inv_cdf(uniform + _HALF_STEP)


def draw_towards(draws: Generator, matches: int, spreads: Spreads) -> Floats:
    """What venue, day and innings add to scoring in many matches, (2 innings, matches), distributed
    as `draw_conditions` has it.
    """
    score = draws.standard_normal((4, matches))
    shared = spreads.venue * score[0] + spreads.day * score[1]
    return np.asarray(shared + spreads.innings * score[2:])


def draw_conditions(streams: Streams, coefficients: Coefficients | None = None) -> Conditions:
    """The conditions of a match, from its own streams."""
    spreads = (coefficients or shipped_coefficients()).spreads
    score = [standard_normal(streams.uniform(PURPOSE, index=i)) for i in range(4)]
    return Conditions(
        venue=spreads.venue * score[0],
        day=spreads.day * score[1],
        innings=(spreads.innings * score[2], spreads.innings * score[3]),
    )
