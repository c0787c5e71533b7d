"""How far an estimate would move without one cluster of the data, for every cluster in turn, by one
Newton step each: squared and added up, that is its variance.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from tournaments.stats.arrays import Floats, Ints

WEAK_RIDGE: Final = 0.125  # half a match's information: ½ · ¼
_TOGETHER: Final = 10_000  # rows
_MOST_LEFT_OUT: Final = 5_000  # clusters; beyond, one of them moves nothing


def moved(rows: Floats, weight: Floats, cluster: Ints, pulls: Floats, ridge: Floats) -> Floats:
    """How far leaving out each cluster would move the solution: a row a cluster. `weight` is the
    information of each row, `cluster` whose it is, `pulls` what each cluster adds to the score
    equations. A weak ridge bounds it where without the cluster some would not have met the others.
    """
    every: Floats = (rows.T * weight) @ rows + np.diag(ridge)
    clusters = len(pulls)
    if clusters > _MOST_LEFT_OUT:
        return np.asarray(np.linalg.solve(every, pulls.T).T)
    parts = np.zeros((clusters, *every.shape))
    for start in range(0, len(rows), _TOGETHER):  # a table of all of them may not fit
        some = slice(start, start + _TOGETHER)
        each = (rows[some] * weight[some, None])[:, :, None] * rows[some, None, :]
        np.add.at(parts, cluster[some], each)
    left = every - parts + np.eye(len(every)) * WEAK_RIDGE
    return np.asarray(np.linalg.solve(left, pulls[:, :, None])[:, :, 0])
