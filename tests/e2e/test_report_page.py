"""The report of a run in a real browser: for everybody, at any width, in light and in dark."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Literal

import pytest
from playwright.async_api import Browser, ViewportSize, expect

from engine.events import DeliveryEvent
from engine.record import read_record
from flows.play import BusAddress
from flows.publishing import publish
from flows.report import Material, build, page
from spectator.server import BusServer
from tests.e2e.accessible import violations
from tests.e2e.browsing import browse
from tests.flows.support import played

pytestmark = pytest.mark.page

SMALLEST_PX = 9.0
CAPTAINS = """\
name: wide
seed: 3
match: {overs: 5, pairs: 3}
captains:
  - heuristic
  - random
  - baseline
  - {name: a captain whose name has forty letters x, preset: cautious}
spectate: {episodes: none}
"""
# Of every figure that is shown: its smallest label, and labels that run into each other; and
# whether the page is wider than the window.
LOOK = """() => {
    const shown = [...document.querySelectorAll('svg[role=img]')].filter((s) => s.clientWidth);
    const size = (text) => parseFloat(getComputedStyle(text).fontSize) * text.getScreenCTM().a;
    const hits = (a, b) => Math.abs(a.y - b.y) < 4 && a.x < b.right - 1 && b.x < a.right - 1;
    const right = (node) => node.getBoundingClientRect().right;
    const texts = (svg) => [...svg.querySelectorAll('text')];
    return {
        figures: shown.length,
        smallest: Math.min(...shown.flatMap((svg) => texts(svg).map(size))),
        overlaps: shown.filter((svg) => {
            const boxes = texts(svg).map((t) => t.getBoundingClientRect());
            return boxes.some((a, i) => boxes.slice(i + 1).some((b) => hits(a, b)));
        }).length,
        cut: shown.filter((svg) => texts(svg).some((t) => right(t) > right(svg) + 1)).length,
        scrolls: document.documentElement.scrollWidth > innerWidth,
    };
}"""


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of captains who were asked and had trouble, too."""
    folder = played(tmp_path_factory.mktemp("runs"), CAPTAINS)
    report = build(Material.of(folder))
    asked = report.honesty[0].model_copy(
        update={"calls": 12, "latency_ms_p50": 900.0, "models": ["a-model-with-a-name" * 3]}
    )
    report = report.model_copy(update={"honesty": (asked, *report.honesty[1:])})
    path = folder.path / "report.html"
    path.write_text(page(report), encoding="utf-8")
    return path


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_nothing_keeps_anybody_from_reading_it(
    chromium: Browser, file: Path, scheme: Literal["light", "dark"]
) -> None:
    async with await chromium.new_page(color_scheme=scheme) as shown:
        await shown.goto(file.as_uri())
        assert await violations(shown) == []


@pytest.mark.parametrize("width", [360, 390, 768, 1024, 1440, 2560])
async def test_figures_can_be_read_at_any_width(chromium: Browser, file: Path, width: int) -> None:
    async with await chromium.new_page(viewport={"width": width, "height": 900}) as shown:
        await shown.goto(file.as_uri())
        seen = await shown.evaluate(LOOK)
    assert seen["figures"] == 3
    assert seen["smallest"] >= SMALLEST_PX
    assert (seen["overlaps"], seen["cut"], seen["scrolls"]) == (0, 0, False)


async def test_it_asks_nobody_for_anything(chromium: Browser, file: Path) -> None:
    asked: list[str] = []
    async with await chromium.new_page() as shown:
        shown.on("request", lambda request: asked.append(request.url))
        shown.on("console", lambda message: asked.append(message.text))
        await shown.goto(file.as_uri())
        await shown.wait_for_load_state("networkidle")
    assert asked == [file.as_uri()]


async def test_it_is_printed_in_light_and_within_the_paper(chromium: Browser, file: Path) -> None:
    paper: ViewportSize = {"width": 794, "height": 1123}
    async with await chromium.new_page(color_scheme="dark", viewport=paper) as shown:
        await shown.goto(file.as_uri())
        await shown.emulate_media(media="print")
        ink = await shown.evaluate("getComputedStyle(document.body).color")
        wide = await shown.evaluate("document.documentElement.scrollWidth")
    assert ink == "rgb(27, 42, 34)"
    assert wide <= 794


async def test_a_ball_of_the_report_opens_the_match_as_it_stood_then(
    chromium: Browser, bus: BusServer, tmp_path: Path
) -> None:
    folder = await asyncio.to_thread(played, tmp_path)
    address = BusAddress(url=bus.url, token=bus.publish_token)
    assert (await publish(folder, address)).waiting == 0
    report = build(Material.of(folder))
    point = report.turning[0]
    path = f"/match/{point.episode_id}/{point.attempt}#{point.place}"
    assert f'href="{bus.url}{path}"' in page(report, bus.url)
    events = read_record(folder.records / f"{point.episode_id}.jsonl")
    home = point.after if point.gained == point.home else 1 - point.after
    (seq,) = [
        event.seq
        for event in events
        if isinstance(event, DeliveryEvent)
        and (event.data.innings, event.data.outcome) == (point.innings, point.outcome)
        and event.data.win_probability == pytest.approx(home, abs=1e-12)
    ]
    async with browse(chromium, bus, path) as shown:
        word = shown.locator("#words [data-seq]").first
        await expect(word).to_have_attribute("data-seq", str(seq))
