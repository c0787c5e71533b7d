"""How fast a run goes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.pace import WINDOW_EPISODES, Pace
from tests.flows.support import Clock


def test_before_anything_has_ended_nobody_can_tell() -> None:
    clock = Clock()
    pace = Pace(5, clock)
    clock.now_s += 10
    pace.note(5)
    assert (pace.per_s, pace.left_s(7)) == (None, None)
    assert pace.seconds == 10


@given(every_s=st.floats(0.001, 1_000), episodes=st.integers(1, 300), before=st.integers(0, 50))
def test_an_even_pace_is_found_whatever_it_is(every_s: float, episodes: int, before: int) -> None:
    clock = Clock()
    pace = Pace(before, clock)
    for done in range(1, episodes + 1):
        clock.now_s += every_s
        pace.note(before + done)
    assert pace.per_s == pytest.approx(1 / every_s, rel=1e-4)
    assert pace.left_s(10) == pytest.approx(10 * every_s, rel=1e-4)


def test_what_was_slow_long_ago_is_forgotten() -> None:
    clock = Clock()
    pace = Pace(0, clock)
    clock.now_s += 3_000
    pace.note(1)
    for done in range(2, 10 * WINDOW_EPISODES):
        clock.now_s += 1
        pace.note(done)
    assert pace.per_s == pytest.approx(1.0, rel=0.05)


def test_nothing_ending_for_long_slows_the_pace() -> None:
    clock = Clock()
    pace = Pace(0, clock)
    for done in range(1, 5):
        clock.now_s += 1
        pace.note(done)
    clock.now_s += 396
    assert pace.per_s == pytest.approx(0.01)
