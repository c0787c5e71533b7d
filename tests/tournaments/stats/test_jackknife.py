"""What leaving out a cluster does, against leaving it out."""

from __future__ import annotations

import numpy as np
import pytest

from tournaments.stats.jackknife import WEAK_RIDGE, moved

SIZE = 60  # of a solution: the matrices of all clusters are more than are held at once
CLUSTERS = 700


def test_each_cluster_moves_what_the_equations_without_it_say() -> None:
    dice = np.random.default_rng(1)
    rows, weight = dice.normal(size=(3 * CLUSTERS, SIZE)), dice.random(3 * CLUSTERS)
    cluster = dice.permutation(np.repeat(np.arange(CLUSTERS), 3))
    pulls, ridge = dice.normal(size=(CLUSTERS, SIZE)), np.full(SIZE, 0.5)
    found = moved(rows, weight, cluster, pulls, ridge)
    for one in (0, 1, 554, 555, 556, CLUSTERS - 1):
        others = cluster != one
        left = (rows[others].T * weight[others]) @ rows[others]
        left += np.diag(ridge + WEAK_RIDGE)
        assert found[one] == pytest.approx(np.linalg.solve(left, pulls[one]))
