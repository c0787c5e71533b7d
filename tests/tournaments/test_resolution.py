"""What a plan can tell, against published figures and laws."""

from __future__ import annotations

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tournaments.resolution import gain, resistances, resolution

MANY = 10**9
UNPAIRED = 0.125  # two matches of even captains, no ties


def full(captains: int, pairs: float) -> dict[tuple[str, str], float]:
    names = [f"c{number}" for number in range(captains)]
    met = {(a, b): pairs for i, a in enumerate(names) for b in names[i + 1 :]}
    return resistances(names, met)


# References: matches for a 95 % half-width, unpaired and with a luck correlation of 0.75 (its gain
# is 2.17), and for 80 % power.
@pytest.mark.parametrize(
    ("matches", "elo"), [(48, 100), (186, 50), (742, 25), (1_160, 20), (4_638, 10), (18_550, 5)]
)
def test_the_half_width_of_so_many_matches_is_the_published_one(matches: int, elo: float) -> None:
    found = resolution(UNPAIRED, 1 / (matches / 2), MANY)
    assert found.half_width == pytest.approx(elo, rel=0.02)


@pytest.mark.parametrize(("matches", "elo"), [(22, 100), (86, 50), (342, 25), (2_134, 10)])
def test_pairs_that_share_their_luck_need_fewer(matches: int, elo: float) -> None:
    found = resolution(UNPAIRED / 2.17, 1 / (matches / 2), MANY)
    assert found.half_width == pytest.approx(elo, rel=0.02)


@pytest.mark.parametrize(
    ("matches", "elo"), [(24, 200), (95, 100), (379, 50), (1_516, 25), (9_475, 10)]
)
def test_the_power_of_so_many_matches_is_the_published_one(matches: int, elo: float) -> None:
    found = resolution(UNPAIRED, 1 / (matches / 2), MANY)
    assert found.detectable == pytest.approx(elo, rel=0.01)


@given(captains=st.integers(2, 12), pairs=st.integers(1, 1_000_000))
def test_in_a_round_robin_all_help_to_compare_two(captains: int, pairs: int) -> None:
    for between in full(captains, pairs).values():
        assert between == pytest.approx(2 / (captains * pairs))


def test_in_a_gauntlet_captains_are_compared_through_their_opponents() -> None:
    met = {("a", "x"): 10.0, ("b", "x"): 10.0}
    found = resistances(["a", "b", "x"], met)
    assert found["a", "x"] == pytest.approx(1 / 10)
    assert found["a", "b"] == pytest.approx(2 / 10)


def test_whom_nothing_connects_nobody_compares() -> None:
    found = resistances(["a", "b", "c", "d"], {("a", "b"): 5.0, ("c", "d"): 5.0})
    assert found["a", "c"] == inf
    assert found["a", "b"] == pytest.approx(1 / 5)
    assert resolution(UNPAIRED, inf, 9).half_width is None


def test_one_seed_tells_nothing() -> None:
    found = resolution(UNPAIRED, 1.0, 0)
    assert (found.half_width, found.detectable) == (None, None)


@given(freedom=st.integers(1, 500), pairs=st.integers(1, 10_000))
def test_what_is_found_is_wider_than_the_interval(freedom: int, pairs: int) -> None:
    found = resolution(UNPAIRED, 1 / pairs, freedom)
    assert found.half_width is not None
    assert found.detectable is not None
    assert 0 < found.half_width < found.detectable


def test_the_gain_is_over_matches_that_share_nothing() -> None:
    assert gain(UNPAIRED) == 1.0
    assert gain(UNPAIRED / 4) == 4.0
