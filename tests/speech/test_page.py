"""The page's sound: in Node against doubles of the browser's parts, and in a browser that plays."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, expect

from engine.events import Audio, AudioEvent, DeliveryEvent, now
from spectator.server import BusServer
from tests.cockpit.node import in_node
from tests.e2e.accessible import violations
from tests.e2e.browsing import browse
from tests.spectator.matches import match_events
from tests.spectator.wire import client, post
from tests.speech.sounds import tone

# What a test of `sound.js` begins with: `sound`, `at` (the clock), `played` (elements in order).
DOUBLES = """
import { createSound } from "./cockpit/sound.js";
let at = 0;
const played = [], spoken = [];
class Element {
  constructor(url) { this.url = url; this.paused = false; played.push(this); }
  play() { return Element.refuses ? Promise.reject(Element.refuses) : Promise.resolve(); }
  pause() { this.paused = true; }
}
const speech = { voices: [{}], cancelled: 0, getVoices() { return this.voices; },
  speak(said) { spoken.push(said); }, cancel() { this.cancelled += 1; } };
const sound = createSound({ token: TOKEN, audio: (url) => new Element(url), speech,
  utterance: (text) => ({ text }), now: () => at });
const audio = (of, url = `/api/audio/${of}.wav`) => {
  const voice = url === null ? "browser" : "espeak";
  return { type: "audio", data: { of, text: `line ${of}`, url, duration_s: 1, voice } };
};
const urls = () => played.map((element) => element.url);
"""


def told(script: str, token: str | None = None) -> Any:
    """The value that `script` returns."""
    doubles = DOUBLES.replace("TOKEN", json.dumps(token))
    whole = f"{doubles}\nconst told = await (async () => {{ {script} }})();\n"
    return json.loads(in_node(f"{whole}console.log(JSON.stringify(told)); process.exit(0);"))


def test_it_is_off_until_it_is_switched_on():
    assert told("sound.on(audio(1)); return [urls(), sound.state.on];") == [[], False]


def test_lines_are_played_in_order_one_after_the_other():
    script = """
    sound.enable(); sound.on(audio(1)); sound.on(audio(2));
    const first = urls(); played[0].onended();
    return [first, urls(), sound.state.saying];"""
    first, both = ["/api/audio/1.wav"], ["/api/audio/1.wav", "/api/audio/2.wav"]
    assert told(script) == [first, both, "line 2"]


def test_what_came_too_long_ago_is_not_said():
    script = """
    sound.on(audio(1)); at = 60_000; sound.on(audio(2)); sound.enable();
    return urls();"""
    assert told(script) == ["/api/audio/2.wav"]


def test_a_backlog_is_skipped_and_what_is_being_said_broken_off():
    script = """
    sound.enable(); for (let of = 1; of <= 5; of += 1) sound.on(audio(of));
    return [urls().at(-1), played[0].paused, sound.state.waiting];"""
    assert told(script) == ["/api/audio/5.wav", True, 0]


def test_a_line_that_was_said_is_not_said_again():
    script = """
    sound.enable(); sound.on(audio(3)); played[0].onended(); sound.on(audio(3)); sound.on(audio(2));
    return urls();"""
    assert told(script) == ["/api/audio/3.wav"]


def test_switched_off_it_falls_silent():
    script = """
    sound.enable(); sound.on(audio(1)); sound.disable();
    return [played[0].paused, sound.state.saying, sound.state.waiting];"""
    assert told(script) == [True, None, 0]


def test_a_clip_that_is_gone_does_not_end_it():
    script = """
    sound.enable(); sound.on(audio(1)); played[0].onerror(); sound.on(audio(2));
    return urls();"""
    assert told(script) == ["/api/audio/1.wav", "/api/audio/2.wav"]


def test_a_browser_that_wants_a_click_first_is_told_of():
    script = """
    Element.refuses = Object.assign(new Error("no"), { name: "NotAllowedError" });
    sound.enable(); sound.on(audio(1)); await new Promise(setImmediate);
    return [sound.state.on, sound.state.blocked];"""
    assert told(script) == [False, True]


def test_the_readers_token_goes_with_the_address():
    script = "sound.enable(); sound.on(audio(1)); return urls();"
    assert told(script, token="a&b") == ["/api/audio/1.wav?token=a%26b"]


def test_the_browsers_own_voice_speaks_where_the_run_says_so():
    script = """
    sound.enable(); sound.on(audio(1, null)); sound.on(audio(2, null));
    const first = spoken.map((said) => said.text); spoken[0].onend();
    return [first, spoken.map((said) => said.text), sound.state.silent];"""
    assert told(script) == [["line 1"], ["line 1", "line 2"], False]


def test_a_backlog_cancels_the_browsers_voice():
    script = """
    sound.enable(); for (let of = 1; of <= 5; of += 1) sound.on(audio(of, null));
    return [speech.cancelled, spoken.at(-1).text];"""
    assert told(script) == [1, "line 5"]


def test_without_a_voice_it_is_silent_and_says_so():
    script = """
    speech.voices = []; sound.enable(); sound.on(audio(1, null)); await new Promise(setImmediate);
    return [spoken.length, sound.state.silent, sound.state.saying];"""
    assert told(script) == [0, True, None]


# --- in a browser ------------------------------------------------------------------------------

PLAY = """async ([urls]) => {
    const { createSound } = await import('/static/sound.js');
    const heard = [];
    const sound = createSound({ audio: (url) => {
        const element = new Audio(url);
        element.addEventListener('ended', () => heard.push([url, element.duration]));
        return element;
    } });
    sound.enable();
    urls.forEach((url, i) => sound.on({ type: 'audio',
        data: { of: i + 1, text: url, url, duration_s: 0.2, voice: 'espeak' } }));
    while (heard.length < urls.length) await new Promise((done) => setTimeout(done, 20));
    return heard;
}"""


@pytest.mark.page
async def test_a_browser_plays_the_clips_of_the_bus_to_their_end(chromium: Browser):
    urls = [f"/api/audio/{letter * 64}.wav" for letter in "ab"]
    with BusServer() as bus:
        await put(bus, *urls)
        async with browse(chromium, bus) as page:
            await page.mouse.click(5, 5)  # browsers play nothing before a gesture
            heard = await page.evaluate(PLAY, [urls])
    assert [url for url, _ in heard] == urls
    assert [duration for _, duration in heard] == pytest.approx([0.2, 0.2], abs=0.01)


EVENTS = match_events("m", seed=3)


def spoken(seq: int, of: int, url: str) -> AudioEvent:
    data = Audio(of=of, text=f"line {of}", url=url, duration_s=0.2, voice="espeak")
    return AudioEvent(episode_id="commentary:m", attempt=1, seq=seq, ts=now(), data=data)


async def put(bus: BusServer, *urls: str) -> None:
    async with client(bus) as http:
        for url in urls:
            await http.put(url, content=tone(), headers={"content-type": "audio/wav"})


@pytest.mark.page
async def test_the_pages_switch_speaks_what_comes_and_nothing_of_before(chromium: Browser):
    old, new = (f"/api/audio/{letter * 64}.wav" for letter in "ab")
    with BusServer() as bus:
        await put(bus, old, new)
        await post(bus, EVENTS[:40], fence=1)
        await post(bus, [spoken(1, 30, old)])
        async with browse(chromium, bus) as page:
            asked: list[str] = []
            page.on("request", lambda request: asked.append(urlsplit(request.url).path))
            switch = page.locator("#sound")
            await expect(switch).to_have_text("Sound off")
            await switch.click()
            await expect(switch).to_have_attribute("aria-pressed", "true")
            assert await violations(page) == []
            async with page.expect_response(f"**{new}"):
                await post(bus, EVENTS[40:60], fence=1)
                await post(bus, [spoken(2, 50, new)])
            await switch.click()
            await expect(switch).to_have_text("Sound off")
    assert old not in asked


@pytest.mark.page
async def test_a_replay_speaks_again_what_was_spoken(chromium: Browser):
    clip = f"/api/audio/{'c' * 64}.wav"
    ball = [event.seq for event in EVENTS if isinstance(event, DeliveryEvent)][4]
    with BusServer() as bus:
        await put(bus, clip)
        await post(bus, EVENTS, fence=1)
        await post(bus, [spoken(1, ball, clip)])
        async with browse(chromium, bus, "/match/m/1") as page:
            await page.locator("#sound").click()
            await page.locator("#position").fill("0")
            async with page.expect_response(f"**{clip}"):
                for _ in range(8):
                    await page.locator("#step").click()


@pytest.mark.page
async def test_a_match_that_is_not_spoken_has_no_switch(chromium: Browser):
    with BusServer() as bus:
        await post(bus, EVENTS, fence=1)
        async with browse(chromium, bus, "/match/m/1") as page:
            await expect(page.locator("#play")).to_be_visible()
            await expect(page.locator("#sound")).to_have_count(0)
