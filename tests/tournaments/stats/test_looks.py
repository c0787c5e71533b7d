"""Bounds of repeated looks: published values, and what they spend."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pytest

from tournaments.stats.looks import even_looks, fractions_of, looked, spent
from tournaments.stats.ranked import RankedRule


def bounds(fractions: tuple[float, ...], alpha: float) -> tuple[float, ...]:
    return tuple(looked(fractions[:upto], alpha).bound for upto in range(1, len(fractions) + 1))


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


def test_a_look_goes_on_from_the_one_before_and_is_the_same_as_from_the_start() -> None:
    fractions = (0.2, 0.3, 0.6, 1.0)
    one_by_one = bounds(fractions, 0.04)
    looked.cache_clear()
    assert looked(fractions, 0.04).bound == one_by_one[-1]


def test_a_rule_works_out_no_look_that_is_to_come() -> None:
    rule, before = RankedRule(looks=tuple(range(4, 204, 4)), alpha=0.03), looked.cache_info().misses
    worked_out = []
    for look in rule.looks[:3]:
        rule.confidence(look, 2)
        worked_out.append(looked.cache_info().misses - before)
    assert worked_out == [1, 2, 3]


def test_looks_end_at_the_most() -> None:
    assert even_looks(4, 8, 30) == (4, 12, 20, 28, 30)
    assert fractions_of((5, 10)) == (0.5, 1.0)


def test_a_process_without_drift_crosses_as_seldom_as_was_said() -> None:
    looks, runs = (4, 10, 16, 25, 40), 20_000
    edge = np.array(bounds(fractions_of(looks), 0.05))
    steps = np.random.default_rng(7).standard_normal((runs, looks[-1])).cumsum(1)
    at_looks = steps[:, [look - 1 for look in looks]] / np.sqrt(looks)
    assert (np.abs(at_looks) > edge).any(1).mean() == pytest.approx(0.05, abs=0.005)
