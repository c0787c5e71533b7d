"""How much play shows what: the table of the Gaussian model, and both ways round."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tournaments.stats.power import (
    detectable,
    pair_spread,
    pairs_for,
    resolution,
)
from tournaments.stats.student import reach


@pytest.mark.parametrize(
    ("luck", "matches"),
    [
        (0.0, {25: 742, 20: 1160, 10: 4638, 5: 18550}),
        (0.25, {25: 624, 20: 974, 10: 3892, 5: 15566}),
        (0.5, {20: 774, 10: 3092}),
        (0.75, {20: 534, 10: 2134, 5: 8536}),
    ],
)
def test_matches_for_a_resolution(luck: float, matches: dict[int, int]) -> None:
    spread = pair_spread(luck=luck)
    assert {elo: 2 * pairs_for(elo, spread) for elo in matches} == matches


@pytest.mark.parametrize(("elo", "matches"), [(50, 379), (25, 1516), (10, 9475)])
def test_matches_that_find_a_difference(elo: float, matches: int) -> None:
    assert detectable(matches / 2, pair_spread()) == pytest.approx(elo, rel=1e-3)


@given(elo=st.floats(2, 300), spread=st.floats(0.01, 0.5), captains=st.integers(2, 1000))
def test_fewer_pairs_are_not_enough(elo: float, spread: float, captains: int) -> None:
    pairs = pairs_for(elo, spread, captains)
    assert resolution(pairs, spread, captains) <= elo or pairs == 2
    assert pairs == 2 or resolution(pairs - 1, spread, captains) > elo


def test_others_tell_of_both_but_are_no_further_seeds() -> None:
    """Ten captains who meet twice: a gap is as sure as by ten pairs, with one degree of freedom."""
    alone = resolution(10, 0.35) / reach(9)
    assert resolution(2, 0.35, 10) == pytest.approx(alone * reach(1))


def test_draws_narrow_a_pair() -> None:
    assert pair_spread(draws=0.5) < pair_spread()
    assert pair_spread(luck=0.9) < pair_spread(luck=0.5)
