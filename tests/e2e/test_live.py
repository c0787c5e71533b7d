"""Real matches, played by the real driver, published by the real observer, seen by browsers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from playwright.async_api import Page, WebSocket, expect

from engine.captains import resolve
from engine.episode import play_episode
from engine.events import DecisionEvent, EndReason, Event, parse_event
from engine.fanout import Observer
from engine.result import EpisodeResult
from engine.spec import EpisodeSpec
from engine.wire import Told
from spectator.frames import EMPTY, fold
from spectator.publisher import BusPublisher
from spectator.server import BusServer
from spectator.settings import BusSettings
from tests.e2e.browsing import Served, browse
from tests.e2e.buses import TOKEN, BusProcess, running
from tests.flows.relay import relay
from tests.spectator.matches import match_events
from tests.spectator.wire import DEADLINE_S, metric, post

pytestmark = pytest.mark.page

SPEC = EpisodeSpec(
    episode_id="real", seed=23, overs=2, home=resolve("heuristic"), away=resolve("aggressive")
)
STREAM = "real/1"
PAGE = "/match/real/1"


class Gate:
    """Hands a match's events on, and holds the match after each of the given balls until it is let
    go on.
    """

    def __init__(self, onto: Observer, holds: Sequence[int]) -> None:
        self._onto, self._balls = onto, 0
        self._held = {ball: asyncio.Event() for ball in holds}
        self._open = {ball: asyncio.Event() for ball in holds}

    async def on_event(self, event: Told) -> None:
        await self._onto.on_event(event)
        self._balls += event.type == "delivery"
        if event.type == "delivery" and self._balls in self._held:
            self._held[self._balls].set()
            await self._open[self._balls].wait()

    async def aclose(self) -> None:
        await self._onto.aclose()

    async def reached(self, ball: int) -> None:
        await self._held[ball].wait()

    def go_on(self, ball: int) -> None:
        self._open[ball].set()


class Played:
    """A match in the making: `gate` holds it, `ended` waits for its end."""

    def __init__(self, gate: Gate, playing: asyncio.Task[EpisodeResult]) -> None:
        self.gate, self._playing = gate, playing

    async def ended(self) -> None:
        assert (await self._playing).end_reason is EndReason.COMPLETED


@asynccontextmanager
async def played(bus: BusProcess, *holds: int) -> AsyncIterator[Played]:
    """A real match on the bus, on its featured channel."""
    async with BusPublisher(bus.url, TOKEN, flush_s=DEADLINE_S) as publisher:
        gate = Gate(publisher.observer(fence=1, flush_s=DEADLINE_S), holds)
        playing = asyncio.create_task(play_episode(SPEC, observers=[gate]))
        try:
            yield Played(gate, playing)
            await playing
        finally:
            playing.cancel()
            await asyncio.gather(playing, return_exceptions=True)
            await gate.aclose()


@pytest.fixture
def process(tmp_path: Path):
    with running(tmp_path / "bus.sqlite") as process:
        yield process


async def stored(bus: Served) -> list[Event]:
    async with httpx.AsyncClient(base_url=bus.url, trust_env=False, timeout=DEADLINE_S) as http:
        answer = await http.get(f"/api/streams/{STREAM}/export.jsonl")
    return [parse_event(line) for line in answer.text.splitlines()]


async def sees_all_of(page: Page, events: Sequence[Event]) -> None:
    """The page has every event without a hole, lists every ball, and shows the last score."""
    match = page.locator(".match")
    await expect(match).to_have_attribute("data-whole", str(len(events)))
    await expect(match).to_have_attribute("data-top", str(len(events)))
    deliveries = [str(event.seq) for event in events if event.type == "delivery"]
    listed = page.locator("#words [data-seq]")
    while await (earlier := page.get_by_role("button", name="Earlier balls")).count():
        await earlier.click()
    await expect(listed).to_have_count(len(deliveries))
    seqs = await listed.evaluate_all("nodes => nodes.map((node) => node.dataset.seq)")
    assert seqs[::-1] == deliveries
    last = _frame(events).innings[-1]
    await expect(page.locator(".team .runs").last).to_have_text(f"{last.runs}/{last.wickets}")


def _frame(events: Sequence[Event]):
    frame = EMPTY
    for event in events:
        frame = fold(frame, event)
    return frame


async def test_two_viewers_watch_a_real_match_to_its_end(chromium, process):
    async with (
        browse(chromium, process) as one,
        browse(chromium, process, PAGE, borne="404") as other,
    ):
        async with played(process, 3) as match:
            await match.gate.reached(3)
            for page in (one, other):
                await expect(page.locator("#connection-text")).to_have_text("live")
                await expect(page.locator("#words [data-seq]")).to_have_count(3)
            match.gate.go_on(3)
            await match.ended()
        events = await stored(process)
        assert events[-1].type == "episode.ended"
        for page in (one, other):
            await sees_all_of(page, events)
            await expect(page.locator("#connection-text")).to_have_text("ended")
        told = [await page.locator("#words").inner_text() for page in (one, other)]
        assert told[0] == told[1]


async def test_a_reload_in_mid_over_comes_back_to_the_same_ball(chromium, process):
    async with browse(chromium, process) as page:
        async with played(process, 8) as match:
            await match.gate.reached(8)
            await expect(page.locator("#words [data-seq]")).to_have_count(8)
            over = await page.locator("#over").inner_text()
            await page.reload()
            await expect(page.locator("#words [data-seq]")).to_have_count(8)
            assert await page.locator("#over").inner_text() == over
            match.gate.go_on(8)
            await match.ended()
        await sees_all_of(page, await stored(process))


async def test_a_killed_bus_costs_a_viewer_nothing(chromium, process):
    async with browse(chromium, process) as page:
        async with played(process, 5, 14) as match:
            await match.gate.reached(5)
            await expect(page.locator("#words [data-seq]")).to_have_count(5)
            process.kill()
            await expect(page.locator("#connection-text")).to_have_text("reconnecting")
            await expect(page.locator(".bus-away")).to_contain_text("cannot be reached")
            match.gate.go_on(5)
            await match.gate.reached(14)
            process.start()
            await expect(page.locator("#words [data-seq]")).to_have_count(14)
            await expect(page.locator("#connection-text")).to_have_text("live")
            await expect(page.locator(".bus-away")).to_be_empty()
            match.gate.go_on(14)
            await match.ended()
        events = await stored(process)
        assert [event.seq for event in events] == list(range(1, len(events) + 1))
        await sees_all_of(page, events)


async def test_a_late_joiner_sees_the_state_and_can_go_back_to_the_first_ball(chromium, process):
    async with played(process, 15) as match:
        await match.gate.reached(15)
        async with browse(chromium, process, PAGE) as page:
            await expect(page.locator("#words [data-seq]")).to_have_count(15)
            await page.locator("#position").press("Home")
            await page.locator("#step").click()
            await expect(page.locator("#words [data-seq]")).to_have_count(1)
            await expect(page.locator("#connection-text")).to_contain_text("paused")
            match.gate.go_on(15)
            await match.ended()
            await page.locator("#follow").click()
            await sees_all_of(page, await stored(process))


async def test_who_joins_late_or_falls_behind_goes_on_from_a_snapshot_and_gets_the_rest(chromium):
    """While the way to him is held, what he is sent fills the buffers of the bus."""
    events = match_events("real", seed=11, overs=20)
    settings = BusSettings(recover_events=10, behind_events=50, page_limit=100, stall_s=DEADLINE_S)
    with BusServer(settings=settings) as bus:
        await post(bus, events[:200])
        async with relay(bus.url, buffer=4096) as way, browse(chromium, way, PAGE) as page:
            heard = await _heard(page)
            await expect(page.locator(".match")).to_have_attribute("data-whole", "200")
            assert len(_snapshots(heard)) == 1
            way.flows.clear()
            rest = [_at_length(event) for event in events[200:-1]]
            for first in range(0, len(rest), 20):
                await post(bus, rest[first : first + 20])
            way.flows.set()
            await sees_all_of(page, events[:-1])
            assert len(_snapshots(heard)) == 2
            await page.locator("#position").press("Home")
            await expect(page.locator("#situation")).to_contain_text("at the toss")
            await post(bus, events[-1:])
            await page.locator("#follow").click()
            await expect(page.locator("#connection-text")).to_have_text("ended")
        assert await metric(bus, "captains_bus_resyncs_total") == 1


def _snapshots(heard: Sequence[str]) -> list[str]:
    return [frame for frame in heard if '"t":"snapshot"' in frame]


def _at_length(event: Event) -> Event:
    """A captain's decision with much to it: a few of them are more than a socket takes."""
    if not isinstance(event, DecisionEvent):
        return event
    return event.model_copy(update={"data": event.data.model_copy(update={"reason": "x" * 20_000})})


async def _heard(page: Page) -> list[str]:
    """What the match's socket brings before it is silent, on a page that is opened anew.

    The first socket of the page is heard out before, or its frames would be among them.
    """
    await expect(page.locator("#words [data-seq]").first).to_be_visible()
    heard: list[str] = []

    def listen(socket: WebSocket) -> None:
        if "/streams/real/1/ws" in socket.url:
            socket.on("framereceived", lambda frame: heard.append(str(frame)))

    page.on("websocket", listen)
    await page.reload()
    await expect(page.locator("#words [data-seq]").first).to_be_visible()
    return heard
