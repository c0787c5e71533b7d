"""Writes the pictures of the page in `docs/images/`: `python docs/screenshots.py`.

A real match, played by the real driver, on a real bus, in Debian's Chromium: what a viewer sees.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from playwright.async_api import expect

from engine.captains import resolve
from engine.episode import play_episode
from engine.spec import EpisodeSpec
from spectator.publisher import BusPublisher
from spectator.server import BusServer
from tests.e2e.browsing import browser_server, connected, opened
from tests.needed import CHROMIUM

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

IMAGES: Final = Path(__file__).parent / "images"
SPEC: Final = EpisodeSpec(
    episode_id="heuristic-v-aggressive",
    seed=23,
    overs=20,
    home=resolve("heuristic"),
    away=resolve("aggressive"),
    squads=("redstone", "saltmarsh"),
)
BALL: Final = "/match/heuristic-v-aggressive/1#2/13.4"


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
    Picture(name="cockpit-figures", width=1280, height=900, scheme="dark", at=".figures-grid"),
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


async def main() -> None:
    chromium = CHROMIUM.find()
    if chromium is None:
        raise SystemExit(CHROMIUM.missing)
    with browser_server(chromium) as server:
        await _take(server)


async def _take(server: str) -> None:
    async with a_match() as bus, connected(server) as browser:
        for picture in PICTURES:
            size = {"width": picture.width, "height": picture.height}
            async with opened(
                browser, bus, BALL, viewport=size, color_scheme=picture.scheme
            ) as page:
                await expect(page.locator("#connection-text")).to_have_text("paused")
                await page.locator(picture.at).evaluate("node => node.scrollIntoView()")
                await page.evaluate("scrollBy(0, -16)")
                await page.screenshot(path=IMAGES / f"{picture.name}.png")


if __name__ == "__main__":
    asyncio.run(main())
