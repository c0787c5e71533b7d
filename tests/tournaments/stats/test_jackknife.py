"""What leaving out a cluster does, against leaving it out."""

from __future__ import annotations

import numpy as np
import pytest

from tournaments.stats.design import Design
from tournaments.stats.jackknife import WEAK_RIDGE, moved

CAPTAINS = 58
SIZE = CAPTAINS + 2  # of a solution: the matrices of all clusters are more than are held at once
CLUSTERS = 700


def test_each_cluster_moves_what_the_equations_without_it_say() -> None:
    dice = np.random.default_rng(1)
    matches = 3 * CLUSTERS
    first, weight = dice.integers(0, CAPTAINS, matches), dice.random(matches)
    design = Design(
        first=first,
        second=(first + dice.integers(1, CAPTAINS, matches)) % CAPTAINS,
        effects=dice.normal(size=(matches, 2)),
        captains=CAPTAINS,
    )
    cluster = dice.permutation(np.repeat(np.arange(CLUSTERS), 3))
    pulls, ridge = dice.normal(size=(CLUSTERS, SIZE)), np.full(SIZE, 0.5)
    found = moved(design, weight, cluster, pulls, ridge)
    for one in (0, 1, 554, 555, 556, CLUSTERS - 1):
        others = cluster != one
        left = design.taken(np.flatnonzero(others)).information(weight[others])
        left += np.diag(ridge + WEAK_RIDGE)
        assert found[one] == pytest.approx(np.linalg.solve(left, pulls[one]))
