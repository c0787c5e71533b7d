"""The track of a stopping rule, as a report tells it."""

from __future__ import annotations

from flows.report.charts import stopping_figure
from flows.report.content import Stopping
from flows.report.track import track_of
from tests.tournaments.seasons import DIGEST, played
from tests.tournaments.stopping import mostly, stopped_by
from tournaments import Course, course_of

TEST = stopped_by("{sprt: {pair: [c1, c2], elo0: 0, elo1: 50}}", captains=2)


def told_of(course: Course) -> Stopping:
    assert course.stopping is not None
    return track_of(course.stopping)


def test_a_test_is_told_between_its_bounds_up_to_its_decision() -> None:
    told = told_of(played(TEST, mostly(0.9)))
    assert "H1 accepted" in told.decided
    *before, last = told.steps
    assert last.upper is not None
    assert last.value >= last.upper
    assert all(s.lower is not None and s.lower < s.value for s in before)


def test_a_league_is_told_by_the_gaps_that_are_open() -> None:
    league = stopped_by("{when: ranked, max_pairs: 60}")
    told = told_of(played(league, mostly(0.9)))
    assert told.decided.startswith("ranked after")
    assert told.steps[-1].value == 0
    assert "gaps that are open" in stopping_figure(told)


def test_before_the_first_look_nothing_is_decided() -> None:
    told = told_of(course_of(TEST, DIGEST))
    assert told.decided.startswith("undecided")
    assert told.steps == ()
    assert stopping_figure(told) == ""
