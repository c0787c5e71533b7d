"""How much play shows how small a difference, before anything is played.

Near level captains a score's error is an Elo error of 400/ln 10 · 4 = 694.87 a unit. `spread` is
the standard deviation of a pair's score: measured in a pilot, or `pair_spread` of what is assumed.
"""

from __future__ import annotations

from math import asin, ceil, pi, sqrt
from statistics import NormalDist
from typing import Final

from tournaments.stats.head_to_head import MANY
from tournaments.stats.scale import ELO_A_NAT
from tournaments.stats.student import reach

ELO_A_SCORE: Final = 4 * ELO_A_NAT
POWER: Final = 0.8
MOST_PAIRS: Final = 10**12
_TWO_SIDED: Final = NormalDist().inv_cdf(0.975)


def pair_spread(*, luck: float = 0.0, draws: float = 0.0) -> float:
    """Of two even captains, where the luck of both legs correlates by `luck` (0 without swapped
    pairs, towards 1 where the seed decides), and this share of matches is level. By a normal
    margin: the legs go to different captains with the chance ½ + asin(luck)/π.
    """
    same = 0.5 - asin(luck) / pi
    return sqrt((1 - draws) * (same + draws * (0.5 - same)) / 4)


def resolution(pairs: float, spread: float) -> float:
    """Half of the 95 % interval after so many pairs, in Elo."""
    return _quantile(pairs) * _error(pairs, spread)


def detectable(pairs: float, spread: float, power: float = POWER) -> float:
    """The difference, in Elo, that such a test at 5 % finds with this power."""
    return (_quantile(pairs) + NormalDist().inv_cdf(power)) * _error(pairs, spread)


def pairs_for(elo: float, spread: float) -> int:
    """The fewest pairs of which `resolution` is `elo` or less."""
    low, high = 1, 2
    while resolution(high, spread) > elo and high < MOST_PAIRS:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if resolution(middle, spread) > elo else (low, middle)
    return high


def pairs_of_pairing(pairs: int, captains: int) -> int:
    """How many pairs every two captains play, so that a gap in their round robin is as sure as
    between two captains after `pairs`: the others tell of both too.
    """
    return ceil(2 * pairs / captains)


def pairs_worth(pairs_a_pairing: float, captains: int) -> float:
    """The other way round."""
    return pairs_a_pairing * captains / 2


def _quantile(pairs: float) -> float:
    return _TWO_SIDED if pairs >= MANY else reach(int(pairs) - 1)


def _error(pairs: float, spread: float) -> float:
    return ELO_A_SCORE * spread / sqrt(pairs)
