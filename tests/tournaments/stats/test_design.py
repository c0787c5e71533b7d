"""Rows that are never written out, against rows that are."""

from __future__ import annotations

import tracemalloc
from itertools import combinations

import numpy as np
import pytest

from tournaments.stats.arrays import Floats
from tournaments.stats.bradley_terry import fit
from tournaments.stats.design import Design
from tournaments.stats.games import Game

CAPTAINS = 7
DICE = np.random.default_rng(3)
FIRST = DICE.integers(0, CAPTAINS, 40)
ROWS = Design(
    first=FIRST,
    second=(FIRST + DICE.integers(1, CAPTAINS, 40)) % CAPTAINS,
    effects=DICE.integers(-1, 2, (40, 2)).astype(float),
    captains=CAPTAINS,
)
EACH = DICE.normal(size=40)


def written_out(rows: Design) -> Floats:
    captains = np.eye(rows.captains)
    return np.hstack([captains[rows.first] - captains[rows.second], rows.effects])


def test_the_difference_in_every_row() -> None:
    at = DICE.normal(size=ROWS.size)
    assert ROWS.reach(at) == pytest.approx(written_out(ROWS) @ at)


def test_rows_add_up() -> None:
    assert ROWS.added(EACH) == pytest.approx(written_out(ROWS).T @ EACH)


def test_the_products_of_rows_add_up() -> None:
    whole = written_out(ROWS)
    assert ROWS.information(EACH) == pytest.approx((whole.T * EACH) @ whole)


def test_some_of_the_rows() -> None:
    some = np.array([3, 3, 17])
    assert written_out(ROWS.taken(some)) == pytest.approx(written_out(ROWS)[some])


def test_a_league_of_many_is_rated_in_little_memory() -> None:
    """Its rows written out would be 22 MB, and are needed more than once."""
    every = combinations((f"captain {number}" for number in range(140)), 2)
    games = [
        Game(first=one, second=other, score=0.5, cluster=0, side=side)
        for one, other in every
        for side in (1, -1)
    ]
    tracemalloc.start()
    try:
        fit(games)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 25_000_000
