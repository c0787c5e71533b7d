"""The speaker on a real bus: one clip a line, and the next voice where one fails."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field

import pytest

from engine.events import Audio
from spectator.commentary import Line, Weight
from spectator.server import BusServer
from spectator.speech.speaker import FAILURES, Speaker, SpeechLimits
from spectator.speech.uploading import Studio
from spectator.speech.voice import VoiceGone
from tests.spectator.wire import DEADLINE_S, client
from tests.speech.sounds import FAILED, Scripted, loudness


@dataclass(slots=True)
class Heard:
    bus: BusServer
    speaker: Speaker
    audio: list[Audio] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    new: asyncio.Event = field(default_factory=asyncio.Event)

    async def after(self, *lines: Line) -> list[str]:
        """The voices of what is heard once every line was said."""
        for line in lines:
            before = len(self.audio)
            self.speaker.hear(line)
            async with asyncio.timeout(DEADLINE_S):
                while len(self.audio) == before:
                    self.new.clear()
                    await self.new.wait()
        return [audio.voice for audio in self.audio]


class Clock:
    """Runs on by itself past what is being heard."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        self.now_s += 1.0
        return self.now_s


@asynccontextmanager
async def speaking(*voices: Scripted, characters: int = 20_000) -> AsyncIterator[Heard]:
    with BusServer() as bus:
        async with aclosing(Studio(bus.url, bus.publish_token)) as studio:
            heard: Heard

            async def publish(audio: Audio) -> None:
                heard.audio.append(audio)
                heard.new.set()

            limits = SpeechLimits(characters=characters, stale_s=30.0)
            told: list[str] = []
            speaker = Speaker(voices, studio, publish, told.append, limits, now=Clock())
            heard = Heard(bus, speaker, told=told)
            yield heard
            await speaker.aclose()


def line(of: int, text: str = "", weight: Weight = Weight.WICKET) -> Line:
    said = text or f"line {of}"
    return Line(of=of, text=said, brief=said, weight=weight)


async def test_a_line_is_spoken_once_and_can_be_heard_from_the_bus():
    voice = Scripted()
    async with speaking(voice) as heard:
        assert await heard.after(line(1, "Four."), line(2, "Six."), line(3, "Four.")) == ["one"] * 3
        first, _, third = heard.audio
        assert voice.spoken == ["Four.", "Six."]
        assert first.url == third.url
        async with client(heard.bus) as http:
            content = (await http.get(first.url or "")).content
    assert loudness(content) > 0.1
    assert (first.of, first.text, first.duration_s) == (1, "Four.", 0.2)


async def test_a_voice_that_is_gone_is_followed_by_the_next_and_said_once():
    gone, next_one = Scripted("paid", VoiceGone("no credit")), Scripted("local")
    async with speaking(gone, next_one) as heard:
        assert await heard.after(line(1), line(2)) == ["local", "local"]
        assert heard.told == ["speech: paid speaks no more in this run: no credit; now local"]
    assert gone.closed


async def test_a_line_that_fails_is_said_by_the_next_voice_and_the_first_speaks_again():
    async with speaking(Scripted("one", FAILED), Scripted("two")) as heard:
        assert await heard.after(line(1), line(2)) == ["two", "one"]
        assert heard.told == []


async def test_a_voice_that_fails_again_and_again_is_given_up():
    async with speaking(Scripted("one", *[FAILED] * FAILURES), Scripted("two")) as heard:
        lines = [line(of) for of in range(FAILURES + 1)]
        assert await heard.after(*lines) == ["two"] * len(lines)
        assert len(heard.told) == 1


async def test_when_no_voice_is_left_the_browser_speaks():
    async with speaking(Scripted("one", VoiceGone("no"))) as heard:
        heard.speaker.hear(line(1))
        assert (await heard.after(line(2)))[-1] == "browser"
        assert heard.audio[-1].url is None
        (told,) = heard.told
        assert told == "speech: one speaks no more in this run: no; now the browser's own voice"


async def test_a_match_may_cost_so_many_characters():
    paid = Scripted("paid", is_paid=True)
    async with speaking(paid, Scripted("local"), characters=12) as heard:
        assert await heard.after(line(1), line(2), line(3)) == ["paid", "paid", "local"]
        assert await heard.after(line(4, "line 1")) == ["paid", "paid", "local", "local"]
        assert "12 characters" in heard.told[0]


async def test_a_bus_that_is_away_is_no_fault_of_the_voice(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("spectator.speech.speaker.FAILURES", 1)
    told, heard = list[str](), list[Audio]()

    async def publish(audio: Audio) -> None:
        heard.append(audio)

    async with aclosing(Studio("http://127.0.0.1:9", "t")) as studio:
        speaker = Speaker([Scripted()], studio, publish, told.append)
        speaker.hear(line(1))
        await speaker.aclose()
    (said,) = told
    assert said.startswith("speech: the bus does not take sounds: it could not be reached")
    assert heard == []


async def test_what_is_said_late_is_said_in_brief():
    voice = Scripted()
    async with speaking(voice) as heard:
        whole = Line(
            of=1, text="Khan to Rao: FOUR. Rao has fifty.", brief="FOUR.", weight=Weight.BALL
        )
        await heard.after(whole)
    assert voice.spoken == ["FOUR."]  # every look at this clock takes a second


async def test_the_end_of_the_match_is_still_said():
    async with speaking(Scripted(seconds=30.0)) as heard:
        await heard.after(line(1))
        heard.speaker.hear(line(2, weight=Weight.BALL))
        heard.speaker.hear(line(3))
        await heard.speaker.aclose()
        assert [audio.of for audio in heard.audio] == [1, 3]


@pytest.mark.parametrize("text", ["<b>", "{x}", "\x1b[2J"])
async def test_what_no_voice_should_read_is_left_out(text: str):
    voice = Scripted()
    async with speaking(voice) as heard:
        await heard.after(line(1, f"Four {text} runs"))
    assert set("<>{}[]\x1b") & set(voice.spoken[0]) == set()
