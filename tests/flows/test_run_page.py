"""A real run on a real bus, watched in a real browser while it is played."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from flows.play import BusAddress
from flows.stage import Stage, on_stage
from spectator.server import BusServer
from tests.e2e.browsing import browse
from tests.flows.here import played_here
from tests.flows.support import ALONE, DEADLINE_S, players, tournament_file
from tests.flows.working import until

pytestmark = [
    *(pytest.mark.page, pytest.mark.prefect, pytest.mark.slow),
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),  # Prefect's, at a test's end
]

# Seconds of play on a slow machine and a fast one: many tables, one a second at most.
WATCHED = ALONE.replace("overs: 1, pairs: 2", "overs: 5, pairs: 10").replace("none", "all")
EPISODES, OF_TWO = 60, 20
NOTE = """() => {
    window.told = new Set();
    const note = () => window.told.add(document.querySelector('#run-count strong')?.textContent);
    new MutationObserver(note).observe(document.querySelector('main'),
        { subtree: true, childList: true, characterData: true });
}"""


async def opened_from_the_list(page: Page) -> None:
    """The run appears in the list as it starts; it opens before it is over."""
    await expect(page.locator("#runs a")).to_have_count(1, timeout=1000 * DEADLINE_S)
    await page.evaluate(NOTE)
    await page.locator("#runs a").click()
    await expect(page.locator("#run-title")).to_have_text("small")


@asynccontextmanager
async def held() -> AsyncIterator[None]:
    """Whoever plays stands still meanwhile."""
    pids = await until(lambda: asyncio.sleep(0, players() or None))
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


@pytest.mark.usefixtures("on_server")
async def test_a_run_is_watched_from_its_start_to_a_match_of_it(
    chromium: Browser, tmp_path: Path
) -> None:
    file = tournament_file(tmp_path, WATCHED)
    with BusServer() as bus:
        stage = Stage(bus=BusAddress(url=bus.url, token=bus.publish_token))
        async with browse(chromium, bus, "/runs") as page:
            await expect(page.locator("main")).to_contain_text("No tournament has been published")
            with on_stage(stage):
                run = asyncio.create_task(played_here(file, tmp_path))
            try:
                async with held():
                    await opened_from_the_list(page)
                await expect(page.locator("#run-state")).to_have_text(
                    "finished", timeout=1000 * DEADLINE_S
                )
            finally:
                summary = await run
            assert summary["episodes"]["played"] == EPISODES
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
