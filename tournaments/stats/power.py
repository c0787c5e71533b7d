"""How much play shows how small a difference, before anything is played.

Near level captains a score's error is an Elo error of 400/ln 10 · 4 = 694.87 a unit. `spread` is
the standard deviation of a pair's score: measured in a pilot, or `pair_spread` of what is assumed.
"""

from __future__ import annotations

from math import asin, pi, sqrt
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


def resolution(pairs: float, spread: float, captains: int = 2) -> float:
    """Half of the 95 % interval of a difference after so many pairs of every two, in Elo."""
    return _quantile(pairs) * _error(pairs, spread, captains)


def detectable(pairs: float, spread: float, power: float = POWER, captains: int = 2) -> float:
    """The difference, in Elo, that such a test at 5 % finds with this power."""
    return (_quantile(pairs) + NormalDist().inv_cdf(power)) * _error(pairs, spread, captains)


def pairs_for(elo: float, spread: float, captains: int = 2) -> int:
    """The fewest pairs of every two, from 2, of which `resolution` is `elo` or less."""
    low, high = 1, 2
    while resolution(high, spread, captains) > elo and high < MOST_PAIRS:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        enough = resolution(middle, spread, captains) <= elo
        low, high = (low, middle) if enough else (middle, high)
    return high


def _quantile(pairs: float) -> float:
    """By the pairs of one pairing, as all pairings play the same seeds."""
    return _TWO_SIDED if pairs >= MANY else reach(int(pairs) - 1)


def _error(pairs: float, spread: float, captains: int) -> float:
    """In a round robin the others tell of both too: as much as so many pairs of the two alone."""
    return ELO_A_SCORE * spread / sqrt(pairs * captains / 2)
