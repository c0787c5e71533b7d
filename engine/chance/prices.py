"""The price of a bowler's over: what his side will miss him for when it is bowled now.

The overs that are left are a transport problem: so many of each bowler, so many in each part of the
innings, each pair at its worth. What one more over of a bowler would be worth there is his price.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from engine.chance.classes import Floats

# The overs are shared out in proportion to exp(-worth / temperature); the temperature is this share
# of the widest difference between two bowlers, so that what is nearly equal is shared.
_TEMPERATURE: Final = 0.04
_ROUNDS: Final = 5
_HARDLY_ANY: Final = 1e-3  # of an over, where there is none: a price stays finite


def prices(worths: Floats, left: Floats, overs: Floats) -> Floats:
    """(…, bowler): what the fielding side gives away later on when one of his overs is bowled now;
    0 for a bowler who has overs to spare. `worths` (…, part, bowler) of an over, `left` (…, bowler)
    and `overs` (…, part) how many there are; a part without any changes nothing.

    The prices of sharing out the overs, smoothed, found by scaling rows and columns in turn
    (Sinkhorn); a row more takes the overs that nobody needs.
    """
    widest = worths.max(axis=(-2, -1)) - worths.min(axis=(-2, -1))
    temperature = np.maximum(1e-9, _TEMPERATURE * widest)[..., None]
    best = worths.min(axis=-1, keepdims=True)
    share = np.exp((best - worths) / temperature[..., None])
    rows = np.concatenate([share, np.ones_like(left)[..., None, :]], axis=-2)
    supply = np.maximum(left, _HARDLY_ANY)
    spare = np.maximum(left.sum(axis=-1) - overs.sum(axis=-1), _HARDLY_ANY)
    demand = np.concatenate([overs, spare[..., None]], axis=-1)
    free = supply
    wanted = demand / _times(rows, free)
    for _ in range(_ROUNDS):
        free = supply / _times(rows.swapaxes(-1, -2), wanted)
        wanted = demand / _times(rows, free)
    return np.asarray(np.maximum(-temperature * np.log(free * wanted[..., -1:]), 0.0))


def _times(rows: Floats, column: Floats) -> Floats:
    """Of each pair, a matrix times a vector."""
    return np.asarray((rows @ column[..., None])[..., 0])
