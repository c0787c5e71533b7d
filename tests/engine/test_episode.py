"""The live episode: one id, one ending, every event in order, the same play for the same spec."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.answering import Captain
from engine.calls import CricketAction
from engine.captains import Baseline, CaptainSpec, resolve
from engine.casting import Cast
from engine.cricket.choices import Decision, DecisionKind, Seat, ShotDecision
from engine.cricket.nodes import DecisionRequest
from engine.episode import play_episode
from engine.errors import BadPreset, CaptainUnavailable
from engine.events import EndReason, EpisodeEndedEvent, Event, parse_event
from engine.models import Models
from engine.observation import CricketObservation
from engine.record import RecordWriter, ending_of, read_record, record_path, void_path
from engine.replay import replay_record
from engine.result import EpisodeResult
from engine.seeds import CaptainDraws
from engine.spec import EpisodeSpec
from engine.wire import Told
from tests.doubles import FlatModel, Remembering, RunsValue

MODELS = Models(ball=FlatModel(), value_for=lambda _: RunsValue())
PRESETS = ["baseline", "heuristic", "aggressive", "cautious", "random"]


def spec(seed: int = 7, home: str = "heuristic", away: str = "random", **more: Any) -> EpisodeSpec:
    return EpisodeSpec(
        episode_id="test", seed=seed, overs=2, home=resolve(home), away=resolve(away), **more
    )


def play(
    given: EpisodeSpec, captains: Mapping[Seat, Captain] | None = None
) -> tuple[EpisodeResult, list[Event]]:
    watcher = Remembering()
    cast = Cast(captains=captains or {})
    result = asyncio.run(play_episode(given, observers=[watcher], models=MODELS, cast=cast))
    return result, watcher.events


def forfeiting(name: str) -> CaptainSpec:
    return resolve(name).model_copy(update={"on_failure": "forfeit"})


class Broken:
    """A policy that answers every question about a shot with `answer`, or raises it."""

    def __init__(self, answer: Decision | Exception) -> None:
        self.answer = answer

    def decide(self, request: DecisionRequest, draws: CaptainDraws) -> Decision:
        if request.kind is not DecisionKind.SHOT:
            return Baseline().decide(request, draws)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


class Caller:
    """A tool captain that calls what `choose` says."""

    def __init__(self, choose: Callable[[CricketObservation], CricketAction]) -> None:
        self.choose = choose
        self.closed = False

    async def act(self, observation: CricketObservation) -> CricketAction:
        return self.choose(observation)

    async def aclose(self) -> None:
        self.closed = True


@given(st.integers(0, 2**50), st.sampled_from(PRESETS), st.sampled_from(PRESETS))
@settings(max_examples=30)
def test_the_same_spec_gives_the_same_play(seed: int, home: str, away: str) -> None:
    one, other = play(spec(seed, home, away))[0], play(spec(seed, home, away))[0]
    assert one.record_digest == other.record_digest
    assert (one.winner, one.innings) == (other.winner, other.innings)


def test_another_seed_gives_another_play() -> None:
    assert play(spec(1))[0].record_digest != play(spec(2))[0].record_digest


def test_events_are_numbered_without_a_hole_and_carry_one_id() -> None:
    _, events = play(spec())
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert {(event.episode_id, event.attempt) for event in events} == {("test", 1)}
    assert (events[0].type, events[-1].type) == ("episode.started", "episode.ended")


def test_events_survive_the_wire() -> None:
    _, events = play(spec())
    assert [parse_event(event.model_dump_json()) for event in events] == events


def test_the_choices_for_a_ball_are_published_after_it_and_before_its_delivery() -> None:
    _, events = play(spec())
    for earlier, event in pairwise(events):
        if event.type == "delivery":
            assert earlier.type == "decision"
            assert earlier.data.kind == "shot"


def test_a_finished_match_is_completed() -> None:
    result, events = play(spec())
    assert result.end_reason is EndReason.COMPLETED
    assert result.deliveries == sum(event.type == "delivery" for event in events)
    assert result.turns == sum(event.type == "decision" for event in events)
    assert result.error is None


def test_an_illegal_answer_falls_back_and_is_counted() -> None:
    result, _ = play(spec(), {Seat.HOME: Broken(ShotDecision(aggression=7.0))})
    counts = result.counts[Seat.HOME]
    assert result.end_reason is EndReason.COMPLETED
    assert counts.fallbacks == counts.illegal > 0
    assert counts.coverage < 1.0
    assert result.counts[Seat.AWAY].coverage == 1.0


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (CaptainUnavailable("away"), EndReason.TRANSPORT),
        (BadPreset("ada", "its file is gone"), EndReason.BAD_SETTINGS),
        (RuntimeError("a bug of his"), EndReason.FORFEIT),
    ],
)
def test_a_policy_does_not_forfeit_what_is_not_his_doing(error: Exception, reason: str) -> None:
    given = spec().model_copy(update={"home": forfeiting("heuristic")})
    assert play(given, {Seat.HOME: Broken(error)})[0].end_reason == reason


def test_an_illegal_answer_forfeits_where_the_file_says_so() -> None:
    given = spec().model_copy(update={"home": forfeiting("heuristic")})
    result, _ = play(given, {Seat.HOME: Broken(ShotDecision(aggression=7.0))})
    assert (result.end_reason, result.winner) == (EndReason.FORFEIT, Seat.AWAY)
    assert "out of range" in (result.error or "")


def test_a_captain_that_crashes_forfeits_or_falls_back() -> None:
    """A captain's own bug is the captain's failure, never the engine's."""
    crash: dict[Seat, Captain] = {Seat.HOME: Broken(ZeroDivisionError("oh"))}
    assert play(spec(), crash)[0].counts[Seat.HOME].fallbacks > 0
    given = spec().model_copy(update={"home": forfeiting("heuristic")})
    assert play(given, crash)[0].end_reason is EndReason.FORFEIT


def test_an_unreachable_captain_voids_the_episode() -> None:
    result, _ = play(spec(), {Seat.AWAY: Broken(CaptainUnavailable("no route"))})
    assert (result.end_reason, result.winner) == (EndReason.TRANSPORT, None)
    assert result.error == "no route"


def test_a_step_limit_voids_the_episode() -> None:
    result, _ = play(spec(step_limit=9))
    assert (result.end_reason, result.turns) == (EndReason.STEP_LIMIT, 9)


def test_a_bug_in_the_engine_voids_the_episode_and_says_what_it_was() -> None:
    class Buggy(FlatModel):
        def price(self, context: Any) -> Any:
            raise KeyError("missing coefficient")

    models = Models(ball=Buggy(), value_for=lambda _: None)
    result = asyncio.run(play_episode(spec(), models=models))
    assert result.end_reason is EndReason.ENVIRONMENT_ERROR
    assert "missing coefficient" in (result.error or "")


class Slow(Remembering):
    """An observer that waits in the middle of event number 10."""

    def __init__(self) -> None:
        super().__init__()
        self.waiting = asyncio.Event()

    async def on_event(self, event: Told) -> None:
        await super().on_event(event)
        if event.seq == 10:
            self.waiting.set()
            await asyncio.sleep(3600)


def test_a_cancelled_episode_says_so_and_seals_its_record(tmp_path: Path) -> None:
    async def scenario() -> None:
        writer, slow = RecordWriter(tmp_path, "test", 1), Slow()
        task = asyncio.create_task(play_episode(spec(), observers=[writer, slow], models=MODELS))
        await slow.waiting.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(scenario())
    assert ending_of(void_path(tmp_path, "test", 1)).data.end_reason is EndReason.CANCELLED
    assert not record_path(tmp_path, "test").exists()


class Raising(Remembering):
    """An observer that raises at event number `at`."""

    def __init__(self, at: int) -> None:
        super().__init__()
        self.at = at

    async def on_event(self, event: Told) -> None:
        if event.seq == self.at:
            raise OSError("disk full")
        await super().on_event(event)


@pytest.mark.parametrize("at", [1, 20])
def test_an_observer_that_fails_disturbs_nobody(at: int) -> None:
    broken, sound = Raising(at), Remembering()
    result = asyncio.run(play_episode(spec(), observers=[broken, sound], models=MODELS))
    assert result.end_reason is EndReason.COMPLETED
    assert [event.seq for event in broken.events] == list(range(1, at))
    assert [event.seq for event in sound.events] == list(range(1, len(sound.events) + 1))
    assert result.observer_failures == ("Raising: OSError: disk full",)


def test_a_cancellation_inside_an_observer_loses_no_event() -> None:
    async def scenario() -> tuple[Slow, Remembering]:
        slow, other = Slow(), Remembering()
        task = asyncio.create_task(play_episode(spec(), observers=[slow, other], models=MODELS))
        await slow.waiting.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return slow, other

    for observer in asyncio.run(scenario()):
        assert [e.seq for e in observer.events] == list(range(1, len(observer.events) + 1))
        assert observer.events[-1].type == "episode.ended"


def test_a_captain_that_cannot_be_closed_does_not_take_the_result_away() -> None:
    class Stuck(Caller):
        async def aclose(self) -> None:
            raise RuntimeError("stuck")

    stuck, other = (kind(lambda _: CricketAction(tool="x")) for kind in (Stuck, Caller))
    result, _ = play(spec(), {Seat.HOME: stuck, Seat.AWAY: other})
    assert result.end_reason is EndReason.COMPLETED
    assert other.closed


@pytest.mark.parametrize("error", [ValueError("oh"), TimeoutError(), asyncio.CancelledError()])
def test_a_tool_captain_that_crashes_falls_back(error: BaseException) -> None:
    def crash(_: CricketObservation) -> CricketAction:
        raise error

    result, _ = play(spec(), {Seat.HOME: Caller(crash)})
    assert result.end_reason is EndReason.COMPLETED
    assert result.counts[Seat.HOME].coverage == 0.0


def test_the_last_choices_before_a_forfeit_are_published() -> None:
    given = spec().model_copy(update={"home": forfeiting("heuristic")})
    result, events = play(given, {Seat.HOME: Broken(ShotDecision(aggression=7.0))})
    assert result.turns == sum(event.type == "decision" for event in events)


def test_a_whole_number_for_aggression_replays(tmp_path: Path) -> None:
    writer = RecordWriter(tmp_path, "test", 1)
    cast = Cast(captains={Seat.HOME: Broken(ShotDecision(aggression=1))})
    asyncio.run(play_episode(spec(), observers=[writer], models=MODELS, cast=cast))
    assert writer.path is not None
    assert asyncio.run(replay_record(writer.path, models=MODELS)).identical


def test_an_over_is_told_with_the_runs_that_the_side_made_in_it() -> None:
    _, events = play(spec())
    score = 0
    for event in events:
        if event.type == "over.completed":
            assert event.data.runs == event.data.score.runs - score
            score = event.data.score.runs
        elif event.type == "innings.started":
            score = 0


def test_a_tool_captain_that_talks_nonsense_falls_back() -> None:
    caller = Caller(lambda _: CricketAction(tool="declare_war"))
    result, events = play(spec(), {Seat.HOME: caller})
    counts = result.counts[Seat.HOME]
    assert counts.own == 0
    assert counts.fallbacks == counts.decisions > 0
    assert counts.malformed == 4 * counts.decisions
    fallback = next(e for e in events if e.type == "decision" and e.data.seat == "home")
    assert fallback.type == "decision"
    assert (fallback.data.source, fallback.data.rethinks) == ("fallback", 3)
    assert caller.closed


def test_a_tool_captain_that_only_prepares_has_to_commit() -> None:
    caller = Caller(lambda _: CricketAction(tool="analyze_situation"))
    result, _ = play(spec(), {Seat.AWAY: caller})
    assert result.end_reason is EndReason.COMPLETED
    assert result.counts[Seat.AWAY].own == 0
    assert result.counts[Seat.AWAY].fines > 0


def test_without_events_the_play_is_the_same() -> None:
    balls: list[str] = []
    quiet = asyncio.run(
        play_episode(
            spec(),
            models=MODELS,
            with_events=False,
            on_ball=lambda ball, _: balls.append(ball.outcome.key),
        )
    )
    loud, events = play(spec())
    assert balls == [e.data.outcome for e in events if e.type == "delivery"]
    assert quiet.innings == loud.innings
    assert quiet.record_digest == ""


def record(folder: Path, given: EpisodeSpec) -> Path:
    writer = RecordWriter(folder, given.episode_id, given.attempt)
    asyncio.run(play_episode(given, observers=[writer], models=MODELS))
    assert writer.path is not None
    return writer.path


def test_a_record_is_the_events_and_its_last_line_the_result(tmp_path: Path) -> None:
    path = record(tmp_path, spec())
    events = list(read_record(path))
    assert isinstance(events[-1], EpisodeEndedEvent)
    assert ending_of(path) == events[-1]
    assert path == record_path(tmp_path, "test")
    assert list(tmp_path.iterdir()) == [path]


@given(st.integers(0, 2**50), st.sampled_from(PRESETS), st.sampled_from(PRESETS))
@settings(max_examples=15)
def test_replay_of_a_record_equals_the_original(
    tmp_path_factory: pytest.TempPathFactory, seed: int, home: str, away: str
) -> None:
    path = record(tmp_path_factory.mktemp("records"), spec(seed, home, away))
    replay = asyncio.run(replay_record(path, models=MODELS))
    assert replay.identical
    assert replay.result.innings == replay.ending.data.innings
