"""The figures of a match on a page of their own, in a real browser under the page's own policy."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from engine.events import DeliveryEvent, Event
from spectator.guard import CONTENT_SECURITY_POLICY
from spectator.server import BusServer
from tests.e2e.accessible import faults, widen
from tests.e2e.browsing import browse
from tests.spectator.matches import match_events

pytestmark = pytest.mark.page

HARNESS = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Figures</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="/static/styles/base.css">
<link rel="stylesheet" href="/static/styles/charts.css"></head>
<body><main><h1>Figures</h1><h2>Of a match</h2><div id="charts"></div></main></body></html>"""
DRAW = """async ([events, cut]) => {
    const { html, render } = await import('/static/vendor/preact.js');
    const { EMPTY, fold } = await import('/static/reducer.js');
    const charts = Object.entries(await import('/static/charts/index.js'));
    const frame = events.reduce(fold, EMPTY);
    const known = events.slice(cut);
    const at = known.findLast((event) => event.type === 'delivery') ?? null;
    const innings = frame.innings.at(-1)?.innings ?? 1;
    const onJump = (seq) => { window.jumped = seq; };
    const shown = { frame, events: known, at, innings, onJump };
    const card = ([name, Chart]) => html`
        <section class="card" id=${name} aria-label=${name}><${Chart} ...${shown} /></section>`;
    render(html`${charts.map(card)}`, document.getElementById('charts'));
}"""
# Texts that lie outside of their figure, or on each other (a ball's glyph lies on its ball).
UNREADABLE = """() => [...document.querySelectorAll('.chart-plot svg')].flatMap((svg) => {
    const box = svg.getBoundingClientRect();
    const texts = [...svg.querySelectorAll('text:not(.glyph, .number)')]
        .filter((text) => text.textContent.trim())
        .map((text) => ({ text: text.textContent, ...text.getBoundingClientRect().toJSON() }));
    const outside = texts.filter((a) =>
        a.left < box.left - 3 || a.right > box.right + 3 ||
        a.top < box.top - 3 || a.bottom > box.bottom + 3);
    const hidden = texts.filter((a, i) => texts.slice(i + 1).some((b) =>
        Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2 &&
        Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 4));
    return [...outside, ...hidden].map((each) => each.text);
})"""
T20 = match_events("m", seed=3, overs=20, home="qwen3-8b", away="heuristic")
MATCHES = {
    "T5": match_events(seed=1),
    "T20": T20,
    "T20 in the second innings": T20[: len(T20) * 2 // 3],
    "before the first ball": T20[:4],
    "one ball": T20[:12],
    "ODI": match_events(seed=4, overs=50),
    "in the middle": match_events(entry=("chase", "even-after-10")),
    "super over": match_events(entry=("super_over", "chase-10-home")),
    "long names": match_events(seed=5, home="a captain with a very long name " * 4, away="W" * 120),
}


@asynccontextmanager
async def drawn(
    chromium: Browser, events: Sequence[Event], *, cut: int = 0, **options: Any
) -> AsyncIterator[Page]:
    with BusServer() as bus:
        async with browse(chromium, bus, "/matches", **options) as page:
            headers = {
                "content-type": "text/html",
                "content-security-policy": CONTENT_SECURITY_POLICY,
            }
            await page.route(
                "**/harness", lambda route: route.fulfill(body=HARNESS, headers=headers)
            )
            await page.goto(f"{bus.url}/harness")
            await draw(page, events, cut)
            yield page


async def draw(page: Page, events: Sequence[Event], cut: int = 0) -> None:
    await page.evaluate(DRAW, [[json.loads(event.line) for event in events], cut])


async def test_axe_finds_nothing(chromium: Browser) -> None:
    async with drawn(chromium, MATCHES["T5"]) as page:
        for summary in await page.locator("summary").all():
            await summary.press("Enter")  # as by a keyboard: no frame has to be waited for
        await expect(page.locator(".chart-data").last).to_be_visible()
        assert await faults(page) == []


async def test_every_word_can_be_read(chromium: Browser) -> None:
    unreadable = {}
    async with drawn(chromium, []) as page:
        for name, events in MATCHES.items():
            await draw(page, events)
            for width in (320, 1440, 2560):
                await widen(page, width)
                unreadable[name, width] = await page.evaluate(UNREADABLE)
                if await page.evaluate("document.documentElement.scrollWidth") > width:
                    unreadable[name, width].append("the page scrolls sideways")
    assert {at: texts for at, texts in unreadable.items() if texts} == {}


async def test_nothing_moves_when_the_first_events_arrive(chromium: Browser) -> None:
    height = "document.getElementById('WinProb').getBoundingClientRect().height"
    async with drawn(chromium, T20, cut=300) as page:
        await expect(page.locator("#WinProb .chart-note")).to_contain_text("not here yet")
        late = await page.evaluate(height)
        await draw(page, T20)
        await expect(page.locator("#WinProb .chart-note")).not_to_contain_text("not here yet")
        assert await page.evaluate(height) == late


async def test_a_ball_is_read_and_asked_for_by_keyboard(chromium: Browser) -> None:
    balls = [event for event in T20 if isinstance(event, DeliveryEvent)]
    async with drawn(chromium, T20) as page:
        cursor = page.locator("#WinProb").get_by_role("slider")
        await cursor.press("Home")
        await cursor.press("ArrowRight")
        await expect(page.locator("#WinProb .chart-read")).to_contain_text(balls[1].data.ball)
        assert balls[1].data.ball in (await cursor.get_attribute("aria-valuetext") or "")
        await cursor.press("Enter")
        assert await page.evaluate("window.jumped") == balls[1].seq


async def test_a_turning_point_leads_to_its_ball(chromium: Browser) -> None:
    async with drawn(chromium, T20) as page:
        first = page.locator("#WinProb .chart-turns button").first
        when = await first.locator(".when").inner_text()
        await first.click()
        jumped = await page.evaluate("window.jumped")
    ball = next(e for e in T20 if e.seq == jumped and isinstance(e, DeliveryEvent))
    assert when.endswith(ball.data.ball)


async def test_every_figure_is_told_in_words_and_as_a_table(chromium: Browser) -> None:
    async with drawn(chromium, T20) as page:
        plots, tables = page.locator(".chart-plot svg"), page.locator(".chart-table")
        assert [await each.get_attribute("role") for each in await plots.all()] == ["img"] * 9
        assert all([await each.get_attribute("aria-label") for each in await plots.all()])
        assert await tables.count() == await page.locator("figure.chart").count() == 8
