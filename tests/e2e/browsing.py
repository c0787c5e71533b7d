"""A page on a bus, in a real browser, that must stay quiet and at home."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final, Protocol

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
# What a browser logs while the bus is away, or when it is killed in the middle of an answer.
AWAY: Final = ("ERR_CONNECTION_REFUSED", "ERR_CONNECTION_RESET", "ERR_EMPTY_RESPONSE")


class Served(Protocol):
    """A bus that somebody runs."""

    @property
    def url(self) -> str: ...


@asynccontextmanager
async def launched(chromium: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=list(ARGS))
        yield browser
        await browser.close()


@asynccontextmanager
async def opened(
    browser: Browser, bus: Served, path: str = "/", *, borne: str = "", **options: Any
) -> AsyncIterator[Page]:
    """A page on the bus; afterwards it must have logged nothing and asked nobody else.

    `borne` is one more thing that it may log, besides that the bus is away.
    """
    noise: list[str] = []
    context = await browser.new_context(**options)
    page = await context.new_page()
    page.on("console", lambda message: noise.append(message.text))
    page.on("pageerror", lambda error: noise.append(str(error)))
    page.on(
        "request",
        lambda request: None if request.url.startswith(bus.url) else noise.append(request.url),
    )
    await page.goto(bus.url + path)
    yield page
    await context.close()
    allowed = (*AWAY, borne) if borne else AWAY
    assert [line for line in noise if not any(text in line for text in allowed)] == []


@asynccontextmanager
async def browse(
    chromium: str, bus: Served, path: str = "/", **options: Any
) -> AsyncIterator[Page]:
    """A browser with one page, as `opened`."""
    async with launched(chromium) as browser, opened(browser, bus, path, **options) as page:
        yield page
