"""A tournament's own events on the bus: that it has started, how the table stands, that it is
over.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict
from typing import Any, Final

from prefect.logging import get_run_logger

from engine.events import (
    Event,
    TournamentEnded,
    TournamentEndedEvent,
    TournamentStandings,
    TournamentStandingsEvent,
    TournamentStarted,
    TournamentStartedEvent,
    now,
)
from engine.fanout import Observer
from flows.play import BusAddress
from flows.run import Run, RunSummary
from flows.stage import Stage, current_stage
from spectator import BusPublisher

RUN: Final = "run:"


class Announcer:
    """Publishes a run's events in order; each start of a run is an attempt, with numbers of its
    own.
    """

    def __init__(self, run: Run, observer: Observer | None) -> None:
        self._run, self._observer = run, observer
        self._seq = 0

    async def started(self) -> None:
        run = self._run
        data = TournamentStarted(
            name=run.spec.name,
            file_digest=run.file_digest,
            captains=run.plan.captains,
            episodes=run.total,
        )
        await self._say(TournamentStartedEvent(**self._envelope(), data=data))
        await self.standings()

    async def standings(self) -> None:
        run = self._run
        data = TournamentStandings(
            name=run.spec.name,
            played=run.done,
            episodes=run.total,
            rows=tuple(asdict(row) for row in run.table.standings()),
        )
        await self._say(TournamentStandingsEvent(**self._envelope(), data=data))

    async def ended(self, summary: RunSummary) -> None:
        data = TournamentEnded(
            name=self._run.spec.name,
            played=summary.episodes.played + summary.episodes.resumed,
            void=summary.episodes.void,
            forfeit=summary.episodes.forfeit,
            seconds=summary.seconds,
        )
        await self._say(TournamentEndedEvent(**self._envelope(), data=data))
        if self._observer is not None:
            await self._observer.aclose()

    def _envelope(self) -> dict[str, Any]:
        self._seq += 1
        return {
            "episode_id": f"{RUN}{self._run.plan.run_id}",
            "attempt": self._run.starts,
            "seq": self._seq,
            "ts": now(),
        }

    async def _say(self, event: Event) -> None:
        if self._observer is not None:
            await self._observer.on_event(event)


@asynccontextmanager
async def publisher(bus: BusAddress | None) -> AsyncIterator[BusPublisher | None]:
    """The publisher of this process; None where there is no bus."""
    if bus is None:
        yield None
        return
    async with BusPublisher(bus.url, bus.token) as found:
        yield found
    report = found.report
    if report.dropped:
        get_run_logger().warning("%s events did not reach the page: %s", report.dropped, report.why)
        current_stage().reporter.trouble(
            f"{report.dropped} events did not reach the page at {bus.url}: {report.why}"
        )


def said_aloud(stage: Stage) -> Callable[[str], None]:
    """Tells whoever watches the command and whoever reads the flow run's log."""
    logger = get_run_logger()

    def say(message: str) -> None:
        logger.info("%s", message)
        stage.reporter.trouble(message)

    return say
