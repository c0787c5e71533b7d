"""What episodes took, added up."""

from __future__ import annotations

from statistics import fmean, stdev
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.events import EndReason, Spent
from engine.latency import counted
from engine.result import EpisodeResult
from flows.experience import Experience, Moments
from tests.flows.test_honesty import counts, result, scripted

SERIES = st.lists(st.floats(0, 1e6), min_size=2, max_size=30)


def moments(values: list[float]) -> Moments:
    found = Moments()
    for value in values:
        found.add(value)
    return found


def episode(calls: int = 10, took_s: float = 1.0, **given: Any) -> EpisodeResult:
    spent = Spent(calls=calls, tokens_in=100 * calls, tokens_out=calls, cost_usd=0.01 * calls)
    return result(counts("model", spent=spent), scripted("heuristic"), took_s=took_s, **given)


@given(values=SERIES)
def test_mean_and_spread_are_those_of_the_series(values: list[float]) -> None:
    found = moments(values)
    assert found.mean == pytest.approx(fmean(values), abs=1e-6)
    assert found.deviation == pytest.approx(stdev(values), abs=1e-3, rel=1e-6)
    assert found.most == max(values)


@given(one=SERIES, other=SERIES)
def test_two_series_joined_are_one(one: list[float], other: list[float]) -> None:
    joined, whole = moments(one).joined(moments(other)), moments(one + other)
    assert (joined.count, joined.most) == (whole.count, whole.most)
    assert joined.mean == pytest.approx(whole.mean, abs=1e-6)
    assert joined.deviation == pytest.approx(whole.deviation, abs=1e-3, rel=1e-6)


@given(values=SERIES, episodes=st.integers(1, 10_000))
def test_a_total_lies_around_the_mean(values: list[float], episodes: int) -> None:
    total = moments(values).total(episodes)
    assert 0 <= total.low <= total.expected <= total.high
    assert total.expected == pytest.approx(fmean(values) * episodes, abs=1e-3)


def test_more_experience_narrows_what_is_to_come() -> None:
    few, many = moments([1.0, 2.0, 3.0]), moments([1.0, 2.0, 3.0] * 30)
    assert few.total(1000).high > many.total(1000).high


def test_a_captain_has_an_experience_with_each_opponent() -> None:
    found = Experience()
    found.add(episode(10))
    assert found.of("model", "heuristic").calls.mean == 10
    assert found.of("model", "nobody yet").calls.mean == 10
    assert not found.of("heuristic", "model").is_known


def test_what_was_remembered_or_is_void_says_nothing() -> None:
    found = Experience()
    found.add(episode(end_reason=EndReason.TRANSPORT))
    remembered = counts("model", spent=Spent(calls=1, from_cache=9))
    found.add(result(remembered, scripted("heuristic"), took_s=0.1))
    assert not found.of_captain("model").is_known
    assert found.length("model", "heuristic").count == 0


def test_one_call_without_a_price_leaves_the_dollars_unknown() -> None:
    found = Experience()
    found.add(episode())
    assert found.of_captain("model").is_priced
    found.add(result(counts("model"), scripted("heuristic")))
    assert not found.of_captain("model").is_priced


def test_the_time_of_answers_is_what_they_took_one_after_the_other() -> None:
    found = Experience()
    asked = counts("model", latencies_ms=counted([500.0, 500.0, 2000.0]))
    found.add(result(asked, scripted("heuristic")))
    assert found.of_captain("model").answers_s.mean == pytest.approx(3.0, rel=0.05)


def test_a_length_is_that_of_the_pairing_else_of_either_captain_else_of_all() -> None:
    found = Experience()
    found.add(episode(took_s=9.0))
    found.add(result(scripted("a"), scripted("b"), took_s=1.0))
    assert found.length("heuristic", "model").mean == 9.0
    assert found.length("model", "a").mean == 5.0
    assert found.length("heuristic", "c").mean == 9.0
    assert found.length("c", "d").mean == 5.0


@given(lengths=st.lists(st.tuples(st.sampled_from("abc"), st.floats(0.1, 100)), max_size=20))
def test_who_has_not_met_is_as_long_as_the_matches_of_both(
    lengths: list[tuple[str, float]],
) -> None:
    found = Experience()
    for opponent, took_s in lengths:
        found.add(result(scripted(opponent), scripted("z"), took_s=took_s))
    of_both = [took_s for opponent, took_s in lengths if opponent in "ab"]
    told = found.length("a", "b")
    assert told.count == len(of_both or lengths)
    if lengths:
        assert told.mean == pytest.approx(fmean(of_both or [took_s for _, took_s in lengths]))
