"""Cartesia's API as a loopback double plays it: what is sent, and what each answer means."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from engine.tool_captains.limiting import AdaptiveLimiter
from spectator.speech.cartesia import SLOTS, Cartesia, CartesiaAccess
from spectator.speech.voice import LineFailed, VoiceGone
from tests.llm.stub import Said, Stub, stub
from tests.speech.sounds import MP3_FRAME, tone

KEY = "sk_car_secret"
SPOKEN = Said(body=tone(), content_type="audio/wav")
BUSY = Said(status=429, body=json.dumps({"error_code": "concurrency_limited"}).encode())
SPENT = Said(status=429, body=json.dumps({"error_code": "quota_exceeded"}).encode())


async def at_once(_: float) -> None:
    """A pause that takes no time."""


@asynccontextmanager
async def cartesia(server: Stub, **more: object) -> AsyncIterator[Cartesia]:
    access = CartesiaAccess(key=KEY, url=server.url)
    timeout = httpx.Timeout(0.3)
    voice = Cartesia(access, AdaptiveLimiter(1), sleep=at_once, timeout=timeout)
    try:
        yield voice
    finally:
        await voice.aclose()


async def test_a_line_is_asked_for_as_the_api_has_it():
    async with stub(SPOKEN) as server, cartesia(server) as voice:
        clip = await voice.speak("Four.")
    assert clip.duration_s == pytest.approx(0.2)
    (asked,), (headers,) = server.requests, server.headers
    assert asked["transcript"] == "Four."
    assert asked["output_format"]["container"] == "wav"
    assert headers["authorization"] == f"Bearer {KEY}"
    assert headers["cartesia-version"] == "2026-08-14"


async def test_an_mp3_is_taken_as_it_comes():
    said = Said(body=MP3_FRAME * 10, content_type="audio/mpeg")
    async with stub(said) as server, cartesia(server) as voice:
        assert (await voice.speak("Four.")).kind == "mp3"


@pytest.mark.parametrize("status", [401, 402, 403, 404])
async def test_a_key_that_may_not_ends_the_voice(status: int):
    async with stub(Said(status=status, body=KEY.encode())) as server, cartesia(server) as voice:
        with pytest.raises(VoiceGone, match=str(status)) as gone:
            await voice.speak("Four.")
    assert KEY not in str(gone.value)
    assert len(server.requests) == 1


async def test_an_empty_quota_ends_the_voice():
    async with stub(SPENT) as server, cartesia(server) as voice:
        with pytest.raises(VoiceGone, match="quota"):
            await voice.speak("Four.")
    assert len(server.requests) == 1


async def test_too_many_at_once_are_tried_again():
    async with stub(BUSY, BUSY, SPOKEN) as server, cartesia(server) as voice:
        await voice.speak("Four.")
    assert len(server.requests) == 3


async def test_too_many_at_once_for_long_cost_the_line_alone():
    async with stub(BUSY) as server, cartesia(server) as voice:
        with pytest.raises(LineFailed, match="429"):
            await voice.speak("Four.")
    assert len(server.requests) == 3


@pytest.mark.parametrize(
    "said",
    [
        None,
        Said(status=500),
        Said(body=b"no sound", content_type="audio/wav"),
        Said(body=tone()[:100], headers={"content-length": "9000"}, closes=True),
        Said(status=200, body=b"", headers={"transfer-encoding": "gzip"}, closes=True),
    ],
    ids=["cut", "500", "garbage", "cut in the middle", "nonsense"],
)
async def test_what_goes_wrong_costs_the_line_alone(said: Said | None):
    async with stub(said, SPOKEN) as server, cartesia(server) as voice:
        with pytest.raises(LineFailed):
            await voice.speak("Four.")
        await voice.speak("Six.")


async def test_a_slow_answer_costs_the_line_alone():
    over = asyncio.Event()

    async def slow(_: object) -> Said:
        await over.wait()
        return SPOKEN

    async with stub(answering=slow) as server, cartesia(server) as voice:
        with pytest.raises(LineFailed, match="Timeout"):
            await voice.speak("Four.")
        over.set()


async def test_no_more_are_under_way_than_there_are_slots():
    async def answering(_: object) -> Said:
        await asyncio.sleep(0)
        return SPOKEN

    async with stub(answering=answering) as server, cartesia(server) as voice:
        await asyncio.gather(*(voice.speak("Four.") for _ in range(6)))
    assert server.most_at_once == 1


def test_the_key_is_not_shown():
    assert KEY not in repr(CartesiaAccess(key=KEY))
    assert SLOTS == "tts-cartesia"
