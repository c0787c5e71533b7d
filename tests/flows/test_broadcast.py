"""The delay line between a match and the bus."""

from __future__ import annotations

import asyncio

import pytest

from engine.episode import play_episode
from engine.events import Event
from flows.broadcast import FULL_SPEED, Broadcast
from tests.doubles import Remembering
from tests.flows.support import episode


async def test_everything_is_shown_in_order() -> None:
    onto, direct = Remembering(), Remembering()
    async with Broadcast(onto, FULL_SPEED, asyncio.Event()) as broadcast:
        await play_episode(episode(), observers=[direct, broadcast])
    assert onto.events == direct.events
    assert onto.closed


async def test_the_match_does_not_wait_for_the_show() -> None:
    onto, hurried = Remembering(), asyncio.Event()
    async with Broadcast(onto, 0.001, hurried) as broadcast:
        result = await play_episode(episode(), observers=[broadcast])
        assert result.deliveries > len([e for e in onto.events if e.type == "delivery"])
        hurried.set()
    assert onto.events[-1].type == "episode.ended"


async def test_after_an_error_the_rest_is_shown_at_once() -> None:
    onto = Remembering()

    async def show() -> None:
        async with Broadcast(onto, 0.001, asyncio.Event()) as broadcast:
            await play_episode(episode(), observers=[broadcast])
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        await show()
    assert onto.closed
    assert onto.events[-1].type == "episode.ended"


async def test_a_cancelled_show_still_shows_what_was_told() -> None:
    onto, playing = Remembering(), asyncio.Event()

    async def show() -> None:
        async with Broadcast(onto, 0.001, asyncio.Event()) as broadcast:
            await broadcast.on_event(await first_event())
            playing.set()
            await asyncio.Event().wait()

    shown = asyncio.create_task(show())
    await playing.wait()
    shown.cancel()
    with pytest.raises(asyncio.CancelledError):
        await shown
    assert [event.type for event in onto.events] == ["episode.started"]
    assert onto.closed


async def test_a_match_that_is_cancelled_once_it_has_been_played_is_shown_to_its_end() -> None:
    onto, played = Remembering(), asyncio.Event()

    async def show() -> None:
        async with Broadcast(onto, 0.001, asyncio.Event()) as broadcast:
            await play_episode(episode(), observers=[broadcast])
            played.set()

    shown = asyncio.create_task(show())
    await played.wait()
    await asyncio.sleep(0)  # it waits for the show now
    shown.cancel()
    with pytest.raises(asyncio.CancelledError):
        await shown
    assert onto.events[-1].type == "episode.ended"
    assert onto.closed


async def first_event() -> Event:
    seen = Remembering()
    await play_episode(episode(), observers=[seen])
    return seen.events[0]
