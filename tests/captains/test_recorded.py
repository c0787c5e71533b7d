"""The recorded captain plays what was recorded, or says where record and match part company."""

import asyncio
import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from engine.captains import Baseline, build, content_digest, resolve
from engine.captains.recorded import Recorded, RecordedSettings, decision_of
from engine.cricket.choices import Decision, DecisionKind
from engine.cricket.nodes import DecisionRequest
from engine.episode import play_episode
from engine.errors import BrokenRecord
from engine.models import Models
from engine.record import RecordWriter
from engine.seeds import Streams, captain_draws
from engine.spec import EpisodeSpec
from engine.wire import choice_of
from tests.doubles import FlatModel, RunsValue
from tests.play import Played, random_matches
from tests.tables import Match

MODELS = Models(ball=FlatModel(), value_for=lambda _: RunsValue())
BASELINE, SQUADS = resolve("baseline"), ("saltmarsh", "redstone")
DRAWS = captain_draws(Streams(0), seat="home", kind="x", innings=1, ball=0, repeat=0)


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
        ({"choice": {"shot": "hoick"}}, "shot 'hoick': "),
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


def a_record(folder: Path, seed: int = 1, **changed: Any) -> Path:
    """A record of one over, every decision of it with `changed` fields."""
    writer = RecordWriter(folder, f"test-{seed}", 1)
    spec = EpisodeSpec(
        episode_id=f"test-{seed}", seed=seed, overs=1, home=BASELINE, away=BASELINE, squads=SQUADS
    )
    asyncio.run(play_episode(spec, observers=[writer], models=MODELS))
    assert writer.path is not None
    lines = [json.loads(line) for line in writer.path.read_text().splitlines()]
    for line in lines:
        if line["type"] == "decision":
            line["data"] |= changed
    writer.path.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    return writer.path


@pytest.mark.parametrize("changed", [{"kind": "tea"}, {"number": -1}, {"choice": {"shot": [1]}}])
def test_a_damaged_decision_is_a_broken_record_and_its_line_is_named(
    tmp_path: Path, changed: dict[str, Any]
) -> None:
    spec = resolve({"name": "t", "kind": "recorded", "record": str(a_record(tmp_path, **changed))})
    with pytest.raises(BrokenRecord, match=rf"test-1\.jsonl:\d+: {next(iter(changed))}"):
        build(spec)


@pytest.mark.parametrize("path", [".", "a\0b", "x" * 5000])
def test_what_is_no_file_is_no_record(path: str) -> None:
    with pytest.raises(BrokenRecord):
        build(resolve({"name": "t", "kind": "recorded", "record": path}))


def test_a_pipe_is_refused_instead_of_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(BrokenRecord, match="not a file"):
        build(resolve({"name": "t", "kind": "recorded", "record": str(tmp_path / "pipe")}))


def test_the_digest_of_a_recording_is_that_of_its_decisions(tmp_path: Path) -> None:
    def digest(path: Path) -> str | None:
        return content_digest(resolve({"name": "t", "kind": "recorded", "record": str(path)}))

    path = a_record(tmp_path)
    before = digest(path)
    assert digest(a_record(tmp_path, latency_ms=5.0)) == before
    assert digest(a_record(tmp_path, choice={"elect": "bat"})) != before


def test_a_captain_that_is_all_settings_has_no_content() -> None:
    assert content_digest(BASELINE) is None
