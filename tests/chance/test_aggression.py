"""How hard real batters press."""

from hypothesis import given
from hypothesis import strategies as st

from engine.chance import natural_aggression
from engine.chance.aggression import pressing
from engine.cricket.state import Innings
from tests.chance.contexts import chase, innings_states


@given(innings_states(), st.integers(0, 100))
def test_it_lies_between_block_and_attack(innings: Innings, faced: int) -> None:
    assert 0.0 < natural_aggression(innings, faced) < 1.0


@given(st.integers(0, 119), st.integers(1, 300), st.integers(1, 100))
def test_it_rises_with_the_runs_required(ball: int, needed: int, more: int) -> None:
    low, high = (
        natural_aggression(chase(legal_balls=ball, target=n), 10) for n in (needed, needed + more)
    )
    assert low <= high


@given(st.integers(0, 118), st.integers(2, 20))
def test_it_rises_with_time_at_one_required_rate(over: int, rate: int) -> None:
    early, late = (
        natural_aggression(chase(legal_balls=6 * o, target=rate * (20 - o)), 10)
        for o in sorted({over % 19, over % 19 + 1})
    )
    assert early <= late


@given(st.integers(0, 118), st.integers(0, 9))
def test_a_first_innings_is_attacked_more_and_more(ball: int, wickets: int) -> None:
    now, later = (
        natural_aggression(chase(legal_balls=b, wickets=wickets), 10) for b in (ball, ball + 1)
    )
    assert now <= later


@given(st.floats(0.0, 0.95), st.floats(0.01, 0.05))
def test_pressing_never_turns_back(aggression: float, more: float) -> None:
    assert pressing(aggression) < pressing(aggression + more)
