"""The four rubrics: what each says, and that none of them is clipped."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.cricket.choices import DeliveryDecision, Field, Seat, Shot, ShotDecision
from engine.cricket.nodes import MatchResult, ResultKind
from engine.rewards import (
    WEIGHTS,
    Outlook,
    Rubrics,
    batting_coherence,
    bowling_coherence,
    result_of,
)

NUMBERS = st.floats(-5, 5)
SHARES = st.floats(0, 1)


@given(NUMBERS, NUMBERS, NUMBERS, NUMBERS)
def test_the_total_is_the_weighted_sum_and_is_not_clipped(
    result: float, cricket: float, coherence: float, discipline: float
) -> None:
    rubrics = Rubrics(result=result, cricket=cricket, coherence=coherence, discipline=discipline)
    expected = 0.30 * result + 0.45 * cricket + 0.25 * coherence + discipline
    assert rubrics.total == pytest.approx(expected)


def test_every_rubric_has_a_weight() -> None:
    assert set(WEIGHTS) == set(Rubrics.model_fields)


def test_a_win_a_tie_and_a_loss() -> None:
    won = MatchResult(winner=Seat.HOME, kind=ResultKind.RUNS, margin=1, innings=())
    tied = MatchResult(winner=None, kind=ResultKind.TIE, margin=None, innings=())
    assert [result_of(won, seat) for seat in Seat] == [1.0, -1.0]
    assert result_of(tied, Seat.HOME) == result_of(None, Seat.HOME) == 0.0


@given(SHARES, NUMBERS, SHARES, NUMBERS)
def test_what_one_side_gains_the_other_loses(p: float, luck: float, q: float, more: float) -> None:
    before = Outlook(home_win_probability=p, luck=luck)
    after = Outlook(home_win_probability=q, luck=more)
    home, away = (after.of(seat) - before.of(seat) for seat in Seat)
    assert home == pytest.approx(-away)


@given(SHARES, SHARES)
def test_coherence_lies_between_minus_one_and_one(declared: float, executed: float) -> None:
    for shot in Shot:
        decision = ShotDecision(shot=shot, aggression=executed)
        assert -1.0 <= batting_coherence(declared, decision) <= 1.0
    for field in Field:
        assert -1.0 <= bowling_coherence(declared, DeliveryDecision(field=field)) <= 1.0


@given(SHARES)
def test_doing_what_was_declared_is_wholly_coherent(declared: float) -> None:
    assert batting_coherence(declared, ShotDecision(aggression=declared)) == pytest.approx(1.0)
    assert batting_coherence(declared, ShotDecision()) == pytest.approx(1.0)


def test_a_field_full_of_catchers_is_what_attack_means() -> None:
    catchers, riders = (DeliveryDecision(field=f) for f in (Field.SLIPS, Field.SPREAD))
    assert bowling_coherence(1.0, catchers) == bowling_coherence(0.0, riders) == 1.0
    assert bowling_coherence(0.0, catchers) == bowling_coherence(1.0, riders) == -1.0
