"""What a captain sees: all that is public, nothing that is hidden, and the same in words."""

import json
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given

from engine.analysis import analyze
from engine.calls import CricketAction
from engine.captains import PRESETS, build
from engine.cricket.choices import (
    DecisionKind,
    DeliveryDecision,
    Length,
    Line,
    Seat,
    Shot,
    ShotDecision,
)
from engine.errors import CallError
from engine.observation import CricketObservation
from tests.doubles import RunsValue
from tests.environment.calls import open_questions
from tests.tables import Match


def seen(match: Match, error: str | None = None) -> CricketObservation:
    return match.session.observation(match.request, error=error)


@given(open_questions())
def test_an_observation_survives_the_wire(match: Match) -> None:
    here = seen(match)
    assert CricketObservation.model_validate_json(here.model_dump_json()) == here


@given(open_questions())
def test_what_is_not_validated_is_what_validation_would_leave(match: Match) -> None:
    told = seen(match).model_dump_json()
    assert CricketObservation.model_validate_json(told).model_dump_json() == told


@pytest.mark.parametrize(("overs", "seed"), [(1, 4), (5, 6), (20, 7)])
def test_what_is_kept_from_question_to_question_is_what_would_be_made_anew(
    overs: int, seed: int
) -> None:
    """A copy has other identities, so that nothing that was made of the original is found."""
    match = Match(seed, overs)
    while match.driver.request is not None:
        session, request = deepcopy((match.session, match.request))
        here, anew = seen(match), session.observation(request)
        assert here.prompt_text == anew.prompt_text
        assert here.model_dump_json() == anew.model_dump_json()
        match.play()


@given(open_questions())
def test_the_words_name_the_question_and_every_tool(match: Match) -> None:
    here = seen(match)
    assert f"Question {match.request.number}: " in here.prompt_text
    assert all(tool.name in here.prompt_text for tool in here.available_tools)


@pytest.mark.parametrize(
    "hidden", [{"length": Length.YORKER}, {"line": Line.LEG}, {"length": Length.SHORT}]
)
def test_the_batting_side_does_not_see_what_will_be_bowled(hidden: dict[str, Any]) -> None:
    def at_the_shot(delivery: DeliveryDecision) -> CricketObservation:
        match = Match().to(DecisionKind.DELIVERY)
        match.driver.answer(delivery)
        match.session.call(CricketAction(tool="analyze_situation"), match.request)
        return seen(match)

    usual = DeliveryDecision()
    assert at_the_shot(usual) == at_the_shot(replace(usual, **hidden))


def test_the_batting_side_sees_the_field() -> None:
    match = Match().to(DecisionKind.DELIVERY)
    match.driver.answer(DeliveryDecision(field=match.request.legal.fields[0]))
    assert seen(match).field == "slips"
    assert "Field: slips." in seen(match).prompt_text


def test_nothing_that_is_seen_depends_on_the_draws_to_come() -> None:
    """Two matches that stand at the same question and differ in their seeds look the same."""
    toss: dict[Seat, list[str]] = {}
    for seed in range(20):
        match = Match(seed)
        toss.setdefault(match.request.seat, []).append(seen(match).model_dump_json())
    assert all(len(set(looks)) == 1 for looks in toss.values())
    assert max(len(looks) for looks in toss.values()) > 1


@pytest.mark.parametrize("name", PRESETS)
def test_nothing_that_is_seen_tells_the_kind_of_captain(name: str) -> None:
    match = Match().to(DecisionKind.DELIVERY)
    match.driver.answer(build(PRESETS[name]).decide(match.request, match.driver.draws()))
    assert name not in json.dumps(seen(match).model_dump(mode="json", exclude={"recent_calls"}))


def test_a_ball_is_published_with_what_both_sides_chose() -> None:
    match = Match().to(DecisionKind.DELIVERY)
    match.driver.answer(DeliveryDecision(length=Length.YORKER))
    match.driver.answer(ShotDecision(shot=Shot.PULL, aggression=0.25))
    last = seen(match).last_outcome
    assert last is not None
    assert (last.length, last.shot, last.aggression) == ("yorker", "pull", 0.25)


def test_the_game_context_is_the_innings_own() -> None:
    match = Match(seed=3).to_ball(14)
    innings, game = match.request.view.innings, seen(match).game
    assert innings is not None
    assert game is not None
    assert (game.score, game.wickets, game.balls_left) == (innings.runs, innings.wickets, 16)
    assert (game.phase, game.i_am) == ("middle", "bowling")
    assert game.run_rate == round(innings.runs * 6 / innings.legal_balls, 2)


def test_both_scorecards_are_there_in_the_chase() -> None:
    match = Match()
    while not match.request.view.finished:
        match.play()
    match.to(DecisionKind.SHOT)
    game = seen(match).game
    assert len(seen(match).scorecards) == 2
    assert game is not None
    assert game.needed == game.target


def test_overs_left_are_the_quota_less_what_was_bowled() -> None:
    match = Match(overs=20).to(DecisionKind.BOWLER, skip=2)
    left = {bowler.name: bowler.overs_left for bowler in seen(match).bowlers}
    assert sum(4 - overs for overs in left.values()) == 2


def test_at_the_toss_there_is_no_innings_to_speak_of() -> None:
    here = seen(Match())
    assert here.game is not None
    assert here.game.innings is None
    assert here.scorecards == ()


def test_the_reason_for_a_refusal_is_the_first_thing_said() -> None:
    here = seen(Match(), error="no such tool; legal: choose_toss")
    assert here.prompt_text.startswith("Your last call was refused: no such")


def test_the_last_five_calls_are_remembered() -> None:
    match = Match().to(DecisionKind.SHOT)
    for _ in range(6):
        match.session.call(CricketAction(tool="analyze_situation"), match.request)
    assert len(seen(match).recent_calls) == 5


def test_an_analysis_is_the_same_from_both_sides_but_for_the_chance_of_winning() -> None:
    match = Match(seed=3).to_ball(14)
    bowling = analyze(match.request, RunsValue())
    match.play()
    batting = analyze(match.request, RunsValue())
    assert bowling.pop("win_probability") + batting.pop("win_probability") == pytest.approx(1.0)
    assert bowling == batting


def test_a_super_over_is_told_and_is_no_powerplay() -> None:
    match = Match(overs=1, shares={"0": 1.0})
    while len(match.request.view.finished) < 2:
        match.play()
    match.session.call(CricketAction(tool="analyze_situation"), match.request)
    here = seen(match)
    assert here.game is not None
    assert here.game.phase == here.reply["phase"] == "super over"
    assert "the second wicket ends the innings" in here.prompt_text
    assert "powerplay" not in here.prompt_text


def test_a_refused_call_is_remembered_as_what_it_was() -> None:
    match = Match().to(DecisionKind.BOWLER)
    refused = {"tool": "choose_bowler", "arguments": {"player": "Nobody"}}
    with pytest.raises(CallError):
        match.session.call(refused, match.request)
    (line,) = seen(match).recent_calls
    assert (line.tool, line.arguments) == ("choose_bowler", '{"player": "Nobody"}')
    assert line.error is not None
