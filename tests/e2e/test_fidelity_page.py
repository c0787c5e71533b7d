"""The page of a fidelity check in a real browser: labels that can be read at any width."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Browser

from engine.cricket.players import Game
from flows.fidelity import Wanted, check
from flows.fidelity_page import write_page

pytestmark = pytest.mark.page

SMALLEST_PX = 8.5
# Of every plot that is shown: the size of its smallest label, and labels that run into each other.
LOOK = """() => {
    const shown = [...document.querySelectorAll('figure svg')].filter((svg) => svg.clientWidth);
    const size = (text) => parseFloat(getComputedStyle(text).fontSize) * text.getScreenCTM().a;
    const hits = (a, b) => Math.abs(a.y - b.y) < 4 && a.x < b.right - 1 && b.x < a.right - 1;
    return {
        plots: shown.length,
        figures: document.querySelectorAll('figure').length,
        smallest: Math.min(...shown.flatMap((svg) => [...svg.querySelectorAll('text')].map(size))),
        overlaps: shown.filter((svg) => {
            const boxes = [...svg.querySelectorAll('text')].map((t) => t.getBoundingClientRect());
            return boxes.some((a, i) => boxes.slice(i + 1).some((b) => hits(a, b)));
        }).map((svg) => svg.getAttribute('aria-label')),
        scrolls: document.documentElement.scrollWidth > innerWidth,
    };
}"""


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "fidelity.html"
    write_page(check(Wanted(format="T20", game=Game.MEN, matches=40, seed=2, era=None)), path)
    return path


@pytest.mark.parametrize("width", [320, 360, 480, 768, 1024, 1440])
async def test_labels_can_be_read_and_do_not_run_into_each_other(
    chromium: Browser, file: Path, width: int
) -> None:
    async with await chromium.new_page(viewport={"width": width, "height": 800}) as page:
        await page.goto(file.as_uri())
        seen = await page.evaluate(LOOK)
    assert seen["plots"] == seen["figures"] > 20
    assert seen["smallest"] >= SMALLEST_PX
    assert seen["overlaps"] == []
    assert not seen["scrolls"]
