"""What a page meets of a bus and a browser that are not as it would have them."""

from __future__ import annotations

import pytest
from playwright.async_api import Dialog, expect

from spectator import start_token
from spectator.server import BusServer
from spectator.settings import BusSettings
from tests.e2e.browsing import browse
from tests.spectator.matches import match_events
from tests.spectator.processes import free_port
from tests.spectator.starter import Double
from tests.spectator.wire import post

pytestmark = pytest.mark.page

EVENTS = match_events("m", seed=11, home="qwen3-8b", away="heuristic")
LIVE = EVENTS[:100]
PAGE = "/match/m/1"
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
