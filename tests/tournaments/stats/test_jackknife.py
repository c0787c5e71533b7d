"""What leaving out a cluster does, against leaving it out."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from tournaments.stats.design import Design
from tournaments.stats.jackknife import MOST_LEFT_OUT, WEAK_RIDGE, moved, scatter

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


def test_of_very_many_clusters_the_scatter_is_that_of_the_information_of_all() -> None:
    """More than are held at once: what each adds to the equations is worked out some at a time."""
    dice = np.random.default_rng(2)
    matches, captains = 9 * MOST_LEFT_OUT, 300
    first, weight, over = (
        dice.integers(0, captains, matches),
        dice.random(matches),
        dice.normal(size=matches),
    )
    design = Design(
        first=first,
        second=(first + dice.integers(1, captains, matches)) % captains,
        effects=dice.normal(size=(matches, 2)),
        captains=captains,
    )
    cluster, ridge = dice.permutation(matches), np.full(captains + 2, 0.5)
    tracemalloc.start()
    try:
        found = scatter(design, weight, cluster, over, ridge)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    pulls = design.information(over * over)  # a match is a cluster, so theirs are no sums
    every = np.linalg.inv(design.information(weight) + np.diag(ridge))
    assert found.moves.T @ found.moves == pytest.approx(every @ pulls @ every, abs=1e-9)
    assert found.squares == pytest.approx(pulls.diagonal())
    assert most < 60_000_000  # all pulls at once are 109 MB
