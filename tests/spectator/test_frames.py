"""The frame against the book: a golden match, and the engine's own score in matches of any kind."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.cricket.outcomes import OUTCOMES
from engine.events import (
    DecisionEvent,
    Delivery,
    DeliveryEvent,
    Event,
    ReasoningEvent,
    parse_event,
)
from spectator.balls import ball_of, extras_of
from spectator.frame_parts import Frame
from spectator.frames import EMPTY, fold
from tests.spectator.matches import match_events, published, run_events

GOLDEN = Path(__file__).parent / "golden"


def frame_of(events: list[Event]) -> Frame:
    frame = EMPTY
    for event in events:
        frame = fold(frame, event)
    return frame


def golden_events() -> list[Event]:
    """A T5 match as it was published once; `python -m tests.spectator.golden` makes it anew. What
    was thought comes late, as where the run delays it.
    """
    names = ("match.jsonl", "reasoning.jsonl")
    texts = [(GOLDEN / name).read_text(encoding="utf-8") for name in names]
    return [parse_event(line) for text in texts for line in text.splitlines()]


def golden_frame() -> Any:
    return json.loads((GOLDEN / "frame.json").read_text(encoding="utf-8"))


def test_the_golden_match_gives_the_golden_frame():
    assert json.loads(json.dumps(asdict(frame_of(golden_events())))) == golden_frame()


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("overs", [1, 5, 20])
def test_batters_and_extras_add_up_to_the_score(seed, overs):
    for innings in frame_of(match_events(seed=seed, overs=overs)).innings:
        assert sum(b.runs for b in innings.batters) + innings.extras == innings.runs


@pytest.mark.parametrize("seed", range(12))
def test_bowlers_balls_are_the_legal_balls(seed):
    for innings in frame_of(match_events(seed=seed)).innings:
        assert sum(b.balls for b in innings.bowlers) == innings.legal_balls


STARTS = [
    ("chase", "even-after-10"),
    ("death", "first-108-5-away"),
    ("super_over", "chase-10-home"),
]


@pytest.mark.parametrize("entry", STARTS, ids="/".join)
def test_a_match_that_begins_in_the_middle_adds_up_from_there(entry: tuple[str, str]) -> None:
    for innings in frame_of(match_events(entry=entry)).innings:
        assert sum(b.runs for b in innings.batters) + innings.extras == innings.runs
        assert sum(b.balls for b in innings.bowlers) == innings.legal_balls
        assert len([b for b in innings.batters if b.out]) >= innings.wickets


def test_a_match_that_begins_in_the_middle_shows_what_was_there() -> None:
    events = match_events(entry=("chase", "even-after-10"))
    began = next(i for i, e in enumerate(events) if e.type == "delivery")
    frame = frame_of([e for e in events[:began] if e.type != "decision"])
    first, second = frame.innings
    assert (first.complete, first.overs) == (True, "20.0")
    assert (second.overs, second.complete) == ("10.0", False)
    assert second.needed == second.target - second.runs if second.target else False
    assert len(second.batters) == second.wickets + 2
    assert {second.striker, second.non_striker} == {b.name for b in second.batters if not b.out}
    assert [point.balls for point in frame.win_probability] == [60]
    assert frame.toss is None


@pytest.mark.parametrize("seed", range(12))
def test_the_overs_add_up_to_every_ball(seed):
    events = match_events(seed=seed)
    frame = frame_of(events)
    shown = sum(
        sum(len(over.balls) for over in innings.past_overs) + len(innings.this_over)
        for innings in frame.innings
    )
    assert shown == sum(isinstance(e, DeliveryEvent) for e in events)
    assert len(frame.win_probability) == shown


@pytest.mark.parametrize("seed", range(12))
def test_who_is_said_to_face_next_does(seed):
    frame = EMPTY
    for event in match_events(seed=seed):
        if isinstance(event, DeliveryEvent):
            said = frame.innings[-1].striker
            assert said in (None, event.data.striker)
        frame = fold(frame, event)


def test_a_frame_is_never_changed():
    events = match_events(seed=2)
    before = frame_of(events[:50])
    kept = asdict(before)
    fold(before, events[50])
    assert asdict(before) == kept


@given(st.randoms(use_true_random=False), st.integers(0, 200))
def test_how_the_streams_of_a_match_come_between_each_other_makes_no_difference(dice, ends):
    events = match_events(seed=4, overs=2)[:ends]
    told = published(events)
    streams = [told.match, told.reasoning]
    mixed: list[Event] = []
    while any(streams):
        mixed.append(dice.choice([stream for stream in streams if stream]).pop(0))
    assert frame_of(mixed) == frame_of(events)


def test_thoughts_wait_for_their_decision():
    told = published(match_events())
    thought = told.reasoning[0]
    assert isinstance(thought, ReasoningEvent)
    early = fold(EMPTY, thought)
    assert (early.seq, early.decisions) == (0, ())
    decided = next(
        e
        for e in told.match
        if isinstance(e, DecisionEvent) and e.data.number == thought.data.number
    )
    assert fold(early, decided).decisions[0].reason == thought.data.reason


def test_a_tournaments_events_leave_a_match_alone():
    (event, *_) = run_events()
    assert fold(EMPTY, event).innings == ()


def test_every_outcome_of_the_catalogue_has_a_glyph_and_its_extras():
    for outcome in OUTCOMES:
        extras = extras_of(outcome.key)
        assert sum(extras.values()) == outcome.runs - outcome.bat
        delivery = _delivery().model_copy(
            update={
                "outcome": outcome.key,
                "bat": outcome.bat,
                "extras": outcome.runs - outcome.bat,
                "boundary": outcome.boundary,
            }
        )
        assert 1 <= len(ball_of(delivery).glyph) <= 4


def _delivery() -> Delivery:
    return next(e.data for e in match_events() if isinstance(e, DeliveryEvent))
