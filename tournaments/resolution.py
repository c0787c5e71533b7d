"""Which difference between two captains a plan can tell from luck, before a ball is bowled.

Pairs are observations of a difference; who met whom makes a network of them, in which two captains
are also compared through those whom both met. The variance of that comparison is the pair's
variance times the resistance between the two, each pairing a wire of as many pairs (the least
squares of a balanced design; for a full round robin of n it is 2/n of what one pairing tells). Elo
is read at even strength, where a score of one half more is 694.87 points: 400/(ln 10 · ¼).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf, isfinite, sqrt
from statistics import NormalDist
from typing import Final

import numpy as np

from tournaments.stats.power import ELO_A_SCORE, POWER
from tournaments.stats.student import reach

_Z_POWER: Final = NormalDist().inv_cdf(POWER)
_APART: Final = 1e-9  # of a resistance: the two are not connected
_UNPAIRED: Final = 0.125  # variance of the mean of two matches of even captains without ties


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """In Elo points; None where too little is planned to tell. `half_width` of the 95 % interval of
    a difference, `detectable`: the true one that is found with 80 % power at 5 %, two-sided.
    """

    half_width: float | None
    detectable: float | None


def resistances(
    captains: Sequence[str], pairs: Mapping[tuple[str, str], float]
) -> dict[tuple[str, str], float]:
    """Between every two captains, given how many pairs each pairing plays; infinite where nothing
    connects them.
    """
    place = {captain: index for index, captain in enumerate(captains)}
    laplacian = np.zeros((len(captains), len(captains)))
    for (one, other), count in pairs.items():
        a, b = place[one], place[other]
        laplacian[[a, b], [a, b]] += count
        laplacian[[a, b], [b, a]] -= count
    inverse = np.linalg.pinv(laplacian, rcond=_APART, hermitian=True)
    joined = laplacian @ inverse
    found = {}
    for a, one in enumerate(captains):
        for b in range(a + 1, len(captains)):
            apart = abs(joined[a, a] - joined[b, a] - 1) > _APART
            between = inverse[a, a] + inverse[b, b] - 2 * inverse[a, b]
            found[one, captains[b]] = inf if apart else float(between)
    return found


def resolution(variance: float, resistance: float, freedom: int) -> Resolution:
    """`variance` of a pair's score, `freedom` of its estimate: seeds less one where they are
    shared.
    """
    error = sqrt(variance * resistance) * ELO_A_SCORE
    far = reach(freedom)
    if not isfinite(error) or not isfinite(far):
        return Resolution(half_width=None, detectable=None)
    return Resolution(half_width=far * error, detectable=(far + _Z_POWER) * error)


def gain(variance: float) -> float:
    """How many times as many unpaired matches the same resolution would take."""
    return _UNPAIRED / variance if variance > 0 else inf
