"""The cockpit in a real browser, fed by real posts to a real bus: what is on air, and the lists."""

from __future__ import annotations

import json
from itertools import takewhile

import pytest
from playwright.async_api import expect

from spectator.server import BusServer
from tests.e2e.browsing import browse
from tests.spectator.matches import match_events, run_events
from tests.spectator.processes import free_port
from tests.spectator.wire import body, client, post

pytestmark = pytest.mark.page

EVENTS = match_events("m", seed=11, home="qwen3-8b", away="heuristic")
KEPT = """(stream) => new Promise((done) => {
    const look = () => (history.state?.stream ?? null) === stream ? done() : setTimeout(look, 50);
    look();
})"""  # once the tab's history says at which match the viewer stands
LAST_SCORE = json.loads(EVENTS[-1].model_dump_json())["data"]["innings"][-1]


async def test_the_page_follows_the_featured_match_and_the_table(chromium, bus):
    async with browse(chromium, bus) as page:
        await expect(page.locator("#situation")).to_contain_text("Waiting for a match")
        await post(bus, EVENTS[:60], fence=1)
        await post(bus, run_events(played=3))
        await expect(page.locator(".team .captain").first).to_have_text("qwen3-8b")
        await expect(page.locator("#connection-text")).to_have_text("live")
        await page.locator("#back").click()
        await page.evaluate(KEPT, "m/1")
        first = page.locator("#words [data-seq]").first
        stood = await first.get_attribute("data-seq")
        await page.reload()
        await expect(first).to_have_attribute("data-seq", stood)
        await expect(page.locator("#connection-text")).to_contain_text("paused")
        await page.locator("#follow").click()
        await page.evaluate(KEPT, None)
        await post(bus, EVENTS[60:])
        score = f"{LAST_SCORE['runs']}/{LAST_SCORE['wickets']}"
        await expect(page.locator(".team .runs").last).to_have_text(score)
        await expect(page.locator("#standings tr")).to_have_count(4)
        await expect(page.locator("#run-count")).to_have_text("3 of 12 matches")
        await post(bus, run_events(played=5)[4:])
        await expect(page.locator("#run-count")).to_have_text("5 of 12 matches")
        await expect(page.locator("#connection-text")).to_have_text("ended")


async def test_the_page_survives_a_restart_of_the_bus(chromium, tmp_path):
    first = BusServer(tmp_path / "bus.sqlite", port=free_port())
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
                await expect(page.locator(".team .runs").last).to_have_text(score)
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
    async with browse(chromium, bus) as page:
        await expect(page.locator("#list-count")).to_have_text("310 matches")
        await expect(page.locator("#matches .none")).to_contain_text("The latest 60 are shown")
        await page.locator("#search").fill("M0/")
        await expect(page.locator("#matches a")).to_have_count(1)
        await expect(page.locator("#list-count")).to_have_text("1 found")
        await page.locator("#search").fill("nobody")
        await expect(page.locator("#matches")).to_have_text("Nothing found.")
