"""A page on a bus, in a real browser, that must stay quiet and at home."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, Protocol

from playwright.async_api import Browser, Page, async_playwright

# Playwright's own, which the last switch of this name replaces; the later ones keep it at home.
NOT_IN_TESTS: Final = (
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "MediaRouter",
    "PaintHolding",
    "ThirdPartyStoragePartitioning",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "HttpsUpgrades",
    "HttpsFirstBalancedModeAutoEnable",
    "LensOverlay",
    "OptimizationHints",
    "NetworkTimeServiceQuerying",
    "AimEnabled",
    "PreconnectToSearch",
)
# Pages of Chromium's own, made ready with each window for an address bar that nobody types into,
# and a process for a page that may follow: half a second of CPU a window.
NOT_ASKED_FOR: Final = (
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
    "WebUIOmniboxFullPopup",
    "SpareRendererForSitePerProcess",
)
# Chromium knocks at its maker's doors unless told not to. Without a card some builds draw by a GPU
# in software: one part more, and a page once waited a minute for its next frame.
ARGS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    f"--disable-features={','.join((*NOT_IN_TESTS, *NOT_ASKED_FOR))}",
)
PATIENCE_MS: Final = 60_000  # of each act: the machine may be busy
# What a browser logs while the bus is away, or when it is killed in the middle of an answer, and
# when a page is left in the middle of a question.
AWAY: Final = (
    "ERR_CONNECTION_REFUSED",
    "ERR_CONNECTION_RESET",
    "ERR_CONNECTION_CLOSED",
    "ERR_CONNECTION_ABORTED",
    "ERR_CONNECTION_FAILED",
    "ERR_SOCKET_NOT_CONNECTED",
    "ERR_EMPTY_RESPONSE",
    "ERR_CONTENT_LENGTH_MISMATCH",
    "ERR_INCOMPLETE_CHUNKED_ENCODING",
    "Connection closed before receiving a handshake response",
    "WebSocket is closed before the connection is established",
)


class Served(Protocol):
    """A bus that somebody runs."""

    @property
    def url(self) -> str: ...


@contextmanager
def browser_server(path: str) -> Iterator[str]:
    """One Chromium for many tests, and where it is found: to start one takes a second of CPU."""
    options = {"executablePath": path, "args": list(ARGS), "headless": True}
    with TemporaryDirectory() as folder:
        config = Path(folder, "browser.json")
        config.write_text(json.dumps(options), encoding="utf-8")
        command = [sys.executable, "-m", "playwright", "launch-server"]
        with subprocess.Popen(
            [*command, "--browser", "chromium", "--config", str(config)],
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        ) as process:
            assert process.stdout is not None
            try:
                yield process.stdout.readline().strip()
            finally:  # it is a program that runs another one, which ends the browser
                os.killpg(process.pid, signal.SIGTERM)


@asynccontextmanager
async def connected(chromium: str) -> AsyncIterator[Browser]:
    """The browser of a `browser_server`: what asks it is one more process, half a second of CPU."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.connect(chromium)
        yield browser
        await browser.close()


@asynccontextmanager
async def browse(
    browser: Browser, bus: Served, path: str = "/", *, borne: str = "", **options: Any
) -> AsyncIterator[Page]:
    """A page on the bus; afterwards it must have logged nothing and asked nobody else.

    `borne` is one more thing that it may log, besides that the bus is away.
    """
    noise: list[str] = []
    context = await browser.new_context(**options)
    context.set_default_timeout(PATIENCE_MS)
    page = await context.new_page()
    page.on("console", lambda message: noise.append(message.text))
    page.on("pageerror", lambda error: noise.append(str(error)))
    page.on(
        "request",
        lambda request: None if request.url.startswith(bus.url) else noise.append(request.url),
    )
    try:
        await page.goto(bus.url + path)
        yield page
    finally:
        await context.close()
    allowed = (*AWAY, borne) if borne else AWAY
    assert [line for line in noise if not any(text in line for text in allowed)] == []
