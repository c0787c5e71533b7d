"""Student's t, against SciPy's."""

import pytest
from scipy.stats import t as student

from tournaments.student import reach_95


@pytest.mark.parametrize("freedom", [1, 2, 3, 4, 5, 8, 15, 30, 99, 200, 201, 400, 5_000])
def test_the_reach_is_that_of_students_distribution(freedom: int) -> None:
    assert reach_95(freedom) == pytest.approx(float(student.ppf(0.975, freedom)), rel=1e-7)


def test_without_freedom_nothing_is_known() -> None:
    assert reach_95(0) == float("inf")
