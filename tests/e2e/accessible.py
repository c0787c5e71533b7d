"""What axe finds wrong with a page as it stands."""

from __future__ import annotations

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

# What can be said by a program about WCAG 2.2 AA, and what its makers hold good practice.
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


async def violations(page: Page) -> list[str]:
    """A line for each rule that is broken, with the first place where it is."""
    options = {"runOnly": {"type": "tag", "values": TAGS}}
    found = (await Axe().run(page, options=options)).response["violations"]
    return [f"{each['id']}: {each['help']}: {each['nodes'][0]['html'][:200]}" for each in found]
