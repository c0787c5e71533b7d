"""The page that starts matches, on a real bus whose starter is a scripted double."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
from playwright.async_api import Page, expect

from engine.seeds import MAX_SEED
from spectator import BusServer, start_digest, start_token
from spectator.starts import BadRequest, ChannelBusy, Problem, StartRequest, StartState
from tests.e2e.accessible import faults, violations
from tests.e2e.browsing import browse
from tests.spectator.starter import ON_AIR, Double

pytestmark = pytest.mark.page

REFUSED: Final = "Failed to load resource"  # what Chromium logs of a 4xx
PROBLEMS = (
    Problem(field="captain", why="unknown captain 'x'", allowed="heuristic, baseline"),
    Problem(field="seed", why="-5 is not possible", allowed="0 to 9"),
)

Prepare = Callable[[Page, Double], Coroutine[Any, Any, None]]


@pytest.fixture
async def starter() -> Double:
    return Double()


@pytest.fixture
async def bus(starter: Double) -> AsyncIterator[BusServer]:
    async with BusServer(starter=starter) as running:
        yield running


def page_of(bus: BusServer) -> str:
    return f"/start#token={start_token(bus.publish_token)}"


async def press_start(page: Page) -> None:
    await page.get_by_role("button", name="Start the match").click()


async def test_a_form_left_as_it_is_starts_a_match(chromium, bus, starter):
    async with browse(chromium, bus, page_of(bus)) as page:
        await press_start(page)
        await expect(page.locator(".starts li")).to_have_count(1)
        assert "token" not in page.url
    (asked,) = starter.asked
    assert (asked.captain, asked.opponent, asked.format) == ("heuristic", "baseline", "T5")
    assert (asked.seed, asked.featured, asked.queue) == (None, True, False)
    left_out = StartRequest(captain="heuristic", opponent="baseline", format="T5")
    assert asked == left_out  # the page begins with what the API takes for granted


async def test_everything_that_can_be_chosen_is_sent(chromium, bus, starter):
    async with browse(chromium, bus, page_of(bus)) as page:
        await page.get_by_label("Captain, at home").select_option("baseline")
        await page.get_by_label("Opponent, away").select_option(label="A person …")
        await page.get_by_label("Name").fill("ada")
        await page.get_by_label("Seconds an answer").fill("30")
        await page.get_by_role("radio", name="Other").check()
        await page.get_by_label("Overs an innings").fill("3")
        await page.get_by_label("Seed", exact=True).fill("11")
        await page.get_by_label("Super over").check()
        await page.get_by_label("Pace").select_option("8")
        await press_start(page)
        await expect(page.locator(".starts li")).to_have_count(1)
    (asked,) = starter.asked
    assert (asked.captain, asked.opponent.person, asked.opponent.deadline_s) == (
        *("baseline", "ada", 30),
    )
    assert (asked.overs, asked.seed, asked.super_over, asked.balls_per_s) == (3, 11, True, 8)


async def test_a_pack_of_situations_has_its_own_length(chromium, bus, starter):
    async with browse(chromium, bus, page_of(bus)) as page:
        await page.get_by_label("Begins").select_option("chase")
        await expect(page.get_by_text("of 20 overs an innings")).to_be_visible()
        await expect(page.get_by_role("radio", name="Other")).to_have_count(0)
        await page.get_by_label("Situation").select_option("hard")
        await press_start(page)
        await expect(page.locator(".starts li")).to_have_count(1)
    (asked,) = starter.asked
    assert (asked.pack, asked.entry, asked.format, asked.overs) == ("chase", "hard", None, None)


async def test_the_dice_give_a_seed(chromium, bus, starter):
    async with browse(chromium, bus, page_of(bus)) as page:
        await page.get_by_role("button", name="Roll a seed").click()
        await expect(page.get_by_label("Seed", exact=True)).to_have_value(re.compile(r"^\d{1,6}$"))


async def test_a_match_that_is_told_aloud_waits_for_its_lines(chromium, bus, starter):
    async with browse(chromium, bus, page_of(bus)) as page:
        await page.get_by_label("Voice").select_option("browser")
        await expect(page.get_by_label("Pace")).to_have_value("0.2")
        await page.get_by_label("On the front page").uncheck()
        await expect(page.get_by_label("Voice")).to_be_disabled()
        await expect(page.get_by_label("Voice")).to_have_value("none")
        await page.get_by_label("On the front page").check()
        await press_start(page)
        await expect(page.locator(".starts li")).to_have_count(1)
    (asked,) = starter.asked
    assert (asked.voice, asked.balls_per_s) == ("browser", 0.2)


async def test_a_double_click_starts_one_match(chromium, bus, starter):
    starter.may_begin.clear()
    async with browse(chromium, bus, page_of(bus)) as page:
        await page.get_by_role("button", name="Start the match").dblclick()
        starter.may_begin.set()
        await expect(page.locator(".starts li")).to_have_count(1)
    assert len(starter.begun) == 1


async def test_a_second_click_after_the_answer_to_the_first_starts_no_other(chromium, bus, starter):
    async with browse(chromium, bus, page_of(bus)) as page:
        await page.get_by_label("On the front page").uncheck()
        await page.clock.install()
        await page.clock.pause_at(datetime.now(UTC) + timedelta(minutes=1))
        await press_start(page)
        await expect(page.locator(".starts li")).to_have_count(1)
        async with page.expect_response("**/custom/start_episode"):
            await press_start(page)
    assert len(starter.begun) == 1


async def test_a_captain_who_cannot_be_had_here_cannot_be_chosen(chromium, bus):
    async with browse(chromium, bus, page_of(bus)) as page:
        option = page.locator("#start-captain option[value=llm_live]")
        await expect(option).to_be_disabled()


async def test_what_is_wrong_stands_beside_its_field(chromium, bus, starter):
    starter.fails = [BadRequest(PROBLEMS)]
    async with browse(chromium, bus, page_of(bus), borne=REFUSED) as page:
        await press_start(page)
        captain, seed = page.get_by_label("Captain, at home"), page.get_by_label("Seed", exact=True)
        await expect(captain).to_be_focused()
        await expect(captain).to_have_accessible_description(re.compile("unknown captain"))
        await expect(seed).to_have_accessible_description(re.compile("0 to 9"))
        await captain.select_option("baseline")
        await expect(captain).not_to_have_attribute("aria-invalid", "true")
        await expect(seed).to_have_attribute("aria-invalid", "true")


async def test_who_finds_the_front_page_busy_may_queue(chromium, bus, starter):
    starter.fails = [ChannelBusy(ON_AIR)]
    async with browse(chromium, bus, page_of(bus), borne=REFUSED) as page:
        await press_start(page)
        told = page.locator(".refusal")
        await expect(told).to_contain_text("busy with a v b. One match waits already.")
        await told.get_by_role("button", name="Queue mine").click()
        await expect(page.locator(".starts li")).to_have_count(1)
    assert [asked.queue for asked in starter.asked] == [True]


async def test_the_notice_of_a_busy_front_page_goes_once_it_is_free(chromium, bus, starter):
    starter.fails = [ChannelBusy(ON_AIR)]
    async with browse(chromium, bus, page_of(bus), borne=REFUSED) as page:
        await press_start(page)
        await expect(page.locator(".refusal")).to_contain_text("busy with a v b")
        starter.showing = None
        await expect(page.locator(".refusal")).to_contain_text("The front page is free now.")
        await page.get_by_role("button", name="Start mine").click()
        await expect(page.locator(".starts li")).to_have_count(1)


async def test_a_start_is_cancelled_from_its_row(chromium, bus, starter):
    async with browse(chromium, bus, page_of(bus)) as page:
        await press_start(page)
        async with page.expect_response("**/cancel") as cancelled:
            await page.locator(".starts").get_by_role("button", name="Cancel").click()
        assert (await (await cancelled.value).json())["state"] == "cancelled"


async def test_a_start_can_be_watched_from_beside_the_button_and_says_why_it_failed(
    chromium, bus, starter
):
    async with browse(chromium, bus, page_of(bus)) as page:
        await press_start(page)
        await expect(page.locator(".starts li")).to_have_count(1)
        watch = page.locator(".go").get_by_role("link", name="Watch")
        await expect(watch).to_have_count(0)
        playing = {"state": StartState.PLAYING}
        starter.begun[0] = starter.begun[0].model_copy(update=playing)
        await expect(watch).to_have_attribute("href", "/match/m/1")
        failed = {"state": StartState.FAILED, "reason": "<b>killed</b> by signal 9"}
        starter.begun[0] = starter.begun[0].model_copy(update=failed)
        await expect(page.locator(".starts .outcome")).to_have_text("<b>killed</b> by signal 9")


async def test_a_person_is_led_on_to_his_page(chromium, bus, starter):
    async with browse(chromium, bus, page_of(bus)) as page:
        await page.get_by_label("Captain, at home").select_option(label="A person …")
        await page.get_by_label("Name").fill("ada")
        await press_start(page)
        await page.locator(".starts").get_by_role("link", name="Play as ada").click()
        await expect(page.locator(".turn")).to_contain_text("Waiting for a question.")
        assert page.url == f"{bus.url}/play/ada"
        await page.go_back()
        await expect(page.get_by_role("button", name="Start the match")).to_be_visible()


async def test_a_bus_that_only_shows_says_how_to_start(chromium):
    async with BusServer() as alone, browse(chromium, alone, "/start", borne="501") as page:
        await expect(page.get_by_role("heading")).to_have_text("This bus only shows matches")
        assert await violations(page) == []


async def test_without_a_token_the_page_may_only_watch(chromium, bus):
    async with browse(chromium, bus, "/start") as page:
        await expect(page.get_by_text("This page may only watch")).to_be_visible()
        assert await violations(page) == []
        await page.get_by_label("Start token").fill(start_token(bus.publish_token))
        await page.get_by_role("button", name="Use it").click()
        await expect(page.get_by_role("button", name="Start the match")).to_be_visible()


async def test_a_page_of_an_earlier_start_says_so(chromium, starter):
    old = start_token("of before")
    async with (
        BusServer(starter=starter, earlier_starts=[start_digest(old)]) as bus,
        browse(chromium, bus, f"/start#token={old}") as page,
    ):
        await expect(page.get_by_text("of an earlier start of captains up")).to_be_visible()
        await page.get_by_label("Start token").fill(start_token(bus.publish_token))
        await page.get_by_role("button", name="Use it").click()
        await expect(page.get_by_role("button", name="Start the match")).to_be_visible()


async def with_a_person(page: Page, starter: Double) -> None:
    await page.get_by_label("Captain, at home").select_option(label="A person …")
    await page.get_by_role("radio", name="Other").check()


async def started(page: Page, starter: Double) -> None:
    await press_start(page)
    await expect(page.locator(".starts li")).to_have_count(1)


async def wrong(page: Page, starter: Double) -> None:
    starter.fails = [BadRequest(PROBLEMS)]
    await press_start(page)
    await expect(page.locator(".wrong")).to_have_count(2)


async def busy(page: Page, starter: Double) -> None:
    starter.fails = [ChannelBusy(ON_AIR)]
    await press_start(page)
    await expect(page.locator(".refusal")).to_be_visible()


@pytest.mark.parametrize("prepare", [with_a_person, started, wrong, busy])
async def test_every_state_is_accessible_and_fits(chromium, bus, starter, prepare):
    async with browse(chromium, bus, page_of(bus), borne=REFUSED) as page:
        await expect(page.get_by_role("button", name="Start the match")).to_be_visible()
        await prepare(page, starter)
        assert await faults(page) == []


async def test_a_long_seed_keeps_every_digit(chromium, bus, starter):
    async with browse(chromium, bus, page_of(bus)) as page:
        await page.get_by_label("Seed", exact=True).fill(str(MAX_SEED))
        await press_start(page)
        await expect(page.locator(".starts .what")).to_contain_text(f"seed {MAX_SEED}")
    assert [asked.seed for asked in starter.asked] == [MAX_SEED]


async def test_both_columns_begin_at_one_height(chromium, bus):
    async with browse(chromium, bus, page_of(bus)) as page:
        await page.set_viewport_size({"width": 1440, "height": 900})
        form, side = [
            await page.locator(f"{column} .card").first.bounding_box()
            for column in (".start-form", ".start-side")
        ]
    assert form is not None
    assert side is not None
    assert form["y"] == side["y"]
