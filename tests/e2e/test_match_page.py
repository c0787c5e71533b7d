"""Moving through a match: pause, step, scrub, jump, speed, links; all of it by keyboard too."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.async_api import Page, expect

from engine.events import (
    CallMade,
    Commentary,
    CommentaryEvent,
    DecisionEvent,
    DeliveryEvent,
    Event,
    Reasoning,
    ReasoningEvent,
)
from tests.e2e.browsing import browse
from tests.spectator.matches import START, match_events
from tests.spectator.wire import post

pytestmark = pytest.mark.page

EVENTS = match_events("m", seed=11, home="qwen3-8b", away="heuristic")
BALLS = [event for event in EVENTS if isinstance(event, DeliveryEvent)]
WICKETS = [ball for ball in BALLS if ball.data.wicket is not None]
PAGE = "/match/m/1"


async def shows(page: Page, ball: DeliveryEvent) -> None:
    """The page stands at this ball."""
    await expect(page.locator("#words [data-seq]").first).to_have_attribute(
        "data-seq", str(ball.seq)
    )


async def standing(page: Page) -> None:
    await expect(page.locator("#play")).to_have_text("Play")


async def test_a_paused_viewer_stays_while_the_match_goes_on(chromium, bus):
    await post(bus, EVENTS[:60], fence=1)
    async with browse(chromium, bus, PAGE) as page:
        ball = [each for each in BALLS if each.seq <= 60][-1]
        await page.locator("#play").click()
        await standing(page)
        await post(bus, EVENTS[60:90])
        await expect(page.locator("#connection-text")).to_have_text(
            re.compile(r"paused · \d+ behind")
        )
        await shows(page, ball)
        await page.locator("#follow").click()
        await shows(page, [each for each in BALLS if each.seq <= 90][-1])
        await expect(page.locator("#connection-text")).to_have_text("live")


async def test_what_is_off_the_screen_does_not_go_on_telling_what_was(chromium, bus):
    """Who searches the page or has it read to him does not scroll."""
    viewport = {"width": 1000, "height": 500}
    await post(bus, EVENTS[:2], fence=1)
    async with browse(chromium, bus, PAGE, viewport=viewport) as page:
        figures = page.locator(".figures-grid")
        await expect(figures).to_contain_text("Nobody has faced a ball yet")
        await post(bus, EVENTS[2:60])
        await expect(figures).not_to_contain_text("Nobody has faced a ball yet")
        await expect(page.locator(".scorecards")).to_contain_text(BALLS[0].data.striker)
        assert await page.evaluate("scrollY") == 0


async def test_a_step_is_a_ball_back_and_on(chromium, bus):
    await post(bus, EVENTS)
    async with browse(chromium, bus, PAGE) as page:
        await page.locator("#back").click()
        await shows(page, BALLS[-2])
        await page.locator("#back").click()
        await shows(page, BALLS[-3])
        await page.locator("#step").click()
        await shows(page, BALLS[-2])


async def test_space_presses_what_the_keyboard_has_come_to_and_not_what_was_clicked(chromium, bus):
    await post(bus, EVENTS)
    async with browse(chromium, bus, PAGE) as page:
        await page.locator("#back").click()
        await page.keyboard.press("Space")
        await expect(page.locator("#play")).to_have_text("Pause")
        await page.keyboard.press("Space")
        await page.locator("#position").click()
        await page.keyboard.press("Space")
        await expect(page.locator("#play")).to_have_text("Pause")
        await page.keyboard.press("Space")
        await page.keyboard.press("l")
        await page.locator("#position").focus()
        await page.keyboard.press("Shift+Tab")  # from the slider back to the button before it
        await page.keyboard.press("Shift+Tab")
        await expect(page.locator("#step")).to_be_focused()
        await page.locator("#back").focus()
        await page.keyboard.press("Space")
        await shows(page, BALLS[-2])
        await expect(page.locator("#back")).to_be_focused()
        await standing(page)


async def test_wickets_are_found_in_both_directions(chromium, bus):
    await post(bus, EVENTS)
    async with browse(chromium, bus, PAGE) as page:
        for ball in reversed(WICKETS):
            await page.locator("#last-wicket").click()
            await shows(page, ball)
        await page.locator("#last-wicket").click()
        await shows(page, WICKETS[0])
        await page.locator("#next-wicket").click()
        await shows(page, WICKETS[1])


async def test_an_over_can_be_chosen(chromium, bus):
    await post(bus, EVENTS)
    async with browse(chromium, bus, PAGE) as page:
        await page.locator("#over-choice").select_option("2/1")
        first = next(ball for ball in BALLS if (ball.data.innings, ball.data.over) == (2, 1))
        await shows(page, first)
        await page.locator("#ticker button").first.click()
        last = [ball for ball in BALLS if (ball.data.innings, ball.data.over) == (1, 0)][-1]
        await shows(page, last)


async def test_a_replay_plays_to_the_end_at_any_speed(chromium, bus):
    await post(bus, EVENTS)
    async with browse(chromium, bus, PAGE + "#2/2.1") as page:
        await standing(page)
        speeds = page.locator("#speed option")
        assert await speeds.all_inner_texts() == ["0.5×", "1×", "2×", "4×", "8×", "16×"]
        await page.locator("#speed").select_option("16")
        await page.locator("#play").click()
        await expect(page.locator("#connection-text")).to_have_text("replay")
        await expect(page.locator("#connection-text")).to_have_text("ended")
        await shows(page, BALLS[-1])


async def test_a_link_opens_at_its_ball_and_a_reload_stays_there(chromium, bus):
    await post(bus, EVENTS)
    async with browse(chromium, bus, PAGE + "#2/0.4") as page:
        ball = [b for b in BALLS if (b.data.innings, b.data.ball) == (2, "0.4")][-1]
        await shows(page, ball)
        await page.locator("#back").click()
        before = BALLS[BALLS.index(ball) - 1]
        await expect(page).to_have_url(re.compile(rf"#2/{re.escape(before.data.ball)}(~\d)?$"))
        await page.evaluate("location.hash = '#2/0.4'")
        await shows(page, ball)
        await page.locator("#back").click()
        await expect(page).to_have_url(re.compile(rf"#2/{re.escape(before.data.ball)}(~\d)?$"))
        await page.reload()
        await shows(page, before)


async def test_a_wide_has_an_address_of_its_own(chromium, bus):
    spare = next(ball for ball in BALLS if ball.data.extra_kind in ("wides", "no_balls"))
    await post(bus, EVENTS)
    place = f"{spare.data.innings}/{spare.data.ball}"
    async with browse(chromium, bus, f"{PAGE}#{place}~1") as page:
        await shows(page, spare)


async def test_a_ball_that_was_not_bowled_is_said_to_be_missing(chromium, bus):
    await post(bus, EVENTS)
    async with browse(chromium, bus, PAGE + "#19.3") as page:
        await expect(page.get_by_text("This match has no ball 19.3.")).to_be_visible()
        await shows(page, BALLS[-1])


async def test_a_copied_link_leads_back_to_the_ball(chromium, bus):
    await post(bus, EVENTS, fence=1)
    allowed = ["clipboard-read", "clipboard-write"]
    async with browse(chromium, bus, permissions=allowed) as page:
        await expect(page.locator("#copy")).to_be_enabled()
        await page.locator("#last-wicket").click()
        await shows(page, WICKETS[-1])
        await page.locator("#copy").click()
        await expect(page.locator("#copy")).to_have_text("Copied")
        link = await page.evaluate("navigator.clipboard.readText()")
        assert link.startswith(f"{bus.url}/match/m/1#")
        await page.goto(link)
        await shows(page, WICKETS[-1])


async def test_everything_works_by_keyboard_alone(chromium, bus):
    await post(bus, EVENTS)
    async with browse(chromium, bus, PAGE) as page:
        await shows(page, BALLS[-1])
        await page.keyboard.press("Tab")
        await expect(page.locator(".skip")).to_be_focused()
        await page.keyboard.press("Enter")
        await expect(page.locator("#main")).to_be_focused()
        await page.keyboard.press("ArrowLeft")
        await shows(page, BALLS[-2])
        await page.keyboard.press("ArrowRight")
        await shows(page, BALLS[-1])
        await page.keyboard.press("[")
        await shows(page, WICKETS[-1])
        await page.keyboard.press("[")
        await page.keyboard.press("]")
        await shows(page, WICKETS[-1])
        await page.keyboard.press("Space")
        await expect(page.locator("#play")).to_have_text("Pause")
        await page.keyboard.press("Space")
        await standing(page)
        await page.keyboard.press("l")
        await shows(page, BALLS[-1])


async def test_help_is_a_dialog_that_gives_the_focus_back(chromium, bus):
    await post(bus, EVENTS)
    async with browse(chromium, bus, PAGE) as page:
        await page.locator("#help").focus()
        await page.keyboard.press("?")
        await expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("dialog")).to_have_count(0)
        await expect(page.locator("#help")).to_be_focused()


async def test_single_keys_can_be_turned_off_for_good(chromium, bus):
    await post(bus, EVENTS)
    async with browse(chromium, bus, PAGE) as page:
        await page.locator("#help").click()
        await page.get_by_label("Listen to these keys").uncheck()
        await page.get_by_role("button", name="Close").click()
        await page.reload()
        await shows(page, BALLS[-1])
        await page.keyboard.press("[")
        await page.locator("#back").click()
        await shows(page, BALLS[-2])


async def test_what_has_the_focus_is_seen_to_have_it(chromium, bus):
    await post(bus, EVENTS)
    async with browse(chromium, bus, PAGE) as page:
        await shows(page, BALLS[-1])
        outline = "getComputedStyle(document.activeElement).outlineStyle"
        stops = 0
        while stops < 40:
            await page.keyboard.press("Tab")
            if await page.evaluate("document.activeElement === document.body"):
                break
            assert await page.evaluate(outline) != "none"
            stops += 1
        assert stops > 20


async def test_a_ball_is_told_once_to_who_cannot_see_it(chromium, bus):
    await post(bus, EVENTS[:60])
    async with browse(chromium, bus, PAGE) as page:
        said = page.locator("#said")
        await expect(said).to_have_attribute("role", "status")
        line = page.locator("#line")
        await expect(line).not_to_be_empty()
        await expect(said).to_have_text(await line.inner_text())


async def test_nothing_moves_for_who_wants_it_so(chromium, bus):
    await post(bus, EVENTS[:60], fence=1)
    async with browse(chromium, bus, reduced_motion="reduce") as page:
        await expect(page.locator("#connection-text")).to_have_text("live")
        assert await page.evaluate("document.getAnimations().length") == 0


async def test_what_a_captain_thought_stands_by_the_ball_it_led_to(chromium, bus):
    await post(bus, EVENTS, fence=1)
    ball, call = _called()
    thought = Reasoning(
        number=call.data.number,
        seat=call.data.seat,
        innings=call.data.innings,
        ball=call.data.ball,
        reason="He cannot play the short one.",
        errors=("set_field: no such field",),
        calls=(
            CallMade(
                tool="set_field", arguments='{"field":"moon"}', reply="", error="no such field"
            ),
        ),
    )
    await post(bus, [_aside(ReasoningEvent, "reasoning", thought)])
    async with browse(chromium, bus, PAGE) as page:
        await page.locator("#position").press("Home")
        await page.locator("#step").click()
        await shows(page, ball)
        shown = page.locator("#calls .call", has_text="He cannot play the short one.")
        await expect(shown.locator(".errors")).to_contain_text("no such field")
        await shown.locator("summary").click()
        await expect(shown.locator("code")).to_have_text('set_field({"field":"moon"})')


async def test_a_line_that_was_published_is_said_instead_of_our_own(chromium, bus):
    await post(bus, EVENTS, fence=1)
    line = Commentary(of=BALLS[-1].seq, text="And that is that, says the model.", source="llm")
    await post(bus, [_aside(CommentaryEvent, "commentary", line)])
    async with browse(chromium, bus, PAGE) as page:
        last = page.locator("#words [data-seq]").first
        await expect(last).to_contain_text("And that is that, says the model.")


def _called() -> tuple[DeliveryEvent, DecisionEvent]:
    """A ball, and the delivery that was called for it."""
    at = next(
        i
        for i, event in enumerate(EVENTS)
        if isinstance(event, DecisionEvent) and event.data.kind == "delivery"
    )
    call = EVENTS[at]
    assert isinstance(call, DecisionEvent)
    return next(event for event in EVENTS[at:] if isinstance(event, DeliveryEvent)), call


def _aside(kind: Any, channel: str, data: Any) -> Event:
    event: Event = kind(episode_id=f"{channel}:m", attempt=1, seq=1, ts=START, data=data)
    return event
