"""Student's t, against SciPy's."""

import pytest
from scipy.stats import t as student

from tournaments.stats.student import below, reach


@pytest.mark.parametrize("freedom", [1, 2, 3, 4, 5, 8, 15, 30, 99, 200, 201, 400, 5_000])
def test_the_reach_is_that_of_students_distribution(freedom: int) -> None:
    assert reach(freedom) == pytest.approx(float(student.ppf(0.975, freedom)), rel=1e-7)


@pytest.mark.parametrize("confidence", [0.5, 0.95, 0.99])
@pytest.mark.parametrize("freedom", [1.01, 1.36, 1.5, 1.99, 2.5, 7.3, 61.8, 199.5, 200.5])
def test_of_broken_degrees_the_reach_is_within_a_hundredth(
    freedom: float, confidence: float
) -> None:
    exact = float(student.ppf((1 + confidence) / 2, freedom))
    assert reach(freedom, confidence) == pytest.approx(exact, rel=0.01)


def test_without_freedom_nothing_is_known() -> None:
    assert reach(0) == float("inf")


@pytest.mark.parametrize("freedom", [1, 2, 7, 30, 200, 201, 5_000])
@pytest.mark.parametrize("t", [-4.0, -1.0, 0.0, 0.3, 2.5])
def test_a_tail_is_that_of_students_distribution(freedom: int, t: float) -> None:
    assert below(t, freedom) == pytest.approx(float(student.cdf(t, freedom)), abs=1e-6)


@pytest.mark.parametrize("freedom", [1.01, 1.36, 1.99, 2.5, 7.3, 61.8, 199.5])
@pytest.mark.parametrize("t", [-1e200, -300.0, -4.0, -1.0, -1e-9, 0.3, 2.5])
def test_a_tail_of_broken_degrees_is_exact_too(freedom: float, t: float) -> None:
    assert below(t, freedom) == pytest.approx(float(student.cdf(t, freedom)), rel=1e-9, abs=1e-12)


def test_other_confidences_reach_as_far_as_scipys() -> None:
    assert reach(9, 0.5) == pytest.approx(float(student.ppf(0.75, 9)), rel=1e-9)
    assert reach(900, 0.999) == pytest.approx(float(student.ppf(0.9995, 900)), rel=1e-6)
