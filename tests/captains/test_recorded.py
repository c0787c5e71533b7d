"""The recorded captain plays what was recorded, or says where record and match part company."""

from typing import Any

import pytest
from hypothesis import given

from engine.captains import Baseline, build, resolve
from engine.captains.recorded import Recorded, RecordedSettings, decision_of
from engine.cricket.choices import Decision, DecisionKind
from engine.cricket.nodes import DecisionRequest
from engine.errors import BrokenRecord
from engine.reporter import choice_of
from engine.seeds import CaptainDraws, Streams
from tests.play import Played, random_matches
from tests.tables import Match

DRAWS = CaptainDraws(Streams(0), seat="home", kind="x", innings=1, ball=0, repeat=0)


def line(request: DecisionRequest, decision: Decision, **changed: Any) -> dict[str, Any]:
    squad = request.view.squads.of(request.seat)
    return {
        "number": request.number,
        "seat": request.seat.value,
        "kind": request.kind.value,
        "choice": choice_of(decision, squad),
    } | changed


def recorded(*lines: dict[str, Any]) -> Recorded:
    return Recorded(RecordedSettings.model_validate({"decisions": lines}))


@given(random_matches())
def test_what_a_record_says_reads_back_as_what_was_decided(played: Played) -> None:
    for request, decision in played.requests:
        squad = request.view.squads.of(request.seat)
        assert decision_of(request.kind, choice_of(decision, squad), squad) == decision


@given(random_matches())
def test_a_recorded_match_is_answered_as_it_was(played: Played) -> None:
    captain = recorded(*(line(request, decision) for request, decision in played.requests))
    for request, decision in played.requests:
        assert captain.decide(request, DRAWS) == decision


def test_a_list_of_decisions_survives_the_preset_file() -> None:
    request = Match().request
    decision = Baseline().decide(request, DRAWS)
    spec = resolve({"name": "tape", "kind": "recorded", "decisions": [line(request, decision)]})
    assert build(spec).decide(request, DRAWS) == decision


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"number": 99}, "it has no decision of that number"),
        ({"kind": "bowler"}, "it decided about the bowler there"),
        ({"seat": "other"}, "the (home|away) captain was asked there"),
        ({"choice": {"shot": "hoick"}}, "shot: "),
        ({"choice": {"aggression": 3}}, "aggression 3.* is out of range"),
        ({"choice": {"stance": "open"}}, "stance: no part of a shot decision"),
    ],
)
def test_a_mismatch_is_an_error_that_says_which(changed: dict[str, Any], message: str) -> None:
    request = Match().to(DecisionKind.SHOT).request
    if "seat" in changed:
        changed = {"seat": request.seat.other.value}
    tape = recorded(line(request, Baseline().decide(request, DRAWS), **changed))
    with pytest.raises(BrokenRecord, match=message):
        tape.decide(request, DRAWS)


def test_a_player_who_is_not_in_the_squad_is_named() -> None:
    request = Match().to(DecisionKind.BOWLER).request
    tape = recorded(
        line(request, Baseline().decide(request, DRAWS), choice={"player": "W. G. Grace"})
    )
    with pytest.raises(BrokenRecord, match=r"'W\. G\. Grace' does not play for"):
        tape.decide(request, DRAWS)


def test_a_missing_record_is_named() -> None:
    with pytest.raises(BrokenRecord, match=r"none\.jsonl: No such file"):
        build(resolve({"name": "tape", "kind": "recorded", "record": "none.jsonl"}))
