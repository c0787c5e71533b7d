"""Writes the pictures of the pages in `docs/images/`: `python docs/screenshots.py`.

A real match, played by the real driver, on a real bus, in Debian's Chromium: what a viewer sees;
the report of a real run; the form of a real Prefect server; and what the check of the engine says.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final, Literal

from playwright.async_api import expect

from engine.captains import resolve
from engine.cricket.players import Game
from engine.episode import play_episode
from engine.spec import EpisodeSpec
from flows import settings
from flows.deployments.prefect_file import prefect_file, read_prefect_file
from flows.fidelity import MATCHES, Wanted, check
from flows.fidelity_page import write_page
from flows.report import PAGE, write_report
from flows.server import server
from spectator.publisher import BusPublisher
from spectator.server import BusServer
from tests.e2e.browsing import browse, browser_server, connected
from tests.flows.support import played
from tests.needed import CHROMIUM

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Browser

IMAGES: Final = Path(__file__).parent / "images"
SPEC: Final = EpisodeSpec(
    episode_id="heuristic-v-aggressive",
    seed=23,
    overs=20,
    home=resolve("heuristic"),
    away=resolve("aggressive"),
    squads=("redstone", "saltmarsh"),
)
REPORTED: Final = """\
name: six-captains
seed: 20261122
match: {overs: 5, pairs: 24}
captains:
  - heuristic
  - aggressive
  - cautious
  - baseline
  - {name: gambler, preset: aggressive, boldness: 0.45}
  - {name: timid, preset: cautious, boldness: -0.4}
spectate: {episodes: none}
"""
TYPED: Final = """\
name: friday-night
match: {overs: 5, pairs: 10}
captains:
  - heuristic
  - {name: bold, preset: aggressive, boldness: 0.3}"""
BALL: Final = "/match/heuristic-v-aggressive/1#2/13.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A window of `width` × `height` pixels, scrolled to what `at` selects."""

    name: str
    width: int
    height: int
    scheme: Literal["dark", "light"]
    at: str


PICTURES: Final = (
    Picture(name="cockpit", width=1280, height=1100, scheme="light", at="body"),
    Picture(name="cockpit-figures", width=1280, height=1520, scheme="dark", at=".figures-grid"),
    Picture(name="cockpit-phone", width=390, height=844, scheme="dark", at="body"),
)


@asynccontextmanager
async def a_match() -> AsyncIterator[BusServer]:
    """A bus with a whole match on it."""
    async with BusServer() as bus:
        async with BusPublisher(bus.url, bus.publish_token, flush_s=30) as publisher:
            observer = publisher.observer(flush_s=30)
            await play_episode(SPEC, observers=[observer])
            await observer.aclose()
        yield bus


async def report(browser: Browser) -> None:
    """The page of a run: the answer and the ratings."""
    with TemporaryDirectory() as runs:
        folder = await asyncio.to_thread(played, Path(runs), REPORTED)
        write_report(folder)
        page = await browser.new_page(viewport={"width": 1240, "height": 1240})
        await page.goto((folder.path / PAGE).as_uri())
        await page.screenshot(path=IMAGES / "report.png")
        await page.close()


async def fidelity(browser: Browser) -> None:
    """The page of the check whose tables are in `docs/fidelity.md`: the verdict and first plots."""
    checked = check(Wanted(format="T20", game=Game.MEN, matches=MATCHES["T20"], seed=1))
    with TemporaryDirectory() as folder:
        file = Path(folder, "fidelity.html")
        write_page(checked, file)
        page = await browser.new_page(viewport={"width": 1200, "height": 1150})
        await page.goto(file.as_uri())
        await page.screenshot(path=IMAGES / "fidelity.png")
        await page.close()


async def run_form(browser: Browser) -> None:
    """Prefect's form for a run of any tournament."""
    with TemporaryDirectory() as folder:
        settings.apply(Path(folder))  # Prefect reads them when it is imported
        with server(Path(folder)) as found:
            deployment = await deployed(Path(folder))
            page = await browser.new_page(viewport={"width": 1280, "height": 1180})
            await page.goto(f"{found.ui_url}/v2/deployments/deployment/{deployment}/run")
            await expect(page.get_by_text("Tournament as YAML")).to_be_visible(timeout=60_000)
            await page.get_by_text("None", exact=True).first.click()
            await page.locator("textarea").first.fill(TYPED)
            await page.screenshot(path=IMAGES / "run-form.png")
            await page.close()


async def deployed(folder: Path) -> str:
    """The id of the deployment `tournament/tournament`."""
    from prefect.client.orchestration import get_client

    from flows.deployments.deploying import deploy
    from flows.deployments.setting_up import set_up

    wanted = read_prefect_file(prefect_file())
    async with get_client() as client:
        await set_up(client)
        await deploy(client, wanted, folder=folder)
        return str((await client.read_deployment_by_name("tournament/tournament")).id)


async def main() -> None:
    chromium = CHROMIUM.find()
    if chromium is None:
        raise SystemExit(CHROMIUM.missing)
    with browser_server(chromium) as server:
        async with connected(server) as browser:
            await run_form(browser)
            await report(browser)
            await fidelity(browser)
            await match_pages(browser)


async def match_pages(browser: Browser) -> None:
    """The page of a match, at the ball that all pictures show."""
    async with a_match() as bus:
        for picture in PICTURES:
            size = {"width": picture.width, "height": picture.height}
            async with browse(
                browser, bus, BALL, viewport=size, color_scheme=picture.scheme
            ) as page:
                await expect(page.locator("#connection-text")).to_have_text("paused")
                await page.locator(picture.at).evaluate("node => node.scrollIntoView()")
                await page.evaluate("scrollBy(0, -16)")
                await page.screenshot(path=IMAGES / f"{picture.name}.png")


if __name__ == "__main__":
    asyncio.run(main())
