"""The whole way in a real browser: started from the page of `captains up`, watched, queued behind,
cancelled; and a person who leads a side there.
"""

from __future__ import annotations

import json

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from tests.e2e.browsing import browse
from tests.flows.support import DEADLINE_S
from tests.flows.upping import Up

pytestmark = [pytest.mark.page, pytest.mark.prefect, pytest.mark.slow]

LONG_MS = 1000 * DEADLINE_S
REFUSED = "Failed to load resource"  # what Chromium logs of a 409


def page_of(running: Up) -> str:
    return running.page.removeprefix(running.url)


def row(page: Page, state: str) -> Locator:
    return page.locator(f'.starts li[data-state="{state}"]')


async def choose(page: Page, *, pace: str) -> None:
    await page.get_by_role("radio", name="Other").check()
    await page.get_by_label("Overs an innings").fill("1")
    await page.get_by_label("Pace").select_option(pace)


async def press_start(page: Page) -> None:
    await page.get_by_role("button", name="Start the match").click()


async def test_started_watched_queued_behind_and_cancelled(chromium: Browser, running: Up) -> None:
    async with browse(chromium, running, page_of(running), borne=REFUSED) as page:
        await choose(page, pace="0.5")
        await press_start(page)
        await row(page, "playing").get_by_role("link", name="Watch").click(timeout=LONG_MS)
        await expect(page.locator(".teams")).to_contain_text("heuristic")
        await expect(page.locator("#connection-text")).to_have_text("live")
        await page.get_by_role("link", name="Start", exact=True).click()
        await choose(page, pace="8")
        await press_start(page)
        await expect(page.locator(".refusal")).to_contain_text("busy with heuristic v baseline")
        await page.get_by_role("button", name="Queue mine").click()
        await expect(row(page, "queued")).to_contain_text("waits, next")
        await row(page, "playing").get_by_role("button", name="Cancel").click()
        await expect(row(page, "cancelled")).to_contain_text("sealed", timeout=LONG_MS)
        await expect(row(page, "ended")).to_contain_text("won by", timeout=LONG_MS)


async def test_a_person_is_led_to_his_page_and_decides(chromium: Browser, running: Up) -> None:
    async with browse(chromium, running, page_of(running)) as page:
        await choose(page, pace="8")
        await page.get_by_label("Captain, at home").select_option(label="A person …")
        await page.get_by_label("Name").fill("ada")
        await press_start(page)
        started = page.locator(".starts li", has_text="ada v baseline").first
        stream = await started.get_attribute("data-start")
        await started.get_by_role("link", name="Play as ada").click()
        over = page.get_by_role("heading", name="The match is over")
        await expect(page.locator("#asked").or_(over)).to_be_visible(timeout=LONG_MS)
        while not await over.is_visible():
            await page.keyboard.press("1")
            await page.keyboard.press("Enter")
            await page.wait_for_timeout(50)  # the match decides when it asks again, or ends
    assert stream is not None
    await running.until(stream, "ended")
    lines = running.record(stream).read_text(encoding="utf-8").splitlines()
    made = [event["data"] for event in map(json.loads, lines) if event["type"] == "decision"]
    assert {one["source"] for one in made if one["captain"] == "ada"} == {"human"}
