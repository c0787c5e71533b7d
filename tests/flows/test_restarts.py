"""What dies is begun again, and not for ever."""

from __future__ import annotations

from flows.restarts import MOST, STEADY_S, Restarts
from tests.flows.support import Clock


def test_what_dies_at_once_is_begun_again_so_often() -> None:
    restarts = Restarts(Clock())
    assert [restarts.again() for _ in range(MOST + 1)] == [True] * MOST + [False]


def test_what_has_lived_for_long_is_begun_again_however_often_it_died_before() -> None:
    clock = Clock()
    restarts = Restarts(clock)
    for _ in range(3 * MOST):
        clock.now_s += STEADY_S
        assert restarts.again()
