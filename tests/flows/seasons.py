"""Runs that are told, but not played: results as they come, through the real announcer."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from engine import events as ev
from engine.cricket.choices import Seat
from engine.events import EndReason
from engine.result import EpisodeResult
from flows import catalogue
from flows.announce import Announcer
from flows.opening import open_run
from flows.order import Order
from flows.run import Run
from tests.doubles import Remembering
from tests.flows.support import SMALL, Clock
from tests.tournaments.results import leg
from tournaments import EpisodePlan, parse_tournament

LARGE = """\
name: large
match: {overs: 5, pairs: 42}
captains:
"""
LARGE += "".join(f"  - {{name: captain-number-{n:02d}, kind: heuristic}}\n" for n in range(16))
GAUNTLET = SMALL.replace(", baseline]", "]\nopponents: [baseline]\nformat: {kind: gauntlet}")


@contextmanager
def opened(text: str = SMALL) -> Iterator[Run]:
    order = Order.of(parse_tournament(text, catalogue.known()), "1")
    with tempfile.TemporaryDirectory() as folder, open_run(order, Path(folder)) as run:
        yield run


def played(episode: EpisodePlan, reason: EndReason = EndReason.COMPLETED) -> EpisodeResult:
    return leg(
        episode.home,
        episode.away,
        pair=episode.pair,
        side=episode.leg,
        fixture=episode.episode_id.rpartition("-p")[0],
        winner=Seat.HOME if reason is EndReason.COMPLETED else Seat.AWAY,
        luck=0.01 * episode.pair,
        reason=reason,
    )


async def tell(
    text: str, play: Callable[[Run, Announcer, Clock], Awaitable[None]]
) -> list[ev.Event]:
    """Everything that a run tells while it is played so, until it is interrupted."""
    heard, clock = Remembering(), Clock()
    with opened(text) as run:
        announcer = Announcer(run, heard, clock)
        await announcer.started()
        await play(run, announcer, clock)
        await announcer.broke_off(KeyboardInterrupt())
    return heard.events


def told(text: str, play: Callable[[Run, Announcer, Clock], Awaitable[None]]) -> list[ev.Event]:
    """The same, for a test that is not asynchronous itself."""
    return asyncio.run(tell(text, play))


async def one_by_one(
    run: Run,
    announcer: Announcer,
    clock: Clock,
    wait_s: float,
    *,
    before: int = 0,
    most: int | None = None,
) -> None:
    """Play all, or as many as `most`, each in `wait_s`, once `before` of them have been played."""
    episodes = list(run.plan.episodes())
    known = [played(episode) for episode in episodes[:before]]
    run.add(known)
    announcer.add(known)
    for episode in episodes[before:][:most]:
        results = [played(episode)]
        run.add(results)
        announcer.add(results)
        clock.now_s += wait_s
        await announcer.tick()
