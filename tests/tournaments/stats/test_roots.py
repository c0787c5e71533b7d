"""Where a function passes nought."""

from __future__ import annotations

from statistics import NormalDist

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tournaments.stats.roots import root

WITHIN = 1e-9


@given(st.floats(-1.5, 1.5), st.floats(0.003, 3.0), st.floats(0.01, 0.99))
def test_it_is_found_however_steep_or_flat_the_function_is_about_it(
    middle: float, spread: float, share: float
) -> None:
    law, asked = NormalDist(middle, spread), list[float]()

    def off(place: float) -> float:
        asked.append(place)
        return law.cdf(place) - share

    truth = min(max(law.inv_cdf(share), -2.0), 2.0)
    assert root(off, -2.0, 2.0, WITHIN) == pytest.approx(truth, abs=1e-7)
    assert len(asked) <= 2 * 32  # halving takes 32


@pytest.mark.parametrize("power", [1, 3, 9])
def test_a_power_is_nought_where_it_is(power: int) -> None:
    assert root(lambda x: x**power - 2, 0.0, 2.0, WITHIN) == pytest.approx(2 ** (1 / power))


def test_where_there_is_none_it_is_the_nearer_end() -> None:
    assert root(lambda x: x + 3, -2.0, 2.0, WITHIN) == -2.0
    assert root(lambda x: x - 3, -2.0, 2.0, WITHIN) == 2.0
