"""What `analyze_situation` says plans are worth, and what it must not give away."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from engine.analysis import analyze, par_score
from engine.captains import Baseline
from engine.chance import BallModel, WinProbability
from engine.chance.advice import Adviser
from engine.chance.options import field_of
from engine.cricket.choices import (
    DecisionKind,
    DeliveryDecision,
    Election,
    Length,
    Line,
    Shot,
    ShotDecision,
    TossDecision,
    Variation,
)
from engine.cricket.formats import T5
from engine.cricket.nodes import DecisionRequest
from engine.cricket.setup import MatchSetup
from engine.cricket.state import Conditions
from engine.driver import MatchDriver
from engine.seeds import Streams
from tests.tables import SQUADS

MODEL = BallModel.shipped()


def driver(conditions: Conditions = Conditions()) -> MatchDriver:
    setup = MatchSetup(format=T5, squads=SQUADS, conditions=conditions)
    return MatchDriver(setup, model=MODEL, value=None, streams=Streams(1))


def asked(match: MatchDriver, kind: DecisionKind, over: int = 0) -> DecisionRequest:
    """Plays on to the first question of that kind from that over on."""
    captain = Baseline()
    while (request := match.request) is not None:
        innings = request.view.innings
        if request.kind is kind and innings is not None and innings.over >= over:
            return request
        match.answer(captain.decide(request, match.draws()))
    raise AssertionError("never asked")


def analysis(request: DecisionRequest) -> dict[str, Any]:
    value = WinProbability.public(request.view, MODEL)
    return analyze(request, value, Adviser(MODEL, value))


def test_at_the_toss_it_says_what_either_choice_is_worth_and_no_more() -> None:
    match = driver(Conditions(venue=0.1))
    assert match.request is not None
    told = analysis(match.request)
    worth = told.pop("win_probability_by_choice")
    assert told == {"format": "T5", "overs": 5, "venue": 0.1}
    lost = Adviser(MODEL, WinProbability.public(match.request.view, MODEL)).cost(
        match.request, TossDecision(elect=Election.FIELD)
    )
    assert lost == pytest.approx(max(0.0, worth["bat"] - worth["field"]), abs=0.0011)


def test_pressing_harder_makes_more_runs_and_loses_more_wickets() -> None:
    plans = analysis(asked(driver(), DecisionKind.SHOT))["an_over_of"]
    low, high = plans["aggression 0.2"], plans["aggression 0.8"]
    assert low["runs"] < high["runs"]
    assert low["wickets"] < high["wickets"]


def test_the_usual_plan_adds_nothing_to_the_usual() -> None:
    for kind in (DecisionKind.SHOT, DecisionKind.DELIVERY):
        assert analysis(asked(driver(), kind))["an_over_of"]["usual"]["points"] == 0.0


def test_plans_are_those_that_may_be_carried_out() -> None:
    early = analysis(asked(driver(), DecisionKind.DELIVERY))["an_over_of"]
    late = analysis(asked(driver(), DecisionKind.DELIVERY, over=3))["an_over_of"]
    assert "save the boundary" not in early
    assert "save the boundary" in late


def test_the_coming_ball_is_not_given_away() -> None:
    hidden = DeliveryDecision(length=Length.YORKER, line=Line.LEG, variation=Variation.STOCK)
    told = []
    for delivery in (DeliveryDecision(), hidden):
        match = driver()
        asked(match, DecisionKind.DELIVERY)
        match.answer(delivery)
        assert match.request is not None
        told.append(analysis(match.request))
    assert told[0] == told[1]


def test_pitch_and_day_are_not_given_away() -> None:
    days = Conditions(), Conditions(day=1.0, innings=(0.5, -0.5))
    first, second = (analysis(asked(driver(day), DecisionKind.SHOT)) for day in days)
    assert first == second


def test_at_the_par_score_the_sides_are_about_level() -> None:
    request = asked(driver(), DecisionKind.SHOT, over=2)
    innings, value = request.view.innings, WinProbability.public(request.view, MODEL)
    assert innings is not None
    at_par = value.of(replace(innings, runs=par_score(innings, value)))
    assert at_par == pytest.approx(0.5, abs=0.08)


def test_a_plan_is_kept_up_for_no_more_balls_than_are_left() -> None:
    match = driver()
    request = asked(match, DecisionKind.SHOT, over=4)
    while request.view.innings is not None and request.view.innings.balls_left > 1:
        match.answer(Baseline().decide(request, match.draws()))
        request = asked(match, DecisionKind.SHOT, over=4)
    value = WinProbability.public(request.view, MODEL)
    adviser = Adviser(MODEL, value)
    seen = DeliveryDecision(field=field_of(request))
    loft = adviser.options.outlook(request.view, seen, ShotDecision(shot=Shot.LOFT, aggression=0.8))
    usual = adviser.options.outlook(request.view, seen, ShotDecision())
    told = analyze(request, value, adviser)["an_over_of"]["loft"]["points"]
    assert told == pytest.approx(100 * (loft.value - usual.value), abs=0.01)
