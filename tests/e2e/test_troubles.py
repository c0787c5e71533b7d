"""What a page meets of a bus and a browser that are not as it would have them."""

from __future__ import annotations

from contextlib import AsyncExitStack

import pytest
from playwright.async_api import Dialog, expect

from spectator import start_token
from spectator.server import BusServer
from spectator.settings import BusSettings
from spectator.starts import OnAir
from tests.e2e.browsing import browse
from tests.spectator.matches import match_events
from tests.spectator.processes import free_port
from tests.spectator.starter import Double
from tests.spectator.wire import post

pytestmark = pytest.mark.page

EVENTS = match_events("m", seed=11, home="qwen3-8b", away="heuristic")
LIVE = EVENTS[:100]
PAGE = "/match/m/1"
NOT_CANCELLED = "Not cancelled: the bus answered 502."
NO_CLIPBOARD = 'Object.defineProperty(navigator, "clipboard", { value: undefined })'
NO_STORAGE = """
for (const name of ["localStorage", "sessionStorage"]) {
  Object.defineProperty(window, name, { get() { throw new DOMException("no", "SecurityError"); } });
}
"""


async def test_an_answer_that_is_cut_off_is_no_answer(chromium, bus):
    await post(bus, LIVE)
    async with browse(chromium, bus, "/runs") as page:
        await page.route("**/api/streams?*", lambda route: route.fulfill(body='{"streams": ['))
        await page.get_by_role("link", name="Matches", exact=True).click()
        await expect(page.locator("#list-count")).to_contain_text("The bus cannot be reached.")
        await page.unroute("**/api/streams?*")
        await expect(page.locator("#list-count")).to_have_text("1 match")


async def test_a_match_that_is_not_in_another_log_is_said_to_be_unknown(chromium):
    port = free_port()
    async with AsyncExitStack() as opened:
        async with BusServer(port=port) as first:
            await post(first, LIVE)
            page = await opened.enter_async_context(browse(chromium, first, PAGE))
            await expect(page.locator("#connection-text")).to_have_text("live")
        await opened.enter_async_context(BusServer(port=port))
        await expect(page.locator("#main")).to_contain_text("The bus knows no match m/1.")


@pytest.mark.parametrize("path", [PAGE, "/"])
async def test_a_bus_that_comes_back_with_another_token_asks_for_it(chromium, tmp_path, path):
    store, port = tmp_path / "bus.sqlite", free_port()
    async with AsyncExitStack() as opened:
        async with BusServer(store, port=port) as first:
            await post(first, LIVE, fence=1)
            page = await opened.enter_async_context(browse(chromium, first, path, borne="40"))
            await expect(page.locator("#connection-text")).to_have_text("live")
        locked = BusSettings(read_token="let-me-in")
        await opened.enter_async_context(BusServer(store, port=port, settings=locked))
        await page.get_by_label("Read token").fill("let-me-in")
        await page.get_by_role("button", name="Open").click()
        await expect(page.locator("#connection-text")).to_have_text("live")


async def test_a_browser_that_keeps_nothing_shows_the_match(chromium, bus):
    await post(bus, LIVE)
    async with browse(chromium, bus, "/matches") as page:
        await page.add_init_script(NO_STORAGE)
        await page.goto(bus.url + PAGE)
        await expect(page.locator(".team .captain").first).to_have_text("qwen3-8b")
        await page.get_by_label("Colours").select_option("dark")
        await expect(page.locator("html")).to_have_attribute("data-theme", "dark")


async def test_without_a_clipboard_the_link_is_shown(chromium, bus):
    """Browsers lend the clipboard to secure pages alone."""
    await post(bus, EVENTS)
    shown: list[str] = []

    async def look(dialog: Dialog) -> None:
        shown.append(dialog.default_value)
        await dialog.dismiss()

    async with browse(chromium, bus, "/matches") as page:
        page.on("dialog", look)
        await page.add_init_script(NO_CLIPBOARD)
        await page.goto(f"{bus.url}{PAGE}#1.2")
        await expect(page.locator("#play")).to_have_text("Play")
        await page.locator("#copy").click()
    assert shown == [f"{bus.url}{PAGE}#1.2"]


async def test_an_address_with_a_token_is_taken_by_the_page_that_is_open(chromium):
    async with (
        BusServer(starter=Double()) as bus,
        browse(chromium, bus, "/start") as page,
    ):
        await expect(page.get_by_text("This page may only watch.")).to_be_visible()
        await page.goto(f"{bus.url}/start#token={start_token(bus.publish_token)}")
        await expect(page.get_by_role("button", name="Start the match")).to_be_visible()
        assert page.url == f"{bus.url}/start"


async def test_server_sent_events_that_fall_silent_are_asked_for_anew(chromium):
    """A connection that is half open, as after a sleep, says nothing of its end."""
    settings = BusSettings(ping_s=1_000)
    async with BusServer(settings=settings) as bus, browse(chromium, bus, "/matches") as page:
        await post(bus, LIVE, fence=1)
        await page.clock.install()
        await page.route_web_socket("**/*", lambda socket: socket.close())
        await page.goto(bus.url)
        for _ in range(4):  # WebSockets are in vain
            await page.clock.run_for(10_000)
        await expect(page.locator("#connection-text")).to_have_text("live")
        async with page.expect_request("**/api/featured/sse?*"):
            await page.clock.run_for(70_000)


async def test_a_cancel_that_is_refused_is_told(chromium):
    async with BusServer(starter=Double()) as bus:
        path = f"/start#token={start_token(bus.publish_token)}"
        async with browse(chromium, bus, path, borne="502") as page:
            await page.get_by_role("button", name="Start the match").click()
            await page.route("**/cancel", lambda route: route.fulfill(status=502, body="{}"))
            await page.locator(".starts").get_by_role("button", name="Cancel").click()
            await expect(page.locator(".starts li").get_by_role("alert")).to_have_text(
                NOT_CANCELLED
            )


async def test_a_cancel_from_the_front_pages_card_that_is_refused_is_told_on_it(chromium):
    """Also of a match that is not in the list."""
    starter = Double()
    starter.showing = OnAir(id="m/1", title="a v b", start=True)
    async with BusServer(starter=starter) as bus:
        path = f"/start#token={start_token(bus.publish_token)}"
        async with browse(chromium, bus, path, borne="502") as page:
            await page.route("**/cancel", lambda route: route.fulfill(status=502, body="{}"))
            await page.get_by_role("button", name="Cancel it").click()
            await expect(page.locator(".channel").get_by_role("alert")).to_have_text(NOT_CANCELLED)


async def test_who_empties_the_first_captain_keeps_the_second_where_he_is(chromium, bus):
    await post(bus, LIVE)
    async with browse(chromium, bus, "/matches?captain=heuristic&captain=qwen3-8b") as page:
        await page.locator("#by-captain").fill("")
        await expect(page).to_have_url(f"{bus.url}/matches?captain=&captain=qwen3-8b")
        await expect(page.locator("#by-other")).to_have_value("qwen3-8b")
        await expect(page.locator("#by-captain")).to_have_value("")
        await expect(page.locator("#list-count")).to_have_text("1 match")


async def test_what_is_chosen_while_a_word_is_typed_is_kept(chromium, bus):
    await post(bus, LIVE)
    async with browse(chromium, bus, "/matches") as page:
        await page.clock.install()
        await page.reload()
        await page.clock.run_for(1_000)
        await expect(page.locator("#list-count")).to_have_text("1 match")
        await page.locator("#search").fill("heuristic")
        await page.locator("#by-state").select_option("live")
        await page.clock.run_for(1_000)
        await expect(page).to_have_url(f"{bus.url}/matches?search=heuristic&state=live")
