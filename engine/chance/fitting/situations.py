"""The situations of the design, derived from deliveries."""

from __future__ import annotations

import numpy as np

from engine.chance.design import BALLS_PER_OVER, WICKETS, Family, Situations
from engine.chance.fitting.reading import Deliveries
from engine.chance.fitting.splits import phases_of
from engine.eras import FIRST_ERA


def situations_of(family: Family, d: Deliveries) -> Situations:
    """One situation a delivery."""
    left = np.maximum(family.overs * BALLS_PER_OVER - d.legal, 1)
    needed = np.maximum(d.target - d.runs, 0)
    return Situations(
        overs_left=left / BALLS_PER_OVER,
        powerplay=d.legal / family.powerplay_balls,
        innings=d.innings,
        wickets=np.minimum(d.wickets, WICKETS - 1),
        order=d.order,
        faced=d.faced,
        free_hit=d.free_hit,
        rate=np.where(d.target > 0, needed * BALLS_PER_OVER / left, np.nan),
        phase=phases_of(family, d),
        season=d.year - FIRST_ERA,
    )
