"""A few kinds of players that stand for all who are drawn, alike in number: what a ball comes to on
average over them is what it comes to over the whole population, to the third order of their skills.

Two skills of a player are normal numbers with a correlation. Four points on the axes at the root of
two deviations have the mean, spread and correlation of the whole, and are as lopsided: not at all.
"""

from __future__ import annotations

from math import sqrt
from typing import Final

import numpy as np

from engine.chance.classes import Floats
from engine.chance.coefficients import Spreads

_AXES: Final = sqrt(2.0) * np.array([[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0], [0.0, -1.0]])
KINDS: Final = len(_AXES)


def batters_of(spreads: Spreads) -> Floats:
    """Scoring and survival, (place in the order - 1, kind, 2)."""
    deviations = np.array([spreads.scoring, spreads.survival]).T
    return np.asarray(_correlated(spreads.batting_correlation) * deviations[:, None])


def bowlers_of(spreads: Spreads) -> Floats:
    """Economy and strike, (kind, 2)."""
    deviations = np.array([spreads.economy, spreads.strike])
    return np.asarray(_correlated(spreads.bowling_correlation) * deviations)


def _correlated(correlation: float) -> Floats:
    first, second = _AXES.T
    return np.stack([first, correlation * first + sqrt(1.0 - correlation**2) * second], axis=-1)
