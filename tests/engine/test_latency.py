"""Latencies as counts that add up, and what is lost by it."""

from __future__ import annotations

import math
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.latency import ERROR, LEAST_MS, counted, percentile_ms

latencies = st.lists(st.floats(LEAST_MS, 4e6, allow_nan=False), min_size=1, max_size=60)


@given(latencies, st.sampled_from([50, 95]))
def test_a_percentile_is_within_five_percent(values: list[float], percent: int) -> None:
    exact = sorted(values)[math.ceil(len(values) * percent / 100) - 1]
    told = percentile_ms(counted(values), percent)
    assert told == pytest.approx(exact, rel=ERROR)


@given(latencies, latencies)
def test_counts_of_two_matches_add_up_to_those_of_both(a: list[float], b: list[float]) -> None:
    assert Counter(counted(a)) + Counter(counted(b)) == Counter(counted(a + b))


def test_what_took_no_time_is_counted() -> None:
    assert sum(counted([0.0, 1e-9]).values()) == 2


def test_nobody_knows_the_percentile_of_no_answers() -> None:
    assert percentile_ms({}, 50) is None


def test_an_episode_of_answers_between_a_tenth_of_a_second_and_a_minute_is_small() -> None:
    spread = [100 * 600 ** (n / 5000) for n in range(5001)]
    assert len(counted(spread)) <= 82
