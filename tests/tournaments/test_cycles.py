"""Circles among captains are found, and only where there are some."""

from __future__ import annotations

import pytest

from tournaments.crosstable import Cell
from tournaments.cycles import cycles
from tournaments.stats.means import Estimate


def cell(first: str, second: str, mean: float, *, within: float = 0.5) -> Cell:
    low, high = mean - within, mean + within
    estimate = Estimate(mean=mean, low=low, high=high, pairs=10, freedom=9)
    return Cell(
        first=first,
        second=second,
        played=20,
        won=10,
        lost=10,
        tied=0,
        void=0,
        points=20,
        points_against=20,
        adjusted=estimate,
    )


def test_an_order_has_no_circle() -> None:
    assert cycles([cell("a", "b", 0.6), cell("a", "c", 0.7), cell("b", "c", 0.55)]) == ()


@pytest.mark.parametrize(("within", "is_sure"), [(0.01, True), (0.2, False)])
def test_a_circle_is_told_in_its_order(within: float, is_sure: bool) -> None:
    met = [("a", "b", 0.6), ("b", "c", 0.6), ("a", "c", 0.4)]
    (found,) = cycles([cell(*one, within=within) for one in met])
    assert found.captains == ("a", "b", "c")
    assert found.margins == pytest.approx((0.1, 0.1, 0.1))
    assert found.is_sure is is_sure


def test_a_circle_the_other_way_round_is_told_too() -> None:
    (found,) = cycles([cell("a", "b", 0.4), cell("b", "c", 0.4), cell("a", "c", 0.6)])
    one, two, last = found.captains
    assert {(one, two), (two, last), (last, one)} == {("a", "c"), ("c", "b"), ("b", "a")}


def test_who_never_met_is_in_no_circle() -> None:
    assert cycles([cell("a", "b", 0.6), cell("b", "c", 0.6)]) == ()
