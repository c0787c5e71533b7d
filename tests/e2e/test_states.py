"""Every state of the page: what it says, that axe finds nothing wrong, that it fits its window."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from playwright.async_api import expect

from engine.events import EndReason, EpisodeEndedEvent, Event
from spectator.server import BusServer
from spectator.settings import BusSettings
from tests.e2e.accessible import faults, violations
from tests.e2e.browsing import browse
from tests.spectator.matches import match_events, run_events
from tests.spectator.wire import post

pytestmark = pytest.mark.page

EVENTS = match_events("m", seed=11, home="qwen3-8b", away="heuristic")
LIVE = EVENTS[:100]
PAGE = "/match/m/1"
EVIL = "<img src=x onerror=\"document.title='owned'\">\x1b[31m\u202eevil\u2066"


def ended(reason: EndReason, *, error: str | None = None) -> list[Event]:
    """The match, broken off in the fourth over."""
    last = EVENTS[-1]
    assert isinstance(last, EpisodeEndedEvent)
    told = {"end_reason": reason, "winner": None, "result": "", "error": error}
    data = last.data.model_copy(update=told)
    return [*LIVE, last.model_copy(update={"seq": len(LIVE) + 1, "data": data})]


STATES = {
    "empty": ("/", [], "Nothing is on air"),
    "live": (PAGE, LIVE, "Follow live"),
    "featured": ("/", LIVE, "Standings"),
    "paused": (PAGE + "#1.2", LIVE, "Play"),
    "ended": (PAGE, EVENTS, "won by"),
    "transport": (PAGE, ended(EndReason.TRANSPORT, error="503"), "A captain could not be reached."),
    "cancelled": (PAGE, ended(EndReason.CANCELLED), "It was stopped from outside."),
    "forfeit": (PAGE, ended(EndReason.FORFEIT), "Forfeit"),
    "middle": (PAGE, match_events("m", entry=("chase", "even-after-10"))[:40], "needs"),
    "super over": (PAGE, match_events("m", entry=("super_over", "first-home")), "super over"),
    "hostile": (PAGE, match_events("m", seed=3, home=EVIL, away=EVIL), "evil"),
}


@pytest.mark.parametrize("state", STATES)
async def test_axe_finds_nothing_wrong_and_nothing_scrolls_sideways(chromium, bus, state):
    path, events, text = STATES[state]
    await _publish(bus, events)
    async with browse(chromium, bus, path) as page:
        await expect(page.locator("#main")).to_contain_text(text)
        assert await faults(page) == []


async def test_a_match_that_nobody_knows_opens_when_it_begins(chromium, bus):
    async with browse(chromium, bus, PAGE, borne="404") as page:
        await expect(page.locator("#main")).to_contain_text("The bus knows no match m/1.")
        assert await violations(page) == []
        await post(bus, LIVE)
        await expect(page.locator(".team .captain").first).to_have_text("qwen3-8b")


async def test_a_reader_without_a_token_is_asked_for_it(chromium):
    with BusServer(settings=BusSettings(read_token="let-me-in")) as bus:
        await post(bus, LIVE, fence=1)
        async with browse(chromium, bus, borne="401") as page:
            await expect(page.get_by_role("heading", name="This bus wants a token")).to_be_visible()
            assert await violations(page) == []
            await page.get_by_label("Read token").fill("let-me-in")
            await page.get_by_role("button", name="Open").click()
            await expect(page.locator("#connection-text")).to_have_text("live")


async def test_a_token_leaves_the_address_and_outlives_a_reload(chromium):
    with BusServer(settings=BusSettings(read_token="let-me-in")) as bus:
        await post(bus, LIVE, fence=1)
        async with browse(chromium, bus, "/#token=let-me-in") as page:
            await expect(page.locator("#connection-text")).to_have_text("live")
            assert page.url == f"{bus.url}/"
            await page.reload()
            await expect(page.locator("#connection-text")).to_have_text("live")


async def test_an_address_that_is_none_says_so(chromium, bus):
    async with browse(chromium, bus, "/match/no-attempt") as page:
        await expect(page.get_by_role("heading", name="There is no such page")).to_be_visible()
        assert await violations(page) == []


async def test_a_bus_that_goes_away_is_told_over_what_is_shown(chromium, tmp_path):
    bus = BusServer(tmp_path / "bus.sqlite")
    bus.start()
    try:
        await post(bus, LIVE)
        async with browse(chromium, bus, PAGE) as page:
            await expect(page.locator("#connection-text")).to_have_text("live")
            bus.stop()
            await expect(page.locator(".bus-away")).to_contain_text("The bus cannot be reached")
            assert await violations(page) == []
            await expect(page.locator(".team .captain").first).to_have_text("qwen3-8b")
    finally:
        bus.stop()


async def test_where_websockets_are_broken_server_sent_events_serve(chromium, bus):
    await post(bus, LIVE, fence=1)
    async with browse(chromium, bus, "/matches") as page:
        await page.route_web_socket("**/*", lambda socket: socket.close())
        await page.goto(bus.url)
        await expect(page.locator("#connection-text")).to_have_text("live")
        await post(bus, EVENTS[len(LIVE) :])
        await expect(page.locator("#situation")).to_contain_text("won by")


async def test_the_colours_are_chosen_for_good(chromium, bus):
    async with browse(chromium, bus, color_scheme="light") as page:
        background = "getComputedStyle(document.body).backgroundColor"
        light = await page.evaluate(background)
        await page.get_by_label("Colours").select_option("dark")
        dark = await page.evaluate(background)
        await page.reload()
        assert light != dark == await page.evaluate(background)


async def test_hostile_names_and_reasons_are_only_text(chromium, bus):
    events = match_events("m", seed=11, home=EVIL, away="<script>alert(1)</script>")
    evil = [
        event.model_copy(update={"data": event.data.model_copy(update={"reason": EVIL})})
        if event.type == "decision"
        else event
        for event in events
    ]
    await _publish(bus, evil)
    async with browse(chromium, bus, PAGE) as page:
        await expect(page.locator(".team .captain").first).to_contain_text("<img src=x")
        await expect(page.locator("#calls .reason").first).to_contain_text("onerror")
        assert await page.locator("main img, main script").count() == 0
        assert await page.title() == "Match · captains"
        await page.goto(bus.url + "/matches")
        await expect(page.locator("#matches .pair").first).to_contain_text("onerror")
        assert await page.locator("main img, main script").count() == 0


async def _publish(bus: BusServer, events: Sequence[Event]) -> None:
    if events:
        await post(bus, events, fence=1)
    await post(bus, run_events())
