"""What captains think: nobody sees it on the bus before its time, and the record has all of it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.casting import Cast
from engine.cricket.choices import Seat
from engine.episode import play_episode
from engine.events import DecisionEvent, Event, ReasoningEvent
from engine.fanout import Observer
from engine.record import RecordWriter, read_record, record_path
from spectator.publisher import BusPublisher
from spectator.reasoning import Reasoning, Shown
from spectator.server import BusServer
from tests.engine.test_calls import MODELS, SPEC, Thinker
from tests.spectator.matches import match_events, published
from tests.spectator.wire import stored

TOKEN = "only-for-tests"
EVENTS = match_events("m", seed=3, overs=3)
THOUGHT = [
    event.data
    for event in EVENTS
    if isinstance(event, DecisionEvent) and (event.data.reason or event.data.calls)
]
HALF = len(EVENTS) // 2
WORDS: tuple[Shown, ...] = ("live", "after", "never")
SHOWN: st.SearchStrategy[Shown] = st.sampled_from(WORDS) | st.integers(1, 40)


@pytest.fixture
async def bus() -> AsyncIterator[BusServer]:
    async with BusServer(publish_token=TOKEN) as running:
        yield running


async def tell(bus: BusServer, shown: Shown, events: Sequence[Event]) -> None:
    """The events, and all of them on the bus."""
    async with BusPublisher(bus.url, TOKEN, reasoning=shown) as publisher:
        observer = publisher.observer()
        for event in events:
            await observer.on_event(event)


def numbers(told: Sequence[dict[str, Any]]) -> list[int]:
    return [event["data"]["number"] for event in told]


# --- what is let through, and when ---------------------------------------------------------------


@given(SHOWN, st.integers(0, len(EVENTS)))
def test_nothing_is_told_before_its_time(shown: Shown, ends: int) -> None:
    """`ends`: where somebody looks. A thought is due by what he has seen of the match by then."""
    seen = EVENTS[:ends]
    told = published(seen, shown).reasoning
    over = ends == len(EVENTS)
    for at, event in enumerate(seen):
        if isinstance(event, DecisionEvent) and event.data in THOUGHT:
            balls = sum(later.type == "delivery" for later in seen[at:])
            is_due = over if isinstance(shown, str) else over or balls >= shown
            is_due = {"live": True, "never": False}.get(str(shown), is_due)
            assert (event.data.number in numbers_of(told)) == is_due


def numbers_of(events: Sequence[Event]) -> list[int]:
    return [event.data.number for event in events if isinstance(event, ReasoningEvent)]


@given(SHOWN.filter(lambda shown: shown != "never"))
def test_in_the_end_everything_is_told_whatever_the_delay(shown: Shown) -> None:
    told = published(EVENTS, shown).reasoning
    assert [event.seq for event in told] == list(range(1, len(THOUGHT) + 1))
    assert {event.line for event in told} == {e.line for e in published(EVENTS).reasoning}


def test_a_decision_without_a_thought_is_told_as_it_is() -> None:
    quiet = next(e for e in EVENTS if isinstance(e, DecisionEvent) and e.data not in THOUGHT)
    assert Reasoning("live").bare(quiet) is quiet


def test_who_else_hears_the_match_hears_all_of_it() -> None:
    decided = next(e for e in EVENTS if isinstance(e, DecisionEvent) and e.data in THOUGHT)
    before = decided.model_dump_json()
    Reasoning("live").bare(decided)
    assert decided.model_dump_json() == before


# --- on a bus ------------------------------------------------------------------------------------


async def test_what_was_thought_travels_beside_the_match(bus: BusServer) -> None:
    await tell(bus, "live", EVENTS)
    decisions = [e["data"] for e in await stored(bus, "m/1") if e["type"] == "decision"]
    assert all(d["reason"] is None and d["errors"] == d["calls"] == [] for d in decisions)
    told = [event["data"] for event in await stored(bus, "reasoning:m/1")]
    kept = ("number", "seat", "innings", "ball", "reason", "errors", "calls")
    assert told == [json.loads(t.model_dump_json(include=set(kept))) for t in THOUGHT]


@pytest.mark.parametrize("shown", ["after", "never", 1_000])
async def test_an_opponent_who_reads_the_bus_learns_nothing_in_mid_match(
    bus: BusServer, shown: Shown
) -> None:
    await tell(bus, shown, EVENTS[:HALF])
    everything = json.dumps([await stored(bus, "m/1"), await stored(bus, "reasoning:m/1")])
    secrets = {t.reason for t in THOUGHT} | {call.tool for t in THOUGHT for call in t.calls}
    assert [secret for secret in secrets if secret and secret in everything] == []


async def test_so_many_balls_later_it_may_be_read(bus: BusServer) -> None:
    await tell(bus, 6, EVENTS[:HALF])
    balls = [at for at, event in enumerate(EVENTS[:HALF]) if event.type == "delivery"]
    due = EVENTS[: balls[-6] + 1]
    expected = [e.data.number for e in due if isinstance(e, DecisionEvent) and e.data in THOUGHT]
    assert numbers(await stored(bus, "reasoning:m/1")) == expected


async def test_after_the_match_all_of_it_may_be_read(bus: BusServer) -> None:
    await tell(bus, "after", EVENTS)
    assert numbers(await stored(bus, "reasoning:m/1")) == [t.number for t in THOUGHT]


async def test_never_is_never(bus: BusServer) -> None:
    await tell(bus, "never", EVENTS)
    assert await stored(bus, "reasoning:m/1") == []


async def test_the_record_has_what_the_bus_never_gets(bus: BusServer, tmp_path: Path) -> None:
    writer = RecordWriter(tmp_path, "calls", 1)
    async with BusPublisher(bus.url, TOKEN, reasoning="never") as publisher:
        observers: list[Observer] = [publisher.observer(), writer]
        cast = Cast(captains={Seat.HOME: Thinker()})
        await play_episode(SPEC, observers=observers, models=MODELS, cast=cast)
    record = read_record(record_path(tmp_path, "calls"))
    assert all(
        event.data.calls
        for event in record
        if isinstance(event, DecisionEvent) and event.data.seat == "home"
    )
    assert await stored(bus, "reasoning:calls/1") == []
    assert "analyze_situation" not in json.dumps(await stored(bus, "calls/1"))
