"""The page of a tournament in stages: its bracket, drawn and in words."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from random import Random

import pytest
from playwright.async_api import Page, expect

from engine.cricket.choices import Seat
from engine.events import Event
from flows.announce import Announcer
from flows.run import Run
from spectator.server import BusServer
from tests.e2e.accessible import faults
from tests.e2e.browsing import browse
from tests.e2e.test_run_page import path_of, publish
from tests.flows.seasons import played, tell
from tests.flows.support import Clock

pytestmark = pytest.mark.page

NAMES = ("ann", "bob", "cy", "dee", "eve", "a captain whose name is as long as may b")
CUP = """\
name: cup
seed: 4
captains:
"""
CUP += "".join(f"  - {{name: {name}, kind: heuristic}}\n" for name in NAMES)
KNOCKOUT = "{kind: knockout, best_of: 3, extend_to: 3, third_place: true}"


def season(waves: int) -> Callable[[Run, Announcer, Clock], Awaitable[None]]:
    """So many waves of a run, whose winners are drawn."""

    async def play(run: Run, announcer: Announcer, _: Clock) -> None:
        drawn, left = Random(1), waves
        while left and run.grow():
            left -= 1
            results = [
                replace(played(e), winner=drawn.choice([Seat.HOME, Seat.AWAY]))
                for e in run.plan.episodes()
                if e.episode_id in run.missing
            ]
            run.missing.clear()
            run.add(results)
            announcer.add(results)
            run.grow()
            await announcer.grown()

    return play


async def events_of(form: str, waves: int = 9) -> list[Event]:
    pairs = "" if "best_of: 3" in form else ", pairs: 1"
    return await tell(f"{CUP}format: {form}\nmatch: {{overs: 1{pairs}}}\n", season(waves))


async def titled(page: Page) -> None:
    await expect(page.locator("#run-title")).to_have_text("cup")


async def test_a_bracket_says_who_meets_whom_and_who_goes_on(chromium, bus: BusServer) -> None:
    events = await events_of(KNOCKOUT)
    await publish(bus, events)
    async with browse(chromium, bus, path_of(events)) as page:
        await titled(page)
        names = await page.locator(".encounter h3").all_text_contents()
        assert names == [
            *("Quarter-final 1", "Quarter-final 2", "Semi-final 1", "Semi-final 2"),
            *("Third place", "Final"),
        ]
        final = page.locator(".encounter", has_text="Final").last
        champion = await page.locator("#run-champion bdi").text_content()
        await expect(final.locator(".ahead bdi")).to_have_text(str(champion))


async def test_who_is_not_known_yet_is_said_to_come_from_somewhere(chromium, bus) -> None:
    events = await events_of(KNOCKOUT, waves=1)
    await publish(bus, events)
    async with browse(chromium, bus, path_of(events)) as page:
        await titled(page)
        final = page.locator(".encounter.open").last
        await expect(final).to_contain_text("winner of Semi-final 1")
        await expect(page.locator("#run-champion")).to_have_count(0)


@pytest.mark.parametrize(
    "form",
    [
        KNOCKOUT,
        "{kind: league_playoffs, best_of: 1}",
        "{kind: groups, best_of: 1}",
        "{kind: ladder, challengers: 2}",
        "{kind: swiss}",
    ],
)
async def test_axe_finds_nothing_wrong_and_nothing_scrolls_sideways(chromium, bus, form) -> None:
    events = await events_of(form)
    await publish(bus, events)
    async with browse(chromium, bus, path_of(events)) as page:
        await titled(page)
        await expect(page.locator("section.stage").first).to_be_visible()
        assert await faults(page) == []


async def test_on_a_phone_the_encounters_stand_one_below_the_other(chromium, bus) -> None:
    events = await events_of(KNOCKOUT)
    await publish(bus, events)
    async with browse(
        chromium, bus, path_of(events), viewport={"width": 360, "height": 780}
    ) as page:
        await titled(page)
        lefts = await page.locator(".encounter").evaluate_all(
            "all => all.map((one) => one.getBoundingClientRect().left)"
        )
        assert len(set(lefts)) == 1
