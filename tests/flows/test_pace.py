"""How fast a run goes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.pace import WINDOW_EPISODES, Done, Pace, spaced_s
from tests.flows.support import Clock


def test_before_anything_has_ended_nobody_can_tell() -> None:
    clock = Clock()
    pace = Pace(Done(5), clock)
    clock.now_s += 10
    pace.note(Done(5))
    assert (pace.per_s, pace.left_s(7)) == (None, None)
    assert pace.seconds == 10


@given(every_s=st.floats(0.001, 1_000), episodes=st.integers(1, 300), before=st.integers(0, 50))
def test_an_even_pace_is_found_whatever_it_is(every_s: float, episodes: int, before: int) -> None:
    clock = Clock()
    pace = Pace(Done(before), clock)
    for done in range(1, episodes + 1):
        clock.now_s += every_s
        pace.note(Done(before + done))
    assert pace.per_s == pytest.approx(1 / every_s, rel=1e-4)
    assert pace.left_s(10) == pytest.approx(10 * every_s, rel=1e-4)


def test_what_was_slow_long_ago_is_forgotten() -> None:
    clock = Clock()
    pace = Pace(Done(0), clock)
    clock.now_s += 3_000
    pace.note(Done(1))
    for done in range(2, 10 * WINDOW_EPISODES):
        clock.now_s += 1
        pace.note(Done(done))
    assert pace.per_s == pytest.approx(1.0, rel=0.05)


def test_nothing_ending_for_long_slows_the_pace() -> None:
    clock = Clock()
    pace = Pace(Done(0), clock)
    for done in range(1, 5):
        clock.now_s += 1
        pace.note(Done(done))
    clock.now_s += 396
    assert pace.per_s == pytest.approx(0.01)


def test_what_is_left_is_measured_by_its_work_and_not_by_its_number() -> None:
    clock = Clock()
    pace = Pace(Done(0), clock)
    for done in range(1, 11):  # ten quick ones, two at a time
        clock.now_s += 0.5
        pace.note(Done(done, work_s=1.0 * done))
    assert pace.left_s(10) == pytest.approx(5.0)
    assert pace.left_s(10, work_s=100.0) == pytest.approx(50.0)


def test_without_lengths_episodes_are_taken_to_be_alike() -> None:
    clock = Clock()
    pace = Pace(Done(0), clock)
    clock.now_s += 2
    pace.note(Done(1))
    assert pace.left_s(3, work_s=9.0) == pytest.approx(6.0)


@given(least_s=st.floats(0.5, 60), took_s=st.floats(0, 100))
def test_telling_takes_little_of_the_time_and_is_never_too_often(
    least_s: float, took_s: float
) -> None:
    waits_s = spaced_s(least_s, took_s)
    assert waits_s >= least_s
    assert took_s <= 0.021 * waits_s
