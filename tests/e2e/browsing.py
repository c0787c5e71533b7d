"""A page on a bus, in a real browser, that must stay quiet and at home."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

from playwright.async_api import Browser, Page, async_playwright

# Chromium knocks at its maker's doors unless told not to.
ARGS: Final = (
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@asynccontextmanager
async def launched(chromium: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=list(ARGS))
        yield browser
        await browser.close()


@asynccontextmanager
async def opened(
    browser: Browser, url: str, path: str = "/", *, expected: str = "", **options: Any
) -> AsyncIterator[Page]:
    """A page at `url` + `path`; afterwards it must have logged nothing and asked nobody else.

    What it logs while the bus is away, or that holds `expected`, is no noise.
    """
    noise: list[str] = []
    context = await browser.new_context(**options)
    page = await context.new_page()
    page.on("console", lambda message: noise.append(message.text))
    page.on("pageerror", lambda error: noise.append(str(error)))
    page.on(
        "request", lambda request: noise.append(request.url) if url not in request.url else None
    )
    await page.goto(url + path)
    yield page
    await context.close()
    borne = [text for text in ("ERR_CONNECTION_REFUSED", expected) if text]
    assert [line for line in noise if not any(text in line for text in borne)] == []


@asynccontextmanager
async def browse(chromium: str, url: str, path: str = "/", **options: Any) -> AsyncIterator[Page]:
    """A browser with one page, as `opened`."""
    async with launched(chromium) as browser, opened(browser, url, path, **options) as page:
        yield page
