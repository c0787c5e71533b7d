"""The track of a stopping rule, as a report tells it."""

from __future__ import annotations

from flows.report.charts import stopping_figure
from flows.report.track import stopping_of
from tests.tournaments.test_stopping import PLAYED, RULE, TEST, WON


def test_a_test_is_told_between_its_bounds_up_to_its_decision() -> None:
    told = stopping_of(TEST, WON)
    assert told.decided == f"H1 is accepted after {len(told.steps)} pairs"
    last = told.steps[-1]
    assert last.upper is not None
    assert last.value >= last.upper
    assert all(s.lower is not None and s.lower < s.value for s in told.steps)


def test_a_league_is_told_by_the_gaps_that_are_open() -> None:
    told = stopping_of(RULE, PLAYED)
    assert told.decided.startswith("every gap is decided")
    assert told.steps[-1].value == 0
    assert "gaps that are open" in stopping_figure(told)


def test_before_the_first_pair_nothing_is_decided() -> None:
    told = stopping_of(TEST, [])
    assert (told.decided, told.steps) == ("not decided after 0 pairs", ())
    assert stopping_figure(told) == ""
