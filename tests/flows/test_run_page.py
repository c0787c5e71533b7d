"""A real run on a real bus, watched in a real browser while it is played."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from spectator.server import BusServer
from tests.e2e.browsing import browse
from tests.flows.support import SMALL, captains, tournament_file

pytestmark = [pytest.mark.page, pytest.mark.prefect, pytest.mark.slow]

# Seconds of play on a slow machine and a fast one: many tables, one a second at most.
WATCHED = SMALL.replace("overs: 1, pairs: 2", "overs: 5, pairs: 20").replace("none", "all")
EPISODES, OF_TWO = 120, 40
NOTE = """() => {
    window.told = new Set();
    const note = () => window.told.add(document.querySelector('#run-count strong')?.textContent);
    new MutationObserver(note).observe(document.querySelector('main'),
        { subtree: true, childList: true, characterData: true });
}"""


async def opened_from_the_list(page: Page) -> None:
    """The run appears in the list as it starts; it opens before it is over."""
    await expect(page.locator("#runs a")).to_have_count(1, timeout=120_000)
    await page.evaluate(NOTE)
    await page.locator("#runs a").click()
    await expect(page.locator("#run-title")).to_have_text("small")


async def test_a_run_is_watched_from_its_start_to_a_match_of_it(
    chromium: str, tmp_path: Path, environment: dict[str, str]
) -> None:
    file = tournament_file(tmp_path, WATCHED)
    with BusServer() as bus:
        access = {**environment, "CAPTAINS_BUS_TOKEN": bus.publish_token}
        async with browse(chromium, bus, "/runs") as page:
            await expect(page.locator("main")).to_contain_text("No tournament has been published")
            arguments = ["run", str(file), "--bus", bus.url, "--runs", str(tmp_path), "--json"]
            process = captains(arguments, access)
            try:
                await opened_from_the_list(page)
                await expect(page.locator("#run-state")).to_have_text("finished", timeout=240_000)
            finally:
                out, err = await asyncio.to_thread(process.communicate, timeout=120)
            summary = json.loads(out)
            assert summary["episodes"]["played"] == EPISODES, err
            seen = [text for text in await page.evaluate("[...window.told]") if text]
            assert len(seen) > 2  # it changed while it was played
            rows = page.locator("#standings tr")
            assert [await row.get_attribute("data-captain") for row in await rows.all()] == [
                row["captain"] for row in summary["standings"]
            ]
            await page.locator("#crosstable td a").first.click()
            await expect(page.locator("#list-count")).to_have_text(f"{OF_TWO} matches")
            await page.locator("#matches a").first.click()
            await expect(page.locator("#connection-text")).to_have_text("ended")
            await page.go_back()
            await expect(page.locator("#list-count")).to_have_text(f"{OF_TWO} matches")
            await page.go_back()
            await expect(page.locator("#run-state")).to_have_text("finished")
