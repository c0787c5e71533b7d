"""What keeps somebody from using a page as it stands: by axe, and by its width."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

# What can be said by a program about WCAG 2.2 AA, and what its makers hold good practice.
TAGS: Final = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
ALL: Final = {"type": "tag", "values": TAGS}
COLOURS: Final = {"type": "rule", "values": ["color-contrast"]}
# A telephone of five years, the least of WCAG, a desk and a wall; px wide.
WIDTHS: Final = (360, 320, 1280, 2560)
DESK: Final = WIDTHS[2]
# Mark what has no place in the window as it is, or of that what has one: whether there is any.
ABSENT: Final = """(is_here) => {
    const all = document.querySelectorAll(is_here ? '[data-absent]' : 'body *');
    for (const one of all) {
        const seen = one.checkVisibility({ visibilityProperty: true });
        one.toggleAttribute('data-absent', seen === is_here);
    }
    return document.querySelector('[data-absent]') !== null;
}"""


async def violations(page: Page, rules: Mapping[str, Any] = ALL, within: str = "html") -> list[str]:
    """A line for each rule that is broken `within`, with the first place where it is."""
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(Axe().axe_script)
    # Of rules that nothing breaks axe tells every place too, unless it is told not to.
    options = {"runOnly": rules, "resultTypes": ["violations"]}
    asked = "([where, options]) => axe.run(where, options).then((found) => found.violations)"
    found = await page.evaluate(asked, [within, options])
    return [f"{each['id']}: {each['help']}: {each['nodes'][0]['html'][:200]}" for each in found]


async def faults(page: Page) -> list[str]:
    """The violations at a desk, in dark colours and on a telephone; where it scrolls sideways.

    The page stays open and is resized, as a window is: to load it for each look is what takes time.
    So does contrast: what a telephone shows is looked at in dark colours there alone.
    """
    found = await violations(page)
    await page.emulate_media(color_scheme="dark")
    for width in WIDTHS:
        await widen(page, width)
        if not await page.evaluate("document.documentElement.scrollWidth <= innerWidth"):
            found.append(f"{width} px: scrolls sideways")
    await widen(page, WIDTHS[0])
    found += [f"dark, {WIDTHS[0]} px: {each}" for each in await violations(page)]
    await page.evaluate(ABSENT, False)
    await widen(page, DESK)
    if await page.evaluate(ABSENT, True):
        only_here = await violations(page, COLOURS, "[data-absent]")
        found += [f"dark, {DESK} px: {each}" for each in only_here]
    return found


async def widen(page: Page, width: int) -> None:
    """Make the window so many px wide, and wait until it is drawn so."""
    await page.set_viewport_size({"width": width, "height": 800})
    await page.evaluate("new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn)))")
