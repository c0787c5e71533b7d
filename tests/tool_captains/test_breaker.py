"""Circuit breakers: open after a lasting failure, and closed by one request that works."""

from __future__ import annotations

import pytest

from engine.errors import CaptainUnavailable
from engine.tool_captains.breaker import OPEN_S, Breakers, Line
from engine.tool_captains.faults import BadEndpoint, Part, TransportFault

LINE = Line(endpoint="http://127.0.0.1:1/v1", key="key-0123456789abcdef")
DOWN = TransportFault(LINE.endpoint, "status 503")


class Bench:
    """A breaker, a clock, and requests that fail or do not."""

    def __init__(self) -> None:
        self.now = 0.0
        self.breakers = Breakers(now=lambda: self.now)
        self.made = 0

    def request(self, error: Exception | None = None) -> None:
        with self.breakers.guard(LINE):
            self.made += 1
            if error is not None:
                raise error

    def fails(self, times: int, error: Exception = DOWN) -> None:
        for _ in range(times):
            with pytest.raises(CaptainUnavailable):
                self.request(error)


def _opened() -> Bench:
    bench = Bench()
    bench.fails(9)
    bench.now = 6.0
    bench.fails(1)
    return bench


def test_open_it_fails_at_once_and_says_why() -> None:
    bench = _opened()
    with pytest.raises(CaptainUnavailable, match=r"not asked for a while: .*503"):
        bench.request()
    assert bench.made == 10


def test_open_it_says_the_same_each_time() -> None:
    bench, said = _opened(), set()
    for _ in range(29):
        bench.now += 1.0
        with pytest.raises(CaptainUnavailable) as refused:
            bench.request()
        said.add(str(refused.value))
    assert len(said) == 1


def _fails_after_another(bench: Bench) -> None:
    """Another one opens the breaker while it is under way."""
    with bench.breakers.guard(LINE):
        bench.now = 6.0
        bench.fails(1)
        raise DOWN


def test_what_was_under_way_when_it_opened_changes_nothing() -> None:
    bench = Bench()
    bench.fails(9)
    with pytest.raises(CaptainUnavailable):
        _fails_after_another(bench)
    bench.now += OPEN_S
    bench.request()
    assert bench.made == 11


def test_a_short_outage_is_for_the_retries_to_bear() -> None:
    bench = Bench()
    bench.fails(50)
    bench.request()


def test_a_success_between_failures_begins_the_count_anew() -> None:
    bench = Bench()
    bench.fails(9)
    bench.now = 6.0
    bench.request()
    bench.fails(9)
    bench.request()


def test_after_a_while_one_request_tries_it() -> None:
    bench = _opened()
    bench.now += OPEN_S
    bench.request()
    bench.request()


def test_only_one_tries_it_at_a_time() -> None:
    bench = _opened()
    bench.now += OPEN_S
    with bench.breakers.guard(LINE), pytest.raises(CaptainUnavailable, match="not asked"):
        bench.request()
    bench.request()


def test_a_trial_that_is_given_up_leaves_room_for_another() -> None:
    bench = _opened()
    bench.now += OPEN_S
    with pytest.raises(KeyboardInterrupt), bench.breakers.guard(LINE):
        raise KeyboardInterrupt
    bench.request()


def test_a_trial_that_fails_opens_it_for_longer() -> None:
    bench = _opened()
    bench.now += OPEN_S
    bench.fails(1)
    bench.now += 2 * OPEN_S - 0.1
    with pytest.raises(CaptainUnavailable, match="not asked"):
        bench.request()
    bench.now += 0.1
    bench.request()


def test_a_busy_endpoint_is_not_a_broken_one() -> None:
    bench = Bench()
    busy = TransportFault(LINE.endpoint, "status 429", None, True)
    for _ in range(30):
        bench.now += 1.0
        bench.fails(1, busy)
    bench.request()


def test_an_empty_quota_opens_it_at_once() -> None:
    bench = Bench()
    bench.fails(1, TransportFault(LINE.endpoint, "quota", None, False, True))
    bench.fails(1)
    assert bench.made == 1


def test_an_unknown_model_bars_no_other() -> None:
    bench = Bench()
    for _ in range(30):
        bench.now += 1.0
        with pytest.raises(BadEndpoint):
            bench.request(BadEndpoint(LINE.endpoint, "unknown model", Part.MODEL))
    bench.request()


def test_a_bug_of_ours_says_nothing_of_the_endpoint() -> None:
    bench = Bench()
    bench.fails(9)
    bench.now = 6.0
    with pytest.raises(ZeroDivisionError):
        bench.request(ZeroDivisionError())
    bench.fails(1)
    with pytest.raises(CaptainUnavailable, match="not asked"):
        bench.request()


def test_nobody_reads_the_key_off_a_line() -> None:
    assert "0123" not in repr(LINE)
