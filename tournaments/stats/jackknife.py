"""How far an estimate would move without one cluster of the data, for every cluster in turn, by one
Newton step each: squared and added up, that is its variance.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np

from tournaments.stats.arrays import Floats, Ints
from tournaments.stats.design import Design

WEAK_RIDGE: Final = 0.125  # half a match's information: ½ · ¼
_MOST_NUMBERS: Final = 2_000_000  # at once: an information matrix a cluster, of many captains large
MOST_LEFT_OUT: Final = 5_000  # clusters; beyond, one of them moves nothing


class Scatter(NamedTuple):
    """`moves`: rows of which the products with themselves add up to those of what leaving out each
    cluster moves. `squares`: of what all clusters add to each of the score equations.
    """

    moves: Floats
    squares: Floats


def scatter(rows: Design, weight: Floats, cluster: Ints, over: Floats, ridge: Floats) -> Scatter:
    """Of rows that scored so much `over` what was expected of them."""
    clusters = int(cluster.max()) + 1
    if clusters <= MOST_LEFT_OUT:
        pulls = _pulls(rows, cluster, over, clusters)
        return Scatter(moved(rows, weight, cluster, pulls, ridge), (pulls * pulls).sum(0))
    together = _products_of_pulls(rows, cluster, over, clusters)
    values, vectors = np.linalg.eigh(together)
    root = vectors * np.sqrt(np.maximum(values, 0))
    every = rows.information(weight) + np.diag(ridge)
    return Scatter(np.asarray(np.linalg.solve(every, root).T), together.diagonal())


def _products_of_pulls(rows: Design, cluster: Ints, over: Floats, clusters: int) -> Floats:
    """Added up, some clusters at a time: the pulls of all at once may not fit."""
    order = np.argsort(cluster, kind="stable")
    rows, cluster, over = rows.taken(order), cluster[order], over[order]
    found = np.zeros((rows.size, rows.size))
    ends = np.searchsorted(cluster, np.arange(clusters + 1))
    together = max(1, _MOST_NUMBERS // rows.size)
    for first in range(0, clusters, together):
        last = min(first + together, clusters)
        some = slice(int(ends[first]), int(ends[last]))
        pulls = _pulls(rows.taken(some), cluster[some] - first, over[some], last - first)
        found += pulls.T @ pulls
    return found


def _pulls(rows: Design, cluster: Ints, over: Floats, clusters: int) -> Floats:
    """What each cluster adds to the score equations."""
    found = np.zeros((clusters, rows.size))
    np.add.at(found, (cluster, rows.first), over)
    np.subtract.at(found, (cluster, rows.second), over)
    for column, effect in enumerate(rows.effects.T, rows.captains):
        found[:, column] = np.bincount(cluster, over * effect, clusters)
    return found


def moved(rows: Design, weight: Floats, cluster: Ints, pulls: Floats, ridge: Floats) -> Floats:
    """How far leaving out each cluster would move the solution: a row a cluster. `weight` is the
    information of each row, `cluster` whose it is, `pulls` what each cluster adds to the score
    equations. A weak ridge bounds it where without the cluster some would not have met the others.
    """
    every = rows.information(weight) + np.diag(ridge)
    clusters = len(pulls)
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
