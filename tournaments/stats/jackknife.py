"""How far an estimate would move without one cluster of the data, for every cluster in turn, by one
Newton step each: squared and added up, that is its variance.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

import numpy as np

from tournaments.stats.arrays import Floats, Ints
from tournaments.stats.design import Design

WEAK_RIDGE: Final = 0.125  # half a match's information: ½ · ¼
_MOST_NUMBERS: Final = 2_000_000  # at once: an information matrix a cluster, of many captains large
_MOST_LEFT_OUT: Final = 5_000  # clusters; beyond, one of them moves nothing


def moved(rows: Design, weight: Floats, cluster: Ints, pulls: Floats, ridge: Floats) -> Floats:
    """How far leaving out each cluster would move the solution: a row a cluster. `weight` is the
    information of each row, `cluster` whose it is, `pulls` what each cluster adds to the score
    equations. A weak ridge bounds it where without the cluster some would not have met the others.
    """
    every = rows.information(weight) + np.diag(ridge)
    clusters = len(pulls)
    if clusters > _MOST_LEFT_OUT:
        return np.asarray(np.linalg.solve(every, pulls.T).T)
    bounded = every + np.eye(len(every)) * WEAK_RIDGE
    each = _information(rows, weight, cluster, clusters)
    found, together = np.empty_like(pulls), max(1, _MOST_NUMBERS // every.size)
    for first in range(0, clusters, together):
        some = pulls[first : first + together, :, None]
        left = np.stack([bounded - next(each) for _ in some])
        found[first : first + together] = np.linalg.solve(left, some)[:, :, 0]
    return found


def _information(rows: Design, weight: Floats, cluster: Ints, clusters: int) -> Iterator[Floats]:
    """Of each cluster, one after the other: all at once may not fit."""
    order = np.argsort(cluster, kind="stable")
    rows, weight = rows.taken(order), weight[order]
    ends = np.searchsorted(cluster[order], np.arange(clusters + 1))
    for begin, end in pairwise(ends.tolist()):
        yield rows.taken(slice(begin, end)).information(weight[begin:end])
