"""Swapped pairs: whole ones only, seen from either side, each play once."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.cricket.choices import Election, Seat
from engine.cricket.nodes import TossMade
from engine.events import EndReason
from engine.events.ending import InningsLine
from engine.result import EpisodeResult
from tests.tournaments.results import leg, pair_with
from tournaments.pairs import LegScore, Outcome, Pair, between, pairs_of, without_repeats

legs_of = st.builds(
    LegScore,
    outcome=st.sampled_from(Outcome),
    adjusted=st.floats(-1, 2),
    margin=st.one_of(st.none(), st.integers(-90, 90)),
)
pairs = st.builds(
    Pair,
    pair_id=st.just("p"),
    seed=st.integers(0, 9),
    first=st.just("ann"),
    second=st.just("bob"),
    legs=st.tuples(legs_of, legs_of),
)


def pair(number: int, first: float, second: float) -> list[EpisodeResult]:
    """Both legs, each with the luck that leaves ann the adjusted score that is given."""
    return [
        leg("ann", "bob", pair=number, luck=1.0 - first),
        leg("bob", "ann", pair=number, side="b", luck=second - 1.0, winner=Seat.AWAY),
    ]


def test_a_pair_is_the_mean_of_both_legs_as_its_first_captain_sees_them() -> None:
    (pair_,) = pairs_of(pair(1, 0.4, 0.8))
    assert (pair_.first, pair_.second) == ("ann", "bob")
    assert pair_.adjusted_of("ann") == pytest.approx(0.6)
    assert pair_.adjusted_of("bob") == pytest.approx(0.4)


def test_the_order_in_which_legs_come_does_not_matter() -> None:
    legs = [*pair(1, 0.4, 0.8), *pair(2, 0.1, 0.3)]
    turned = pairs_of(reversed(legs))
    assert sorted(turned, key=lambda one: one.seed) == pairs_of(legs)


def test_a_leg_knows_who_won_its_toss() -> None:
    one, other = (
        replace(half, toss=TossMade(winner=Seat.HOME, elected=Election.BAT))
        for half in pair(1, 0.4, 0.8)
    )
    (told,) = pairs_of([one, other])
    assert [leg_.toss for leg_ in told.legs] == [1, -1]
    assert [leg_.toss for leg_ in told.seen_by("bob").legs] == [1, -1]
    assert {leg_.toss for leg_ in pairs_of(pair(1, 0.4, 0.8))[0].legs} == {0}


def test_half_a_pair_and_a_void_leg_count_for_nothing() -> None:
    first, second = pair(1, 0.4, 0.8)
    void = leg("ann", "bob", pair=1, reason=EndReason.TRANSPORT)
    assert pairs_of([first]) == []
    assert pairs_of([void, second]) == []
    assert pairs_of([void, second, first]) != []


def test_a_leg_that_is_told_twice_is_no_pair() -> None:
    first, second = pair(1, 0.4, 0.8)
    assert pairs_of([first, first]) == []
    assert len(pairs_of([first, first, second, second])) == 1


def lines(first: int, second: int, *super_overs: int) -> tuple[InningsLine, ...]:
    runs = (first, second, *super_overs)
    return tuple(
        InningsLine(
            innings=number,
            batting="home" if number % 2 else "away",
            runs=scored,
            wickets=3,
            legal_balls=30,
            all_out=False,
        )
        for number, scored in enumerate(runs, 1)
    )


def test_the_margin_is_in_runs_of_the_match_without_super_overs() -> None:
    first, second = pair(1, 0.5, 0.5)
    (found,) = pairs_of(
        [replace(first, innings=lines(60, 50)), replace(second, innings=lines(40, 40, 9, 12))]
    )
    assert [one.margin for one in found.legs] == [10, 0]
    assert found.margin == 5


def test_a_forfeit_is_a_loss_without_a_margin() -> None:
    first, second = (replace(one, innings=lines(60, 50)) for one in pair(1, 0.5, 0.5))
    (found,) = pairs_of([replace(first, end_reason=EndReason.FORFEIT, winner=Seat.AWAY), second])
    assert found.outcomes[0] is Outcome.LOSS
    assert found.margin is None


@given(one=pairs)
def test_both_captains_see_one_pair(one: Pair) -> None:
    other = one.seen_by("bob")
    assert one.score + other.score == 1
    assert one.adjusted + other.adjusted == pytest.approx(1)
    assert other.score == one.score_of("bob")
    assert (one.margin or 0) == -(other.margin or 0)
    assert other.outcomes == tuple(outcome.turned for outcome in reversed(one.outcomes))


@given(one=pairs)
def test_a_pair_has_one_of_five_scores(one: Pair) -> None:
    assert one.score in (0, 0.25, 0.5, 0.75, 1)


def test_between_gives_the_pairs_of_two_captains_from_one_side() -> None:
    every = [pair_with(seed=1, adjusted=0.7), pair_with(seed=2, second="c", adjusted=0.1)]
    every += [pair_with(seed=3, first="b", second="a", adjusted=0.3)]
    assert [one.adjusted for one in between(every, "a", "b")] == [0.7, 0.7]


def test_the_same_play_of_the_same_seed_counts_once() -> None:
    one = pair_with(seed=1, adjusted=0.7, digests=("x", "y"))
    again = replace(one, pair_id="another night")
    turned = pair_with(seed=1, first="b", second="a", adjusted=0.3, digests=("y", "x"))
    other = pair_with(seed=1, adjusted=0.6, digests=("x", "z"))
    assert without_repeats([one, again, turned, other]) == [one, other]


def test_pairs_without_a_digest_all_count() -> None:
    one = pair_with(seed=1, adjusted=0.7)
    assert without_repeats([one, one]) == [one, one]
