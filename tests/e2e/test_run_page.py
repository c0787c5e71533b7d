"""The page of a tournament, and the index of matches, on what a real run tells."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping, Sequence
from itertools import islice

import pytest
from playwright.async_api import Page, expect

from engine.events import (
    EndReason,
    EpisodeEndedEvent,
    Event,
    TournamentStandingsEvent,
    parse_event,
)
from flows.announce import Announcer
from flows.run import Run
from spectator.server import BusServer
from tests.e2e.accessible import faults, violations
from tests.e2e.browsing import browse
from tests.flows.seasons import GAUNTLET, LARGE, one_by_one, tell
from tests.flows.support import SMALL, Clock
from tests.spectator.matches import match_events
from tests.spectator.processes import free_port
from tests.spectator.wire import post

pytestmark = pytest.mark.page

ALL = SMALL.replace("episodes: none", "episodes: all")
EVIL = "<img src=x onerror=\"document.title='owned'\">"
NAMES: dict[str, dict[str, str]] = {
    "plain": {},
    "hostile": {"random": EVIL, "baseline": "a-captain-whose-name-is-as-long-as-it-may"},
}


async def season(text: str = ALL, *, before: int = 0, most: int | None = None) -> list[Event]:
    """Everything that a run tells, up to where it is interrupted."""

    async def play(run: Run, announcer: Announcer, clock: Clock) -> None:
        await one_by_one(run, announcer, clock, 2.0, before=before, most=most)

    return await tell(text, play)


def path_of(events: list[Event]) -> str:
    return f"/run/{events[0].episode_id.removeprefix('run:')}/1"


def half(events: list[Event]) -> list[Event]:
    """The run while it is in play, up to a table, with a crosstable before it."""
    tables = [n for n, event in enumerate(events) if event.type == "tournament.crosstable"]
    return events[: tables[len(tables) // 2] + 2]


def places(table: Event) -> list[str]:
    """The captains in their order, which is that of the crosstable too."""
    assert isinstance(table, TournamentStandingsEvent)
    return [row["captain"] for row in table.data.rows]


def renumbered(events: Sequence[Event], first: int) -> list[Event]:
    return [event.model_copy(update={"seq": n}) for n, event in enumerate(events, first)]


async def publish(bus: BusServer, events: list[Event]) -> None:
    for start in range(0, len(events), 50):
        await post(bus, events[start : start + 50])


def match(
    episode_id: str, ending: EndReason | None, home: str = "heuristic", away: str = "random"
) -> list[Event]:
    """A short match that is on, or that ended so."""
    events = match_events(episode_id, seed=5, overs=1, home=home, away=away)
    last = events[-1]
    assert isinstance(last, EpisodeEndedEvent)
    if ending is None:
        return events[:-6]
    data = last.data.model_copy(update={"end_reason": ending})
    return [*events[:-1], last.model_copy(update={"data": data})]


async def test_the_table_changes_while_it_is_watched(chromium, bus):
    events = await season()
    tables = [n for n, event in enumerate(events) if event.type == "tournament.standings"]
    await publish(bus, events[: tables[3] + 1])
    async with browse(chromium, bus, path_of(events)) as page:
        await expect(page.locator("#run-state")).to_have_text("in play")
        await expect(page.locator("#run-count")).to_contain_text("3 of 12 played")
        await expect(page.locator("#connection-text")).to_have_text("live")
        await publish(bus, events[tables[3] + 1 : -1])
        await expect(page.locator("#run-count")).to_contain_text("12 of 12 played")
        await expect(page.locator("#run-time")).to_contain_text("all is played")
        await publish(bus, events[-1:])
        await expect(page.locator("#run-state")).to_have_text("interrupted")
        await expect(page.locator("#connection-text")).to_have_text("ended")
        await expect(page.locator("#standings tr")).to_have_count(3)


@pytest.mark.parametrize(("text", "differ"), [(ALL, False), (GAUNTLET, True)])
async def test_a_table_by_points_a_match_says_so(chromium, bus, text, differ):
    events = await season(text)
    await publish(bus, events)
    async with browse(chromium, bus, path_of(events)) as page:
        await expect(page.locator("#standings tr")).to_have_count(3)
        note = page.get_by_text("By points a match, as not all have played as many")
        await expect(note).to_have_count(int(differ))


async def test_a_change_of_place_is_said_in_words_too(chromium, bus):
    """Not by colour or motion alone."""
    rows = [{"captain": name, "played": 1, "points": 2 - n} for n, name in enumerate("ab")]
    moves = """async ([rows, turned]) => {
        const { NO_RUN, foldRun } = await import('/static/runs/fold.js');
        const table = (played, rows) => ({ type: 'tournament.standings', ts: '2026-01-01T00:00:00Z',
            data: { name: 'x', episodes: 9, played, rows } });
        const run = [table(1, rows), table(2, turned), table(3, turned)].reduce(foldRun, NO_RUN);
        return [...run.moves].map(([captain, { by, age }]) => [captain, by, age]);
    }"""
    async with browse(chromium, bus, "/runs") as page:
        told_moves = await page.evaluate(moves, [rows, rows[::-1]])
    assert told_moves == [["b", 1, 1], ["a", -1, 1]]


@pytest.mark.parametrize(("motion", "glides"), [("no-preference", True), ("reduce", False)])
async def test_rows_glide_unless_motion_is_to_be_kept_small(chromium, bus, motion, glides):
    first, table, *_ = await season()
    assert isinstance(table, TournamentStandingsEvent)
    turned = table.data.model_copy(update={"rows": table.data.rows[::-1], "played": 1})
    await publish(bus, [first, table])
    async with browse(chromium, bus, path_of([first]), reduced_motion=motion) as page:
        await expect(page.locator("#standings tr")).to_have_count(3)
        await page.evaluate(
            """() => { window.glides = 0; const animate = Element.prototype.animate;
            Element.prototype.animate = function (...how) {
                window.glides += 1; return animate.apply(this, how); }; }"""
        )
        await publish(bus, renumbered([table.model_copy(update={"data": turned})], first=3))
        leader = page.locator("#standings tr").first
        await expect(leader).to_have_attribute("data-captain", turned.rows[0]["captain"])
        assert (await page.evaluate("window.glides") > 0) == glides


async def test_lengths_of_time_rates_and_costs_are_said_in_words(chromium, bus):
    asked = """async () => {
        const { cost, costLeft, duration, estimate, pace, silence, timeLeft } = await import('/static/runs/words.js');
        const spent = { tokens: 12_000, calls: 40, usd: 1.5, usd_priced: 1.5, unpriced_calls: 0 };
        const partly = { ...spent, usd: null, usd_priced: 0.25, unpriced_calls: 3 };
        return {
            times: [0.2, 59, 61, 3_700, 90_000].map(duration),
            paces: [12.34, 0.5, 0.001].map(pace),
            costs: [spent, partly, { ...partly, usd_priced: null }, { ...spent, calls: 0 }].map(cost),
            left: [costLeft(spent, { counted: 10, open: 30 }), costLeft(spent, { counted: 0, open: 3 })],
            estimates: [{ mean: -0.25, low: null, high: null }, { mean: 1, low: 0.5, high: 1.5 }].map(estimate),
            ends: [[null, 0], [30, 20], [1, 30]].map(([left, ago]) => timeLeft(left, '2026-01-01T00:00:00Z', Date.parse('2026-01-01T00:00:00Z') + 1_000 * ago)),
            silences: [30, 3_000].map((s) => silence('2026-01-01T00:00:00Z', Date.parse('2026-01-01T00:00:00Z') + 1_000 * s)),
        };
    }"""  # noqa: E501 - a module of the page, asked in its own words
    async with browse(chromium, bus, "/runs") as page:
        assert await page.evaluate(asked) == {
            "times": ["1 s", "59 s", "1 min", "1 h 1 min", "1 d 1 h"],
            "paces": ["12 a second", "30 a minute", "4 an hour"],
            "costs": [
                "40 calls · 12,000 tokens · $1.50",
                "40 calls · 12,000 tokens · $0.2500 · and 3 calls of unknown cost",
                "40 calls · 12,000 tokens · cost unknown",
                "",
            ],
            "left": ["about $4.50 more", ""],
            "estimates": ["−0.25", "1.00 (0.50 to 1.50)"],
            "ends": ["not known yet", "about 30 s", "not known: what is being played takes longer"],
            "silences": ["", "No news for 50 min"],
        }


async def test_a_cell_leads_to_its_matches_and_back_by_keyboard(chromium, bus):
    events = await season()
    await publish(bus, events)
    run = events[0].episode_id.removeprefix("run:")
    for number in ("01", "02"):
        await post(bus, match(f"{run}-r2-x-v-y-p{number}-a", EndReason.COMPLETED))
    await post(bus, match("elsewhere", EndReason.COMPLETED))
    async with browse(chromium, bus, path_of(events)) as page:
        cell = page.locator('#crosstable a[title^="heuristic against random"]')
        await cell.focus()
        await page.keyboard.press("Enter")
        await expect(page.locator("#list-count")).to_have_text("2 matches")
        await expect(page.locator("#by-captain")).to_have_value("heuristic")
        await expect(page.locator("#main")).to_be_focused()  # where a new page begins
        await page.locator("#matches a").first.focus()
        await page.keyboard.press("Enter")
        await expect(page.locator(".team .captain").first).to_have_text("heuristic")
        await page.go_back()
        await page.go_back()
        await expect(page.locator("#run-title")).to_have_text("small")


async def test_only_what_has_changed_is_drawn_again(chromium, bus):
    """A run of ten thousand episodes: its crosstable stands still while only the table changes."""
    events = await season(LARGE, before=5_000, most=80)
    start = half(events)
    await publish(
        bus, [events[0], *(e.model_copy(update={"seq": n}) for n, e in enumerate(start[-2:], 2))]
    )
    async with browse(chromium, bus, path_of(events)) as page:
        await expect(page.locator("#crosstable tr")).to_have_count(16)
        await page.evaluate(
            """() => { window.seen = { crosstable: 0, standings: 0 };
            for (const id of Object.keys(window.seen)) new MutationObserver((found) => {
                window.seen[id] += found.length; })
                .observe(document.getElementById(id), { subtree: true, childList: true,
                    characterData: true, attributes: true }); }"""
        )
        tables = (e for e in events[len(start) :] if isinstance(e, TournamentStandingsEvent))
        later = list(islice((e for e in tables if places(e) == places(start[-1])), 3))
        await publish(bus, renumbered(later, first=4))
        played = f"{later[-1].data.played:,} of 10,080 played"
        await expect(page.locator("#run-count")).to_contain_text(played)
        seen = await page.evaluate("window.seen")
        assert seen["crosstable"] == 0
        assert 0 < seen["standings"] < 16 * 9 * 3


async def test_the_bus_is_restarted_and_nothing_is_missed(chromium, tmp_path):
    events = await season()
    first = BusServer(tmp_path / "bus.sqlite", port=free_port())
    first.start()
    try:
        await publish(first, events[:6])
        async with browse(chromium, first, path_of(events)) as page:
            await expect(page.locator("#connection-text")).to_have_text("live")
            first.stop()
            await expect(page.locator("#connection-text")).to_have_text("reconnecting")
            with BusServer(tmp_path / "bus.sqlite", port=first.port) as second:
                await publish(second, events[6:])
                await expect(page.locator("#run-count")).to_contain_text("12 of 12")
    finally:
        first.stop()


async def test_a_run_that_is_not_there_yet_opens_when_it_begins(chromium, bus):
    events = await season()
    async with browse(chromium, bus, path_of(events), borne="404") as page:
        await expect(page.locator("#main")).to_contain_text("No such tournament yet")
        assert await violations(page) == []
        await publish(bus, events[:5])
        await expect(page.locator("#run-title")).to_have_text("small")


async def full(bus: BusServer, names: Mapping[str, str]) -> str:
    """A run in play with matches of every ending, its captains under other names; its path."""
    events = [renamed(event, names) for event in half(await season())]
    await publish(bus, events)
    run = events[0].episode_id.removeprefix("run:")
    endings = [None, EndReason.COMPLETED, EndReason.FORFEIT, EndReason.TRANSPORT]
    for number, ending in enumerate(endings):
        played = match(f"{run}-r1-x-v-y-p0{number}-a", ending)
        await post(bus, [renamed(event, names) for event in played])
    return path_of(events)


def renamed(event: Event, names: Mapping[str, str]) -> Event:
    text = event.line.decode()
    for name, other in names.items():
        text = text.replace(json.dumps(name), json.dumps(other))
    return parse_event(text)


async def settled(page: Page, path: str) -> None:
    if path.startswith("/run/"):
        await expect(page.locator("#crosstable tr")).to_have_count(3)
        await expect(page.locator("#now a.live-card")).to_have_count(1)
    else:
        await expect(page.locator("#list-count")).not_to_have_text("Loading.")


@pytest.mark.parametrize("names", NAMES)
async def test_axe_finds_nothing_wrong_and_nothing_scrolls_sideways(chromium, bus, names):
    run = await full(bus, NAMES[names])
    for path in (run, "/runs", "/matches", "/matches?captain=nobody"):
        async with browse(chromium, bus, path) as page:
            await settled(page, path)
            assert await faults(page) == []
            assert await page.title() != "owned"
            assert await page.locator("main img").count() == 0


async def test_an_empty_bus_says_what_to_do(chromium, bus):
    async with browse(chromium, bus, "/runs") as page:
        await expect(page.locator("main")).to_contain_text("No tournament has been published yet.")
        assert await violations(page) == []
        await page.locator('a[href="/matches"]').click()
        await expect(page.locator("main")).to_contain_text("No match has been published yet.")
        assert await violations(page) == []


async def test_a_match_without_a_ball_says_so(chromium, bus):
    await post(bus, match_events("m", seed=3)[:2])
    async with browse(chromium, bus, "/matches") as page:
        await expect(page.locator("#matches .result")).to_have_text("no ball yet")


async def test_matches_are_filtered_and_the_address_says_how(chromium, bus):
    await full(bus, NAMES["plain"])
    async with browse(chromium, bus, "/matches") as page:
        await expect(page.locator("#list-count")).to_have_text("4 matches")
        await expect(page.locator("#matches .state").first).to_have_text("● live")
        await expect(page.locator("#matches .result").first).to_contain_text("%")
        which = await page.locator("#matches .which").all_inner_texts()
        legs = {text.partition(" · ")[0] for text in which}
        assert legs == {f"pair {number}, leg a" for number in range(4)}
        assert all(re.search(r"\d:\d\d", text) for text in which)
        for state, count in (("void", 1), ("forfeit", 1), ("ended", 2), ("live", 1)):
            await page.locator("#by-state").select_option(state)
            await expect(page.locator("#matches li")).to_have_count(count)
            await expect(page).to_have_url(f"{bus.url}/matches?state={state}")
        await page.locator("#by-state").select_option("")
        await page.locator("#by-captain").fill("heuristic")
        await page.locator("#by-result").select_option("lost")
        await expect(page).to_have_url(f"{bus.url}/matches?result=lost&captain=heuristic")
        await expect(page.locator("#list-count")).to_have_text("2 matches")
        await page.locator("#by-other").fill("nobody")
        await expect(page.locator("main")).to_contain_text("No match fits.")
        await page.locator(".clear").click()
        await expect(page.locator("#list-count")).to_have_text("4 matches")
        await page.locator("#search").fill("RANDOM")
        await expect(page).to_have_url(f"{bus.url}/matches?search=RANDOM")
        await expect(page.locator("#list-count")).to_have_text("4 matches")
        await page.reload()
        await expect(page.locator("#search")).to_have_value("RANDOM")


async def test_a_long_list_comes_page_by_page(chromium, bus):
    await asyncio.gather(*(post(bus, match_events(f"m{n}", overs=1)[:2]) for n in range(60)))
    async with browse(chromium, bus, "/matches") as page:
        await expect(page.locator("#list-count")).to_have_text("1 to 50 of 60 matches")
        await page.locator("#older").click()
        await expect(page.locator("#list-count")).to_have_text("51 to 60 of 60 matches")
        await expect(page.locator("#matches li")).to_have_count(10)
        await page.locator("#newer").click()
        await expect(page.locator("#matches li")).to_have_count(50)


async def test_the_navigation_says_to_which_list_a_page_belongs(chromium, bus):
    events = await season()
    await publish(bus, events)
    at = {"/": "Featured", "/matches": "Matches", "/runs": "Tournaments"}
    for path, name in {**at, path_of(events): "Tournaments"}.items():
        async with browse(chromium, bus, path) as page:
            await expect(page.locator("nav.pages a[aria-current]")).to_have_text([name])
