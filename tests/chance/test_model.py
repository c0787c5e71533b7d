"""The laws that every price obeys."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.chance import BallModel, natural_aggression
from engine.chance.classes import BallClass
from engine.cricket.choices import DeliveryDecision, Field, Length, Shot, ShotDecision
from engine.cricket.nodes import DeliveryContext
from engine.cricket.outcomes import ALLOWED_ON_FREE_HIT, OUTCOMES
from engine.cricket.players import Bowling, Hand
from engine.cricket.state import Conditions
from tests.chance.contexts import MODEL, by_class, chase, context, contexts, player

BOUNDARIES = [BallClass.FOUR, BallClass.SIX]


@given(contexts())
def test_chances_sum_to_one_and_every_class_is_possible(at: DeliveryContext) -> None:
    chances = np.array(MODEL.price(at).probabilities)
    assert chances.sum() == pytest.approx(1.0, abs=1e-9)
    assert (chances >= 0.0).all()
    assert (by_class(at) > 0.0).all()


@given(contexts())
def test_a_price_is_a_pure_function_of_the_context(at: DeliveryContext) -> None:
    assert MODEL.price(at) == MODEL.price(replace(at))


@given(contexts())
def test_a_free_hit_excludes_what_the_laws_exclude(at: DeliveryContext) -> None:
    at = replace(at, innings=replace(at.innings, free_hit=True))
    for outcome, chance in zip(OUTCOMES, MODEL.price(at).probabilities, strict=True):
        if outcome.dismissal is not None and outcome.dismissal not in ALLOWED_ON_FREE_HIT:
            assert chance == 0.0


@given(contexts())
def test_natural_aggression_is_the_baseline(at: DeliveryContext) -> None:
    usual = replace(at, shot=replace(at.shot, aggression=None))
    natural = natural_aggression(at.innings, at.balls_faced)
    stated = replace(at, shot=replace(at.shot, aggression=natural))
    assert by_class(stated) == pytest.approx(by_class(usual), abs=1e-12)


def test_the_reference_choices_shift_nothing() -> None:
    # What is measured of kinds of bowler stays; a `Bowling.NONE` bowler is the pace of the tables.
    effect = MODEL.matchups.effect
    reference = effect(DeliveryDecision(), Shot.ON_MERIT, Bowling.RIGHT_FAST, Hand.RIGHT, 1)
    silent = BallModel.shipped(0.0).matchups.effect(
        DeliveryDecision(), Shot.ON_MERIT, Bowling.RIGHT_FAST, Hand.RIGHT, 1
    )
    assert reference == pytest.approx(silent)


@given(contexts(largest_skill=0.5), st.floats(0.0, 0.95), st.floats(0.02, 0.5))
def test_pressing_harder_costs_wickets(at: DeliveryContext, low: float, more: float) -> None:
    calm, keen = (
        by_class(replace(at, shot=replace(at.shot, aggression=a)))
        for a in (low, min(1, low + more))
    )
    assert keen[BallClass.WICKET] > calm[BallClass.WICKET]


@given(st.integers(0, 119), st.integers(0, 8), st.floats(0.0, 0.9))
def test_pressing_harder_finds_the_rope(ball: int, wickets: int, low: float) -> None:
    innings = chase(legal_balls=ball, wickets=wickets)
    calm, keen = (
        by_class(context(innings, balls_faced=12, shot=ShotDecision(aggression=a)))
        for a in (low, low + 0.1)
    )
    assert keen[BOUNDARIES].sum() > calm[BOUNDARIES].sum()


@pytest.mark.parametrize(
    ("who", "skill", "balls", "sign"),
    [
        ("striker", "scoring", BOUNDARIES, 1),
        ("striker", "survival", [BallClass.WICKET], -1),
        ("bowler", "economy", BOUNDARIES, -1),
        ("bowler", "strike", [BallClass.WICKET], 1),
    ],
)
@given(at=contexts(largest_skill=0.5), more=st.floats(0.05, 1.0))
def test_skill_helps_its_own_side(
    who: str, skill: str, balls: list[BallClass], sign: int, at: DeliveryContext, more: float
) -> None:
    change: dict[str, Any] = {who: player(at.bowler.bowls, **{skill: more})}
    strong = replace(at, **change)
    change = {who: player(at.bowler.bowls, **{skill: -more})}
    weak = replace(at, **change)
    assert sign * (by_class(strong)[balls].sum() - by_class(weak)[balls].sum()) > 0.0


def test_a_good_day_brings_runs() -> None:
    good = by_class(context(conditions=Conditions(day=0.3)))
    assert good[BOUNDARIES].sum() > by_class(context())[BOUNDARIES].sum()


def test_a_number_eleven_sent_in_first_is_no_opener() -> None:
    opener, eleven = (by_class(context(striker_order=order)) for order in (1, 11))
    assert eleven[BallClass.WICKET] > 1.3 * opener[BallClass.WICKET]
    assert eleven[BOUNDARIES].sum() < opener[BOUNDARIES].sum()


def test_a_yorker_hurts_less_at_the_death_than_a_full_ball() -> None:
    late = chase(legal_balls=110, wickets=4)
    yorker, full = (
        by_class(context(late, balls_faced=10, delivery=DeliveryDecision(length=length)))
        for length in (Length.YORKER, Length.FULL)
    )
    assert yorker[BallClass.SIX] < full[BallClass.SIX]


def test_a_spread_field_gives_singles_and_saves_fours() -> None:
    middle = chase(legal_balls=60, wickets=2)
    usual, spread = (
        by_class(context(middle, delivery=DeliveryDecision(field=field)))
        for field in (Field.STANDARD, Field.SPREAD)
    )
    assert spread[BallClass.ONE] > usual[BallClass.ONE]
    assert spread[BallClass.FOUR] < usual[BallClass.FOUR]


def test_halving_the_assumptions_brings_a_choice_nearer_to_the_reference() -> None:
    slips = context(chase(legal_balls=60), delivery=DeliveryDecision(field=Field.SLIPS))
    usual = by_class(context(chase(legal_balls=60)))
    full, half = (abs(by_class(slips, BallModel.shipped(s)) - usual).sum() for s in (1.0, 0.5))
    assert 0.4 * full < half < 0.6 * full


def test_the_digest_tells_sensitivity_models_apart() -> None:
    assert len({BallModel.shipped(scale).digest for scale in (0.5, 1.0, 1.5)}) == 3
    assert BallModel.shipped() is BallModel.shipped()
