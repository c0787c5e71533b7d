"""Bounds of repeated looks: published values, and what they spend."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pytest

from tournaments.stats.looks import bounds, even_looks, fractions_of, spent


@pytest.mark.parametrize(
    "published",
    [
        (2.9626, 1.9686),
        (3.7103, 2.5114, 1.9930),
        (4.3326, 2.9631, 2.3590, 2.0141),
        (4.8769, 3.3569, 2.6803, 2.2898, 2.0310),
    ],
)
def test_even_looks_at_five_per_cent(published: tuple[float, ...]) -> None:
    """As R's ldbounds prints them for Lan and DeMets' spending of O'Brien and Fleming's kind."""
    looks = len(published)
    found = bounds(tuple((number + 1) / looks for number in range(looks)), 0.05)
    assert found == pytest.approx(published, abs=2e-4)


def test_one_look_is_the_usual_test() -> None:
    assert bounds((1.0,), 0.05) == pytest.approx((NormalDist().inv_cdf(0.975),), abs=1e-6)


def test_all_is_spent_at_the_end() -> None:
    assert spent(1.0, 0.05) == pytest.approx(0.05)
    assert spent(0.1, 0.05) < 1e-8


def test_looks_end_at_the_most() -> None:
    assert even_looks(4, 8, 30) == (4, 12, 20, 28, 30)
    assert fractions_of((5, 10)) == (0.5, 1.0)


def test_a_process_without_drift_crosses_as_seldom_as_was_said() -> None:
    looks, runs = (4, 10, 16, 25, 40), 20_000
    edge = np.array(bounds(fractions_of(looks), 0.05))
    steps = np.random.default_rng(7).standard_normal((runs, looks[-1])).cumsum(1)
    at_looks = steps[:, [look - 1 for look in looks]] / np.sqrt(looks)
    assert (np.abs(at_looks) > edge).any(1).mean() == pytest.approx(0.05, abs=0.005)
