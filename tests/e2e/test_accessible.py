"""What the other tests of pages rely on: that a fault is found in the look in which it is one."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser

from tests.e2e.accessible import faults

pytestmark = pytest.mark.page

PAGE = """<!doctype html><html lang="en"><head><title>Faulty</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><style>
body { color: #111; background: #fff } p { width: 340px }
@media (prefers-color-scheme: dark) { body { color: #222; background: #000 } }
@media (width > 400px) { button { display: none } }
@media (width < 400px) { b { display: none } }
</style></head><body><main><h1>Faulty</h1><p>Wider than the least.</p>
<b>For desks.</b><img src="data:,"><button></button></main></body></html>"""


async def test_each_fault_is_told_with_the_look_that_has_it(chromium: Browser) -> None:
    async with await chromium.new_page(viewport={"width": 1280, "height": 800}) as page:
        await page.set_content(PAGE)
        told = await faults(page)
    faulty = (
        *("image-alt", "320 px: scrolls", "dark, 360 px: button-name"),
        *("dark, 360 px: color-contrast", "dark, 1280 px: color-contrast"),
    )
    assert [fault for fault in faulty if not any(line.startswith(fault) for line in told)] == []
    elsewhere = ("color-contrast", "button-name", "1280 px: scrolls")
    assert [line for line in told if line.startswith(elsewhere)] == []
