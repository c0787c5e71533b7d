"""What a record states is borne out by its replay, or is told by name."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.captains import Baseline, resolve
from engine.casting import Cast
from engine.cricket.choices import Decision, Seat
from engine.cricket.nodes import DecisionRequest
from engine.episode import play_episode
from engine.errors import BrokenRecord
from engine.events import parse_event
from engine.models import Models
from engine.record import RecordWriter, ending_of, read_record
from engine.replay import Replay, replay_record
from engine.reporter import play_digest
from engine.seeds import CaptainDraws
from engine.spec import EpisodeSpec
from tests.doubles import FlatModel, RunsValue

MODELS = Models(ball=FlatModel(), value_for=lambda _: RunsValue())
SPEC = EpisodeSpec(
    episode_id="kept",
    seed=11,
    overs=1,
    home=resolve("baseline"),
    away=resolve({"name": "random", "on_failure": "forfeit"}),
)


class Stops(Baseline):
    """Breaks down over his tenth question."""

    def decide(self, request: DecisionRequest, draws: CaptainDraws) -> Decision:
        if request.number >= 10:
            raise RuntimeError("no more")
        return super().decide(request, draws)


def recorded(folder: Path, cast: Cast | None = None, spec: EpisodeSpec = SPEC) -> Path:
    writer = RecordWriter(folder, spec.episode_id, spec.attempt)
    asyncio.run(play_episode(spec, observers=[writer], models=MODELS, cast=cast))
    assert writer.path is not None
    return writer.path


@pytest.fixture
def record(tmp_path: Path) -> Path:
    return recorded(tmp_path)


def changed(record: Path, line: int, change: Callable[[dict[str, Any]], object]) -> Path:
    """The record, `change` made to one of its events."""
    lines = record.read_text(encoding="utf-8").splitlines()
    event = json.loads(lines[line])
    change(event)
    lines[line] = json.dumps(event)
    record.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return record


def with_ending(record: Path, **figures: Any) -> Path:
    return changed(record, -1, lambda event: event["data"].update(figures))


def replayed(record: Path) -> Replay:
    return asyncio.run(replay_record(record, models=MODELS))


def test_a_played_match_is_no_forfeit(record: Path) -> None:
    loser = "away" if ending_of(record).data.winner == "home" else "home"
    forfeit = with_ending(record, end_reason="forfeit", winner=loser)
    assert replayed(forfeit).differences == ("end_reason", "winner")


@pytest.mark.parametrize("reason", ["transport", "run_budget", "bad_settings"])
def test_a_played_match_did_not_break_off(record: Path, reason: str) -> None:
    void = with_ending(record, end_reason=reason, winner=None)
    assert replayed(void).differences == ("end_reason",)


def test_a_match_that_breaks_off_is_not_completed(record: Path) -> None:
    *play, last = record.read_text(encoding="utf-8").splitlines()
    kept = play[:9]  # the toss and both openers
    ending = json.loads(last) | {"seq": len(kept) + 1}
    digest = play_digest(parse_event(line.encode()) for line in kept)
    ending["data"] |= {"record_digest": digest, "innings": [], "deliveries": 0}
    record.write_text("\n".join([*kept, json.dumps(ending)]) + "\n", encoding="utf-8")
    assert {"end_reason", "winner"} <= set(replayed(record).differences)


def test_a_forfeit_is_lost_by_who_did_not_answer(tmp_path: Path) -> None:
    record = recorded(tmp_path, Cast(captains={Seat.AWAY: Stops()}))
    assert replayed(record).identical
    assert replayed(with_ending(record, winner="away")).differences == ("winner",)


@pytest.mark.parametrize(("key", "value"), [("seed", 12), ("max_overs", 2), ("format", "T20")])
def test_a_header_that_is_not_its_specs_does_not_replay(
    record: Path, key: str, value: object
) -> None:
    other = changed(record, 0, lambda event: event["data"].update({key: value}))
    assert replayed(other).differences == ("header",)


def test_another_captains_name_in_a_header_does_not_replay(record: Path) -> None:
    other = changed(record, 0, lambda event: event["data"]["home"].update(captain="optimal"))
    assert replayed(other).differences == ("header",)


def test_balls_that_were_not_bowled_do_not_replay(record: Path) -> None:
    assert replayed(with_ending(record, deliveries=1)).differences == ("deliveries",)


def test_answers_that_were_fallbacks_do_not_count_as_the_captains_own(tmp_path: Path) -> None:
    spec = SPEC.model_copy(update={"away": resolve("random")})
    record = recorded(tmp_path, Cast(captains={Seat.AWAY: Stops()}), spec)
    counts = ending_of(record).data.counts["away"]
    assert counts.fallbacks > 0
    assert replayed(record).identical
    covered = counts.model_copy(update={"own": counts.decisions, "fallbacks": 0}).model_dump()
    other = changed(record, -1, lambda event: event["data"]["counts"].update(away=covered))
    assert replayed(other).differences == ("counts",)


def test_another_luck_is_told_and_is_no_other_play(record: Path) -> None:
    assert replayed(record).same_luck
    replay = replayed(with_ending(record, luck=ending_of(record).data.luck + 0.4))
    assert replay.identical
    assert replay.same_luck is False


@pytest.mark.parametrize("change", [{"episode_id": "other"}, {"attempt": 2}])
def test_an_event_of_another_episode_is_refused(record: Path, change: dict[str, Any]) -> None:
    other = changed(record, 8, lambda event: event.update(change))
    with pytest.raises(BrokenRecord, match=":9: an event of another episode"):
        list(read_record(other))


@pytest.mark.parametrize(("line", "why"), [(0, "a second beginning"), (-1, "after the end")])
def test_a_record_begins_and_ends_once(record: Path, line: int, why: str) -> None:
    lines = record.read_text(encoding="utf-8").splitlines()
    lines.insert(len(lines) if line else 1, lines[line])
    numbered = [json.dumps(json.loads(one) | {"seq": n}) for n, one in enumerate(lines, start=1)]
    record.write_text("\n".join(numbered) + "\n", encoding="utf-8")
    with pytest.raises(BrokenRecord, match=why):
        list(read_record(record))
