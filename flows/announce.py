"""A tournament's own events on the bus: that it has started, how it stands, that it is over.

Standings are small and go out as they change, but not more often than `spacing_s`; the crosstable
is larger and goes out a few times less. Whoever comes late needs the last of each: one crosstable
is always among the last `CROSSTABLE_WITHIN` events.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any, Final

from prefect.logging import get_run_logger

from engine import events as ev
from engine.fanout import Observer
from engine.result import EpisodeResult
from flows import news
from flows.pace import Pace, spaced_s
from flows.run import Run
from flows.stage import Stage
from flows.summary import RunSummary
from spectator.streams import RUN_PREFIX, RUN_TAIL

TICK_S: Final = 0.5
OFTEN_S: Final = 1.0
SELDOM_S: Final = 10.0
SLOWER_OVER_S: Final = 600.0  # a run of an hour needs no table a second: its log stays small
CROSSTABLE_EVERY: Final = 5  # as long as between two standings
RECENT: Final = 8


def spacing_s(seconds: float) -> float:
    """Between two standings of a run that has been going for `seconds`."""
    return min(SELDOM_S, max(OFTEN_S, seconds / SLOWER_OVER_S))


class Announcer:
    """Publishes a run's events in order; each start of a run is an attempt, with numbers of its
    own.
    """

    def __init__(
        self, run: Run, observer: Observer | None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._run, self._observer, self._clock = run, observer, clock
        self._pace = Pace(run.ended, clock)
        self._recent: deque[ev.JustEnded] = deque(maxlen=RECENT)
        self._seq = 0
        self._told: ev.TournamentStandings | None = None
        self._due_s = self._crosstable_due_s = clock()
        self._crosstable_seq = self._crosstable_done = 0

    async def started(self) -> None:
        await self._say(ev.TournamentStartedEvent, news.started(self._run))
        await self.tick()

    def add(self, results: Iterable[EpisodeResult]) -> None:
        """These have just ended, and are counted; the last of them are told."""
        last = deque(results, maxlen=RECENT)
        self._recent.extend(news.just_ended(self._run, result) for result in last)
        self._pace.note(self._run.ended)

    async def tick(self) -> None:
        """Tell how it stands, if something has changed and it is time to."""
        now_s = self._clock()
        if self._observer is None or now_s < self._due_s:
            return
        told = news.standings(self._run, self._pace, self._recent)
        if self._is_crosstable_due(now_s):  # also where the last table has been told already
            await self._tell_crosstable()
        if news.changed(self._told, told):
            await self._tell(told)

    async def grown(self) -> None:
        """The plan has grown: tell what is played next."""
        if self._observer is not None:
            await self._tell_crosstable()
            await self._tell(news.standings(self._run, self._pace, self._recent))

    async def ticking(self) -> None:
        """Go on telling, until cancelled."""
        while True:
            await asyncio.sleep(TICK_S)
            await self.tick()

    async def ended(self, summary: RunSummary) -> None:
        await self._end(news.ended(self._run, summary))

    async def broke_off(self, error: BaseException) -> None:
        """The run goes no further; what it has come to is told."""
        await self._end(news.broken_off(self._run, self._pace, error))

    async def _end(self, data: ev.TournamentEnded) -> None:
        if self._observer is None:
            return
        await self._tell_crosstable()
        await self._tell(news.standings(self._run, self._pace, self._recent))
        await self._say(ev.TournamentEndedEvent, data)
        await self._observer.aclose()

    def _is_crosstable_due(self, now_s: float) -> bool:
        old = self._seq + 2 - self._crosstable_seq >= RUN_TAIL
        fresh = self._run.done != self._crosstable_done
        return (fresh and now_s >= self._crosstable_due_s) or old

    async def _tell(self, told: ev.TournamentStandings) -> None:
        await self._say(ev.TournamentStandingsEvent, told)
        self._told = told
        self._due_s = self._clock() + spacing_s(self._pace.seconds)

    async def _tell_crosstable(self) -> None:
        began_s = self._clock()
        await self._say(ev.TournamentCrosstableEvent, news.crosstable(self._run))
        self._crosstable_seq, self._crosstable_done = self._seq, self._run.done
        spacing = CROSSTABLE_EVERY * spacing_s(self._pace.seconds)
        took_s = self._clock() - began_s  # of a million episodes it is work
        self._crosstable_due_s = self._clock() + spaced_s(spacing, took_s)

    async def _say(self, kind: Callable[..., ev.Event], data: object) -> None:
        if self._observer is None:
            return
        self._seq += 1
        envelope: dict[str, Any] = {
            "episode_id": f"{RUN_PREFIX}{self._run.plan.run_id}",
            "attempt": self._run.starts,
            "seq": self._seq,
            "ts": ev.now(),
        }
        await self._observer.on_event(kind(**envelope, data=data))


def said_aloud(stage: Stage) -> Callable[[str], None]:
    """Tells whoever watches the command and whoever reads the flow run's log."""
    logger = get_run_logger()

    def say(message: str) -> None:
        logger.info("%s", message)
        stage.reporter.trouble(message)

    return say
