"""Win probability and luck."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.cricket.formats import SUPER_OVER
from engine.cricket.nodes import DeliveryContext
from engine.cricket.outcomes import OUTCOME_INDEX
from engine.cricket.players import PlayerIndex
from engine.cricket.state import BatterLine, Innings
from tests.chance.contexts import (
    MODEL,
    average_value,
    chase,
    context,
    contexts,
    new_uneven_value,
)

T20_VALUE, UNEVEN_VALUE = average_value(20), new_uneven_value(20)

states = st.builds(
    lambda ball, wickets, runs: {"legal_balls": ball, "wickets": wickets, "runs": runs},
    st.integers(0, 119),
    st.integers(0, 9),
    st.integers(0, 250),
)


@given(states, st.integers(1, 300))
def test_a_value_is_a_probability(state: dict[str, int], needed: int) -> None:
    for innings in (chase(**state), chase(target=state["runs"] + needed, **state)):
        values = [T20_VALUE.of(innings), *T20_VALUE.after(innings)]
        assert min(values) >= 0.0
        assert max(values) <= 1.0


@given(states, st.integers(1, 300))
def test_fewer_runs_needed_is_better(state: dict[str, int], needed: int) -> None:
    near, far = (chase(target=state["runs"] + n, **state) for n in (needed, needed + 5))
    assert T20_VALUE.of(near) >= T20_VALUE.of(far)


@given(states)
def test_more_runs_made_is_better(state: dict[str, int]) -> None:
    more = {**state, "runs": state["runs"] + 5}
    assert T20_VALUE.of(chase(**more)) >= T20_VALUE.of(chase(**state))


def test_wickets_in_hand_are_worth_having() -> None:
    values = [
        T20_VALUE.of(chase(legal_balls=60, runs=80, target=170, wickets=w)) for w in range(10)
    ]
    assert values == sorted(values, reverse=True)


@given(contexts(lengths=st.sampled_from([1, 5, 33])))  # each has to be solved
def test_an_expected_value_lies_between_the_worst_and_the_best(at: DeliveryContext) -> None:
    value = average_value(at.innings.format.max_overs)
    chances, values = MODEL.price(at), value.after(at.innings)
    assert min(values) - 1e-9 <= np.dot(chances.probabilities, values) <= max(values) + 1e-9


def test_the_winning_hit_is_worth_one() -> None:
    innings = chase(legal_balls=119, runs=166, target=168, wickets=5)
    values = T20_VALUE.after(innings)
    assert values[OUTCOME_INDEX["2"]] == 1.0
    assert values[OUTCOME_INDEX["1"]] == 0.5
    assert values[OUTCOME_INDEX["0"]] == 0.0


def test_the_last_ball_of_a_first_innings_hands_over_to_the_chase() -> None:
    last = chase(legal_balls=119, runs=160, wickets=5)
    values = T20_VALUE.after(last)
    reply = T20_VALUE.of(chase(target=161))
    assert values[OUTCOME_INDEX["0"]] == pytest.approx(1.0 - reply)


@pytest.mark.parametrize("overs", [1, 5, 10, 20])
def test_a_match_begins_about_even(overs: int) -> None:
    value = average_value(overs).of(chase(overs))
    assert 0.4 <= value <= 0.66


def test_a_value_is_the_mean_of_what_follows() -> None:
    # The usual pair in the middle stands for this one: near, not equal.
    innings = chase(legal_balls=60, runs=80, target=170, wickets=3)
    at = context(innings, striker_order=4, balls_faced=15)
    expected = np.dot(MODEL.price(at).probabilities, T20_VALUE.after(innings))
    assert expected == pytest.approx(T20_VALUE.of(innings), abs=0.02)


def super_over(**state: int) -> Innings:
    innings = Innings(number=4, batting=chase().batting, format=SUPER_OVER, target=9, max_wickets=2)
    return replace(innings, **state)  # type: ignore[arg-type]


@st.composite
def at_the_crease(draw: st.DrawFn) -> Innings:
    """Two who are in, out of those that `wickets` say; batting first or chasing."""
    state, wickets = draw(states), draw(st.integers(0, 9))
    faced = draw(st.lists(st.integers(0, 70), min_size=11, max_size=11))
    came_in = range(1, wickets + 3)
    lines = [
        BatterLine(position=place, balls=balls) if place in came_in else BatterLine()
        for place, balls in enumerate(faced, start=1)
    ]
    pair = draw(st.permutations([p - 1 for p in came_in][-2:]))
    known = {"target": state["runs"] + draw(st.integers(1, 250))} if draw(st.booleans()) else {}
    return replace(
        chase(**{**state, "wickets": wickets, **known}),
        free_hit=draw(st.booleans()),
        striker=PlayerIndex(pair[0]),
        non_striker=PlayerIndex(pair[1]),
        batters=tuple(lines),
    )


@given(st.lists(at_the_crease(), min_size=13, max_size=40))
def test_many_states_are_worth_together_what_each_is_worth(many: list[Innings]) -> None:
    for value in (T20_VALUE, UNEVEN_VALUE):
        alone = [value.after(innings) for innings in many]
        assert np.array_equal(value.after_each(many), alone)


@st.composite
def in_any_order(draw: st.DrawFn) -> Innings:
    """Batters have come in as they liked; so many wickets, as where one looks ahead."""
    order = draw(st.permutations(range(11)))[: draw(st.integers(2, 11))]
    place_of = {player: place for place, player in enumerate(order, start=1)}
    pair = draw(st.permutations([order[-1], draw(st.sampled_from(order[:-1]))]))
    return replace(
        chase(wickets=draw(st.integers(len(order) - 2, 9)), legal_balls=draw(st.integers(1, 119))),
        striker=PlayerIndex(pair[0]),
        non_striker=PlayerIndex(pair[1]),
        batters=tuple(BatterLine(position=place_of.get(player, 0)) for player in range(11)),
    )


def came_in(*order: int, left: int) -> Innings:
    """They have been in, in this order, and the last two are; four wickets."""
    lines = [BatterLine(position=order.index(i) + 1 if i in order else 0) for i in range(11)]
    return replace(
        chase(wickets=4, legal_balls=120 - left),
        striker=PlayerIndex(order[-2]),
        non_striker=PlayerIndex(order[-1]),
        batters=tuple(lines),
    )


@given(st.lists(in_any_order(), min_size=1, max_size=4))
def test_a_value_does_not_hang_on_what_was_valued_before(many: list[Innings]) -> None:
    natural, other = came_in(0, 1, 2, 3, 4, 5, left=60), came_in(0, 1, 2, 7, 4, 5, left=60)
    value = new_uneven_value(20)
    for innings in (natural, other, *many):
        assert np.array_equal(value.after(innings), new_uneven_value(20).after(innings))


def test_so_are_those_of_a_super_over() -> None:
    many = [super_over(wickets=w, legal_balls=b, runs=b) for w in (0, 1) for b in range(6)] * 2
    value = average_value(5)
    assert np.array_equal(value.after_each(many), [value.after(each) for each in many])


def test_super_overs_end_at_two_wickets() -> None:
    value, innings = average_value(5), super_over(wickets=1)
    assert value.after(innings)[OUTCOME_INDEX["bowled"]] == 0.0
    assert 0.0 < value.of(innings) < value.of(replace(innings, wickets=0)) < 1.0
