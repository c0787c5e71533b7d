"""A match's commentary on a real bus, beside its own stream."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import Any

from engine.events import Event
from engine.fanout import Observer
from engine.wire import Told
from spectator.commentary import Line, commentary_of
from spectator.commentating import Channel, CommentaryObserver, Writer
from spectator.publisher import BusPublisher
from spectator.server import BusServer
from spectator.speech.clip import Clip
from spectator.speech.speaker import Speaker, SpeechLimits
from spectator.speech.uploading import Studio
from tests.spectator.matches import match_events
from tests.spectator.wire import stored
from tests.speech.sounds import Scripted

EVENTS = match_events("m", seed=3)
LINES = list(commentary_of(EVENTS))


def silent(_: str) -> None:
    """Nobody is told."""


class Collected(Observer):
    def __init__(self) -> None:
        self.events: list[Event] = []
        self.closed = False

    async def on_event(self, event: Told) -> None:
        self.events.append(event.event)

    async def aclose(self) -> None:
        self.closed = True


async def told(
    events: list[Event], writer: Writer | None = None
) -> tuple[list[Event], list[Event]]:
    """What reaches the match's stream, and its commentary's."""
    onto, beside = Collected(), Collected()
    observer = CommentaryObserver(onto, Channel(beside), writer=writer, tell=silent)
    for event in events:
        await observer.on_event(event)
    await observer.aclose()
    return onto.events, beside.events


def texts(events: list[Event]) -> list[Any]:
    return [(e.data.of, e.data.text, e.data.source) for e in events if e.type == "commentary"]


async def test_the_lines_are_beside_the_match_with_numbers_of_their_own():
    own, beside = await told(EVENTS)
    assert own == EVENTS
    assert texts(beside) == [(line.of, line.text, "template") for line in LINES]
    assert {event.episode_id for event in beside} == {"commentary:m"}
    assert [event.seq for event in beside] == list(range(1, len(LINES) + 1))


async def test_another_attempt_is_another_stream():
    again = [event.model_copy(update={"attempt": 2}) for event in EVENTS]
    _, beside = await told([*EVENTS[:20], *again])
    second = [event for event in beside if event.attempt == 2]
    assert [event.seq for event in second] == list(range(1, len(LINES) + 1))


class Parrot:
    async def write(self, line: Line) -> str | None:
        return f"Well, {line.text}"


class Sleeper:
    async def write(self, line: Line) -> str | None:
        await asyncio.Event().wait()
        return "too late"


async def test_a_writers_words_are_said_where_they_come():
    async def slowly(observer: CommentaryObserver) -> None:
        for event in EVENTS[:30]:
            await observer.on_event(event)
            for _ in range(5):
                await asyncio.sleep(0)

    beside = Collected()
    observer = CommentaryObserver(Collected(), Channel(beside), writer=Parrot(), tell=silent)
    await slowly(observer)
    await observer.aclose()
    said = texts(beside.events)
    assert said
    assert all(source == "llm" and text.startswith("Well, ") for _, text, source in said)


async def test_a_writer_that_is_late_holds_nobody_up(monkeypatch):
    monkeypatch.setattr("spectator.commentating.WRITING_S", 0.01)
    _, beside = await told(EVENTS, Sleeper())
    assert texts(beside) == [(line.of, line.text, "template") for line in LINES]


class Mute(Scripted):
    """Never done with its first line."""

    async def speak(self, text: str) -> Clip:
        await asyncio.Event().wait()
        return await super().speak(text)


async def test_a_show_that_is_broken_off_does_not_wait_for_its_speech():
    voice, hurried, onto = Mute(), asyncio.Event(), Collected()
    with BusServer() as bus:
        async with aclosing(Studio(bus.url, bus.publish_token)) as studio:
            channel = Channel(Collected())
            limits = SpeechLimits(stale_s=3600.0, end_s=3600.0)
            speaker = Speaker([voice], studio, channel.audio, silent, limits)
            observer = CommentaryObserver(
                onto, channel, speaker=speaker, tell=silent, hurried=hurried
            )
            for event in EVENTS:
                await observer.on_event(event)
            hurried.set()
            await observer.aclose()
    assert onto.events == EVENTS
    assert voice.closed


class Thinking:
    """A writer who is never done."""

    async def write(self, line: Line) -> str | None:
        await asyncio.Event().wait()
        return line.text


async def test_who_breaks_off_the_end_leaves_nothing_open():
    onto, beside, before = Collected(), Collected(), asyncio.all_tasks()
    observer = CommentaryObserver(onto, Channel(beside), writer=Thinking(), tell=silent)
    for event in EVENTS:
        await observer.on_event(event)
    ending = asyncio.create_task(observer.aclose())
    await asyncio.sleep(0)  # it waits for the writer
    ending.cancel()
    await asyncio.wait([ending])
    assert (onto.closed, beside.closed, asyncio.all_tasks() - before) == (True, True, set())


async def test_a_match_can_be_heard_from_the_bus():
    with BusServer() as bus:
        publisher = BusPublisher(bus.url, bus.publish_token)
        async with publisher, aclosing(Studio(bus.url, bus.publish_token)) as studio:
            channel = Channel(publisher.observer())
            limits = SpeechLimits(stale_s=30.0)
            speaker = Speaker([Scripted()], studio, channel.audio, silent, limits)
            observer = CommentaryObserver(
                publisher.observer(fence=1), channel, speaker=speaker, tell=silent
            )
            for event in EVENTS:
                await observer.on_event(event)
            await observer.aclose()
        beside = await stored(bus, "commentary:m/1")
        whole = await stored(bus, "m/1")
    assert len(whole) == len(EVENTS)
    heard = [event["data"] for event in beside if event["type"] == "audio"]
    assert heard[-1]["of"] == LINES[-1].of
    assert all(one["url"].startswith("/api/audio/") for one in heard)
    assert [event["seq"] for event in beside] == list(range(1, len(beside) + 1))
