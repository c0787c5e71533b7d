"""Everything that shows a run while it goes: artifacts, the bus, the terminal's reporter."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from math import inf
from typing import Final
from urllib.parse import quote

from prefect import runtime

from engine.captains.llm import NO_LIMIT
from engine.result import EpisodeResult
from flows import artifacts, happenings
from flows.accounts import silent
from flows.announce import Announcer
from flows.log import log_episodes
from flows.newcomers import newcomers
from flows.pace import spaced_s
from flows.report import Report
from flows.reporting import told_apart
from flows.run import Run
from flows.scorecards import cells_of
from flows.stage import Stage
from flows.story import story_of
from flows.summary import RunSummary
from spectator import BusPublisher

SMOKE: Final = "smoke"  # the tag of that deployment
OFTEN_S: Final = 5.0  # between two versions of an artifact: each takes the server 30 ms and room
SELDOM_S: Final = 60.0
MOST_LISTED: Final = 5_000  # matches in one version: then a list is nearly a megabyte
SLOWER_OVER: Final = 10.0  # every tenth of the time that a run has taken so far


def versions_apart_s(seconds: float) -> float:
    """Between two versions of an artifact of a run that has been going for `seconds`."""
    return min(SELDOM_S, max(OFTEN_S, seconds / SLOWER_OVER))


class Views:
    """Shows `run` on `stage`. None of it decides anything."""

    def __init__(self, run: Run, stage: Stage, bus: BusPublisher | None) -> None:
        self._run, self._stage = run, stage
        self._announcer = Announcer(run, bus.observer() if bus else None)
        self._progress = artifacts.Progress(run)
        self._began_s = time.monotonic()
        self._due_s = self._began_s + OFTEN_S
        self._unlisted: deque[Sequence[str]] = deque(maxlen=MOST_LISTED)

    @asynccontextmanager
    async def on(self) -> AsyncIterator[None]:
        """While the run is played: the page hears of it as time passes, and if it breaks off."""
        self._stage.reporter.started(self._run)
        await self._announcer.started()
        await artifacts.show_cockpit(self._run, self._stage.page)
        await self._welcome()
        await self._progress.update()
        ticking = asyncio.create_task(self._announcer.ticking())
        try:
            yield
        except BaseException as error:
            await self._announcer.broke_off(error)
            raise
        finally:
            ticking.cancel()
            await asyncio.gather(ticking, return_exceptions=True)

    async def _welcome(self) -> None:
        """Who is new here is played by the smoke deployment, whose own runs welcome nobody."""
        if SMOKE not in (runtime.flow_run.tags or ()):
            for one in await asyncio.to_thread(newcomers, self._run):
                happenings.captain_added(one, self._run.spec.name)

    async def add(self, results: Collection[EpisodeResult]) -> None:
        """Count results, and show that the table has changed."""
        told = set(self._run.book.unplayable)
        self._run.add(results)
        log_episodes(results)
        for result in results:
            self._stage.reporter.ended(result)
        for name in self._run.book.unplayable.keys() - told:
            why = self._run.book.unplayable[name]
            self._stage.reporter.trouble(f"{why}; he plays no further match")
            happenings.captain_unhealthy(name, why, self._run.spec.name)
        if artifacts.has_scorecards(self._run):  # an event is some 3 KB of a database
            for result in results:
                happenings.episode_ended(result, self._run.spec.name)
        self._stage.reporter.progress(self._run)
        self._announcer.add(results)
        await self._announcer.tick()
        await self._shown(results)

    async def _shown(self, results: Collection[EpisodeResult]) -> None:
        """Of a small run the progress is shown at once, and its matches have scorecards."""
        if artifacts.has_scorecards(self._run):
            await self._progress.update()
        else:
            self._unlisted.extend(map(cells_of, results))
        if time.monotonic() >= self._due_s:
            await self._show_artifacts()

    async def _show_artifacts(self) -> None:
        """Not soon again where they are work: half a second of ten thousand episodes in stages."""
        self._due_s, began_s = inf, time.process_time()  # others may come while it is shown
        await artifacts.show_table(self._run)
        if self._run.is_asked:
            await artifacts.show_accounts(self._run)
        if self._run.is_asked or self._run.order.allowance != NO_LIMIT:
            await artifacts.show_budget(self._run)
        await self._show_course()
        took_s, now_s = time.process_time() - began_s, time.monotonic()
        self._due_s = now_s + spaced_s(versions_apart_s(now_s - self._began_s), took_s)

    async def _show_course(self) -> None:
        """Of a large run: how far it is, and the matches that are in no list yet."""
        if not artifacts.has_scorecards(self._run):
            await self._progress.update()
            rows = [*self._unlisted]
            self._unlisted.clear()
            await artifacts.show_matches(self._run, rows)

    def _run_page(self) -> str | None:
        """Where the run can be looked at when it has ended."""
        if self._stage.page is None or not self._stage.bus_stays:
            return None
        return f"{self._stage.page}run/{quote(self._run.plan.run_id)}/{self._run.starts}"

    async def grown(self) -> None:
        """What comes next is known."""
        await self._announcer.grown()

    async def finished(self, summary: RunSummary, report: Report | None) -> str:
        """Gives the story of the run."""
        story = story_of(self._run.done, self._run.total, summary, report)
        for captain, why in silent(summary.captains).items():
            happenings.captain_unhealthy(captain, why, self._run.spec.name)
        happenings.tournament_ended(self._run.spec.name, story, summary)
        await artifacts.show_table(self._run)
        await artifacts.show_accounts(self._run)
        await artifacts.show_budget(self._run)
        await self._show_course()
        if report is not None:
            await artifacts.show_report(self._run, report, story, self._run_page())
            for one in await told_apart(self._run, self._stage):
                happenings.rating_outside(one, self._run.spec.name)
        await self._announcer.ended(summary)
        return story
