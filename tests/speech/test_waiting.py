"""Which line is said next."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from spectator.commentary import Line, Weight
from spectator.speech.waiting import MOST_WAITING, WaitingLines

WEIGHTS = st.lists(st.sampled_from(list(Weight)), max_size=80)


def line(of: int, weight: Weight = Weight.BALL) -> Line:
    return Line(of=of, text=f"line {of}", brief=f"{of}", weight=weight)


def waiting(*weights: Weight, stale_s: float = 6.0) -> WaitingLines:
    lines = WaitingLines(stale_s=stale_s)
    for of, weight in enumerate(weights):
        lines.put(line(of, weight), 0.0)
    return lines


def all_of(lines: WaitingLines) -> list[int]:
    taken = []
    while (found := lines.take(0.0)) is not None:
        taken.append(found.line.of)
    return taken


def test_a_wicket_goes_before_a_boundary_and_that_before_an_over():
    order = (Weight.OVER, Weight.BOUNDARY, Weight.WICKET)
    for most in (3, 2, 1):
        found = waiting(*order[:most]).take(0.0)
        assert found is not None
        assert found.line.of == most - 1


def test_what_is_older_than_the_limit_is_not_said():
    lines = waiting(Weight.BALL)
    lines.put(line(1), 5.0)
    found = lines.take(7.0)
    assert found is not None
    assert found.line.of == 1


def test_what_is_overtaken_by_what_matters_as_much_is_dropped_sooner():
    lines = waiting(Weight.WICKET)
    lines.put(line(1, Weight.BALL), 3.5)
    assert len(lines) == 2
    lines.put(line(2, Weight.WICKET), 3.5)
    found = lines.take(4.0)
    assert found is not None
    assert found.line.of == 2


def test_nothing_is_said_after_what_came_later():
    lines = waiting(Weight.BALL, Weight.BALL, Weight.WICKET, Weight.BALL)
    assert all_of(lines) == [2, 3]


def test_an_overs_summary_stands_for_its_balls_where_they_pile_up():
    assert all_of(waiting(Weight.BALL, Weight.BALL, Weight.OVER)) == [2]
    assert all_of(waiting(Weight.BOUNDARY, Weight.OVER)) == [0, 1]


@given(WEIGHTS)
def test_lines_are_said_in_the_order_of_the_match(weights: list[Weight]):
    taken = all_of(waiting(*weights))
    assert taken == sorted(taken)


@given(WEIGHTS)
def test_they_are_bounded_and_a_wicket_is_not_lost_for_a_ball(weights: list[Weight]):
    lines = waiting(*weights)
    assert len(lines) <= MOST_WAITING
    if Weight.WICKET in weights[:MOST_WAITING]:
        found = lines.take(0.0)
        assert found is not None
        assert found.line.weight is Weight.WICKET
