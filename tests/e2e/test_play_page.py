"""A person leads a side from the page: a real match, a real bus, a real browser."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from engine.cricket.choices import Seat
from engine.events import DecisionEvent, DecisionMade
from engine.result import EpisodeResult
from spectator import BusPublisher, BusServer, player_token
from tests.doubles import Remembering
from tests.e2e.accessible import faults, violations
from tests.e2e.browsing import browse
from tests.human.person import human, match, played
from tests.spectator.processes import free_port
from tests.spectator.wire import DEADLINE_S

pytestmark = pytest.mark.page

LONG_S = 600.0


@pytest.fixture
async def bus() -> AsyncIterator[BusServer]:
    async with BusServer() as running:
        yield running


def page_of(bus: BusServer, name: str = "ada") -> str:
    return f"/play/{name}#token={player_token(bus.publish_token, name)}"


class Match:
    """A match with `ada` at home that is under way, published on the bus."""

    def __init__(self, task: asyncio.Task[EpisodeResult], seen: Remembering) -> None:
        self.task, self._seen = task, seen

    def made(self) -> list[DecisionMade]:
        events = [event for event in self._seen.events if isinstance(event, DecisionEvent)]
        return [event.data for event in events if event.data.captain == "ada"]


@asynccontextmanager
async def under_way(
    bus: BusServer, away: Any = "baseline", **settings: Any
) -> AsyncIterator[Match]:
    seen = Remembering()
    spec = match(human("ada", **{"deadline_s": LONG_S, **settings}), away)
    async with BusPublisher(bus.url, bus.publish_token) as publisher:
        task = asyncio.create_task(played(bus, spec, seen, publisher.observer()))
        try:
            yield Match(task, seen)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def asked(page: Page) -> str:
    """What is asked, once something is."""
    return await page.locator("#asked").inner_text()


async def answer_all(page: Page, match: Match) -> None:
    """By keyboard: the first card of each group, then Enter."""
    while not match.task.done():
        await page.keyboard.press("1")
        await page.keyboard.press("Enter")
        await page.wait_for_timeout(50)  # the match decides when it asks again, or ends


async def test_a_person_plays_a_match_by_keyboard(chromium, bus):
    async with under_way(bus) as match, browse(chromium, bus, page_of(bus)) as page:
        await expect(page.locator("#asked")).to_be_visible()
        await answer_all(page, match)
        result = await match.task
        await expect(page.locator(".turn")).to_contain_text("The match is over")
        await expect(page.get_by_role("link", name="See it again")).to_be_visible()
    counts = result.counts[Seat.HOME]
    assert counts.sources == {"human": counts.decisions}


async def test_what_is_chosen_is_what_is_played(chromium, bus):
    async with under_way(bus) as match, browse(chromium, bus, page_of(bus)) as page:
        await until_asked(page, match, "The ball is coming")
        await page.get_by_role("radio", name="sweep").check()
        await page.locator("#play_delivery-aggression").fill("0.8")
        await page.get_by_label("Why, for who watches").fill("short leg-side boundary")
        before = len(match.made())
        await page.get_by_role("button", name="Play the ball").click()
        made = await the_next(match, before)
    assert (made.source, made.choice) == ("human", {"shot": "sweep", "aggression": 0.8})
    assert made.reason == "short leg-side boundary"


async def test_field_and_ball_are_one_press(chromium, bus):
    async with under_way(bus) as match, browse(chromium, bus, page_of(bus)) as page:
        await until_asked(page, match, "Set the field and bowl")
        await page.get_by_role("radio", name="ring").check()
        await page.get_by_role("radio", name="yorker").check()
        before = len(match.made())
        await page.get_by_role("button", name="Bowl").click()
        made = await the_next(match, before)
    assert (made.choice["field"], made.choice["length"]) == ("ring", "yorker")


async def test_only_legal_choices_are_offered(chromium, bus):
    async with under_way(bus) as match, browse(chromium, bus, page_of(bus)) as page:
        await until_asked(page, match, "Set the field and bowl")
        offered = await page.locator('[data-argument="field"] input').all()
        assert [await one.get_attribute("value") for one in offered] == [
            *("slips", "ring", "standard"),  # two may stand outside in a powerplay
        ]


async def test_the_analysis_is_shown_and_the_question_stays(chromium, bus):
    async with under_way(bus) as match, browse(chromium, bus, page_of(bus)) as page:
        await until_asked(page, match, "The ball is coming")
        await page.get_by_role("button", name="Analyse").click()
        await expect(page.locator(".facts")).to_contain_text("win probability")
        await expect(page.locator(".facts")).to_contain_text("the sides would be level now")
        assert await asked(page) == "The ball is coming"


async def test_a_plan_is_written_down(chromium, bus):
    async with under_way(bus), browse(chromium, bus, page_of(bus)) as page:
        await page.get_by_text("Plans, strategy, notes").click()
        form = page.locator("form.other").first
        await form.get_by_label("The plan").fill("bat deep")
        await form.get_by_role("button", name="Make this call").click()
        await page.get_by_text("Plans, strategy, notes").click()
        await expect(page.locator("form.other h3").first).to_have_text("update match plan")


async def test_an_answer_in_another_tab_is_told(chromium, bus):
    async with under_way(bus) as match, browse(chromium, bus, page_of(bus)) as page:
        await until_asked(page, match, "The ball is coming")
        other = await page.context.new_page()
        await other.goto(bus.url + page_of(bus))
        await other.get_by_role("button", name="Play the ball").click()
        await expect(page.locator(".turn")).to_contain_text("answered elsewhere")
        await other.close()


async def test_who_is_late_is_told_and_then_not_waited_for(chromium, bus):
    bob = human("bob", deadline_s=LONG_S)  # nobody answers for him: the match stands still
    async with (
        under_way(bus, bob, deadline_s=1.0, gone_after=1),
        browse(chromium, bus, page_of(bus)) as page,
    ):
        await expect(page.locator(".turn")).to_contain_text("not waited for")
        await page.get_by_role("button", name="I am here").click()
        await expect(page.locator(".turn")).to_contain_text("You are back")


async def test_the_clock_is_told_in_words_at_the_end(chromium, bus):
    async with under_way(bus), browse(chromium, bus, page_of(bus)) as page:
        await page.clock.install()  # the page's time is ours from here
        await page.reload()
        said = page.locator('.turn [role="alert"]')
        await expect(said).to_have_text("")
        await until_left(page, 9)
        await expect(said).to_have_text("Ten seconds left.")
        await expect(page.locator('.clock[data-short="true"]')).to_be_visible()
        await until_left(page, 4)
        await expect(said).to_have_text("Five seconds left.")


async def until_left(page: Page, seconds: int) -> None:
    """Let the page's time pass until so many seconds are shown."""
    told = await page.get_by_role("timer").get_attribute("aria-label") or ""
    await page.clock.fast_forward(1000 * (int(told.split()[0]) - seconds))


async def test_a_choice_is_kept_while_the_bus_is_away(chromium):
    first = BusServer(publish_token="t", port=(port := free_port()))
    async with first, browse_kept(chromium, first) as (page, match):
        await until_asked(page, match, "The ball is coming")
        await page.get_by_role("radio", name="loft").check()
        await first.__aexit__(None, None, None)
        await expect(page.locator("#connection-text")).to_have_text("reconnecting")
        async with BusServer(publish_token="t", port=port):
            await expect(page.locator(".turn")).to_contain_text("Your call.")
            await expect(page.get_by_role("radio", name="loft")).to_be_checked()


@asynccontextmanager
async def browse_kept(chromium: Browser, bus: BusServer) -> AsyncIterator[tuple[Page, Match]]:
    page_on = browse(chromium, bus, page_of(bus), borne="WebSocket connection")
    async with under_way(bus) as match, page_on as page:
        yield page, match


async def test_without_a_token_his_own_is_asked_for(chromium, bus):
    async with under_way(bus), browse(chromium, bus, "/play/ada") as page:
        await expect(page.get_by_role("heading")).to_have_text("Whose side is this?")
        assert await violations(page) == []
        await page.get_by_label("Token of ada").fill(player_token(bus.publish_token, "ada"))
        await page.get_by_role("button", name="Lead the side").click()
        await expect(page.locator("#asked")).to_be_visible()


async def test_the_token_leaves_the_address_and_opens_no_other_page(chromium, bus):
    async with browse(chromium, bus, page_of(bus)) as page:
        await expect(page.locator(".turn")).to_contain_text("Waiting for a question.")
        assert page.url == f"{bus.url}/play/ada"
        kept = await page.evaluate("Object.keys(sessionStorage)")
    assert kept == ["captains-token:ada"]


@pytest.mark.parametrize("kind", ["Who comes in?", "The ball is coming", "Set the field and bowl"])
async def test_every_question_is_accessible_and_fits(chromium, bus, kind):
    async with under_way(bus) as match, browse(chromium, bus, page_of(bus)) as page:
        await until_asked(page, match, kind)
        await page.get_by_text("Plans, strategy, notes").click()
        assert await faults(page) == []


async def until_asked(page: Page, match: Match, kind: str) -> None:
    """Answer by keyboard until a question of this kind is there."""
    while await asked(page) != kind:
        assert not match.task.done()
        question, before = await page.locator("#asked").element_handle(), len(match.made())
        while len(match.made()) <= before:
            await page.keyboard.press("1")
            await page.keyboard.press("Enter")
            await page.wait_for_timeout(50)  # the match decides when it has heard
        await page.wait_for_function("node => !node.isConnected", arg=question)


async def the_next(match: Match, before: int) -> DecisionMade:
    """The decision after so many."""
    async with asyncio.timeout(DEADLINE_S):
        while len(match.made()) <= before:  # noqa: ASYNC110
            await asyncio.sleep(0.02)  # an event is observed in the match's own time
    return match.made()[before]


async def test_enter_in_a_strategy_declares_it_and_plays_nothing(chromium, bus):
    async with under_way(bus) as match, browse(chromium, bus, page_of(bus)) as page:
        await until_asked(page, match, "The ball is coming")
        await page.get_by_role("radio", name="sweep").check()  # which could be played
        await page.get_by_text("Plans, strategy, notes").click()
        form = page.locator("form.other", has_text="set batting strategy")
        await form.get_by_role("slider").fill("0.8")
        await form.get_by_role("radio").first.check()
        async with page.expect_request("**/answer") as sent:
            await page.keyboard.press("Enter")
        told = (await sent.value).post_data_json
    assert told is not None
    assert told["tool"] == "set_batting_strategy"


async def test_a_clock_says_no_more_seconds_than_there_are(chromium, bus):
    async with under_way(bus, deadline_s=9.0), browse(chromium, bus, page_of(bus)) as page:
        await expect(page.get_by_role("timer")).to_be_visible()
        await expect(page.locator('.turn [role="alert"]')).to_have_text("")
