"""The cockpit in a real browser, fed by real posts to a real bus."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from itertools import takewhile
from typing import Any

import pytest
from playwright.async_api import Page, async_playwright, expect

from engine.events import DeliveryEvent, Event
from spectator.commentary import commentary_of
from spectator.frames import EMPTY, fold
from spectator.server import BusServer
from tests.spectator.matches import match_events, run_events
from tests.spectator.test_frames import golden_events
from tests.spectator.wire import body, client, post

pytestmark = pytest.mark.page

# Chromium knocks at its maker's doors unless told not to.
ARGS = (
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
EVENTS = match_events("m", seed=11, home="qwen3-8b", away="heuristic")
LAST_SCORE = json.loads(EVENTS[-1].model_dump_json())["data"]["innings"][-1]
REDUCE = """async (events) => {
    const { EMPTY, fold } = await import('/static/reducer.js');
    let frame = EMPTY;
    return events.map((event) => (frame = fold(frame, event)));
}"""
COMMENT = """async (events) => {
    const { commentaryOf } = await import('/static/commentary.js');
    const templates = await (await fetch('/static/commentary.json')).json();
    return commentaryOf(templates, events);
}"""


@pytest.fixture
def bus() -> Iterator[BusServer]:
    with BusServer() as running:
        yield running


@asynccontextmanager
async def browse(
    chromium: str, bus: BusServer, path: str = "/", **options: Any
) -> AsyncIterator[Page]:
    """A page on the bus; afterwards it must have logged nothing and asked nobody else."""
    noise: list[str] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=list(ARGS))
        context = await browser.new_context(**options)
        page = await context.new_page()
        page.on("console", lambda message: noise.append(message.text))
        page.on("pageerror", lambda error: noise.append(str(error)))
        page.on(
            "request",
            lambda request: noise.append(request.url) if bus.url not in request.url else None,
        )
        await page.goto(bus.url + path)
        yield page
        await browser.close()
    assert [line for line in noise if "ERR_CONNECTION_REFUSED" not in line] == []


async def test_the_page_follows_the_featured_match_and_the_table(chromium, bus):
    async with browse(chromium, bus) as page:
        await expect(page.locator("#situation")).to_contain_text("Waiting for a match")
        await post(bus, EVENTS[:60], fence=1)
        await post(bus, run_events(played=3))
        await expect(page.locator(".team .captain").first).to_have_text("qwen3-8b")
        await expect(page.locator("#connection-text")).to_have_text("live")
        await post(bus, EVENTS[60:])
        score = f"{LAST_SCORE['runs']}/{LAST_SCORE['wickets']}"
        await expect(page.locator(".team .runs").last).to_have_text(score)
        await expect(page.locator("#standings tr")).to_have_count(4)
        await expect(page.locator("#run-count")).to_have_text("3 of 12 matches")
        await post(bus, run_events(played=5)[4:])
        await expect(page.locator("#run-count")).to_have_text("5 of 12 matches")
        await expect(page.locator("#connection-text")).to_have_text("ended")


async def test_the_page_survives_a_restart_of_the_bus(chromium, tmp_path):
    first = BusServer(tmp_path / "bus.sqlite")
    first.start()
    try:
        await post(first, EVENTS[:60], fence=1)
        async with browse(chromium, first) as page:
            await expect(page.locator(".team .captain").first).to_have_text("qwen3-8b")
            first.stop()
            await expect(page.locator("#connection-text")).to_have_text("reconnecting")
            with BusServer(tmp_path / "bus.sqlite", port=first.port) as second:
                await post(second, EVENTS[60:], fence=1)
                score = f"{LAST_SCORE['runs']}/{LAST_SCORE['wickets']}"
                await expect(page.locator(".team .runs").last).to_have_text(score, timeout=30_000)
                await expect(page.locator("#connection-text")).to_have_text("ended")
    finally:
        first.stop()


@pytest.mark.parametrize(("feed", "upto"), [("words", "delivery"), ("calls", "decision")])
async def test_what_is_still_to_come_is_said_in_one_line(chromium, bus, feed, upto):
    started = takewhile(lambda event: event.type != upto, EVENTS)
    async with browse(chromium, bus) as page:
        await post(bus, list(started), fence=1)
        said = page.locator(f"#{feed} .none")
        await expect(said).to_be_visible()
        assert await said.evaluate("node => node.getBoundingClientRect().height") < 50


async def test_a_captains_name_is_only_text(chromium, bus):
    evil = "<img src=x onerror=\"document.title='owned'\">"
    events = match_events("evil", seed=11, home=evil, away="<script>alert(1)</script>")
    async with browse(chromium, bus) as page:
        await post(bus, events, fence=1)
        await expect(page.locator(".team .captain").first).to_have_text(evil)
        await expect(page.locator("#matches .pair").first).to_contain_text("onerror")
        assert await page.locator("main img, main script").count() == 0
        assert await page.title() == "Featured match · captains"


async def test_any_stored_match_can_be_replayed_by_keyboard(chromium, bus):
    await post(bus, EVENTS)
    async with browse(chromium, bus, "/matches") as page:
        await page.locator("#matches a").first.press("Enter")
        await expect(page.locator("#situation")).to_contain_text("won by")
        await expect(page.locator("#connection-text")).to_have_text("ended")
        await page.locator("#speed").select_option("16")
        await page.keyboard.press("Escape")
        await page.locator("#main").focus()
        await page.keyboard.press("Space")
        await expect(page.locator("#connection-text")).to_have_text("replay")
        await expect(page.locator("#position")).not_to_have_value("0")
        await page.locator("#position").press("Home")
        await expect(page.locator("#situation")).to_contain_text("at the toss")
        await expect(page.locator("#play")).to_have_text("Play")
        await page.locator("#play").press("Enter")
        await expect(page.locator("#situation")).to_contain_text("won by", timeout=30_000)


async def test_a_press_on_the_list_opens_the_match_although_events_arrive(chromium, bus):
    await post(bus, match_events("other", seed=5))
    await post(bus, EVENTS[:40], fence=1)
    async with browse(chromium, bus) as page:
        await expect(page.locator(".team .captain").first).to_have_text("qwen3-8b")
        await page.locator('[data-stream="other/1"]').hover()
        await page.mouse.down()
        await post(bus, match_events("newer", seed=6)[:1])
        await post(bus, EVENTS[40:], fence=1)
        async with page.expect_response("**/api/streams?*"):
            await expect(page.locator("#situation")).to_contain_text("won by")
        await page.mouse.up()
        await expect(page.locator("#match-title")).to_have_text("Match other/1")


async def test_matches_keep_their_nodes_while_the_list_changes(chromium, bus):
    await post(bus, EVENTS[:40])
    async with browse(chromium, bus, "/matches") as page:
        first = await page.locator('[data-stream="m/1"]').element_handle()
        await post(bus, EVENTS[40:])
        await post(bus, match_events("newer", seed=6)[:1])
        await expect(page.locator("#matches a")).to_have_count(2)
        await expect(page.locator("#matches a").last).to_contain_text("won by")
        assert await first.evaluate("(node) => node.isConnected")


async def test_the_page_counts_and_finds_matches_that_it_does_not_list(chromium, bus):
    start = match_events("m", seed=5)[0]
    for low in range(0, 310, 62):
        many = [start.model_copy(update={"episode_id": f"m{n}"}) for n in range(low, low + 62)]
        async with client(bus) as http:
            await http.post("/api/events", content=body(many))
    async with browse(chromium, bus, "/matches") as page:
        await expect(page.locator("#list-count")).to_have_text("310 matches")
        await expect(page.locator("#matches .none")).to_contain_text("The latest 300 are shown")
        await page.locator("#search").fill("M0/")
        await expect(page.locator("#matches a")).to_have_count(1)
        await expect(page.locator("#list-count")).to_have_text("1 found")
        await page.locator("#search").fill("nobody")
        await expect(page.locator("#matches")).to_have_text("Nothing found.")


async def test_a_link_to_a_ball_shows_the_match_as_it_stood_then(chromium, bus):
    await post(bus, EVENTS)
    async with browse(chromium, bus, "/match/m/1#2/0.4") as page:
        await expect(page.locator("#match-title")).to_have_text("Match m/1")
        await expect(page.locator("#words .at").first).to_have_text("0.4")
        await expect(page.locator("#connection-text")).to_have_text("paused")
        await expect(page).to_have_url(re.compile(r"#2/0\.4$"))


@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (1440, "dark"), (2560, "light")])
async def test_nothing_scrolls_sideways(chromium, bus, width, scheme):
    await post(bus, EVENTS, fence=1)
    await post(bus, run_events())
    viewport = {"width": width, "height": 800}
    async with browse(chromium, bus, viewport=viewport, color_scheme=scheme) as page:
        await expect(page.locator("#standings tr")).to_have_count(4)
        await expect(page.locator("#matches a")).to_have_count(1)
        assert await page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("entry", [None, ("chase", "even-after-10"), ("super_over", "first-home")])
async def test_the_browser_folds_a_match_as_python_does(chromium, bus, entry):
    events = match_events(entry=entry) if entry else golden_events()
    async with browse(chromium, bus) as page:
        frames = await page.evaluate(REDUCE, [_plain(event) for event in events])
    ours, expected = EMPTY, []
    for event in events:
        ours = fold(ours, event)
        expected.append(json.loads(json.dumps(asdict(ours))))
    assert frames == expected


async def test_a_match_without_a_toss_is_shown_from_where_it_begins(chromium, bus):
    events = match_events("middle", entry=("death", "first-108-5-home"))
    began = next(i for i, event in enumerate(events) if isinstance(event, DeliveryEvent))
    await post(bus, events[: began + 1], fence=1)
    async with browse(chromium, bus) as page:
        await expect(page.locator("#over-title")).to_contain_text("Over 16")
        await expect(page.locator("#situation")).to_contain_text("Run rate")


async def test_the_browser_says_the_same_words_as_python(chromium, bus):
    matches = [match_events(seed=seed) for seed in range(8)]
    async with browse(chromium, bus) as page:
        told = [await page.evaluate(COMMENT, [_plain(event) for event in m]) for m in matches]
    assert told == [[asdict(line) for line in commentary_of(m)] for m in matches]


def _plain(event: Event) -> Any:
    return json.loads(event.model_dump_json())
