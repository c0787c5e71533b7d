"""What a process of the pool does: play episodes, one after the other, and write each one down.

Plain functions without Prefect, so that a process is ready in a moment and a test can call them.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from engine.episode import play_episode
from engine.fanout import Observer
from engine.models import Models
from engine.record import RecordWriter, record_path
from engine.result import EpisodeResult
from engine.spec import EpisodeSpec
from engine.tool_captains import Services
from engine.wire import Told
from flows import gists
from flows.ledger import RunFolder
from flows.played import result_of_record
from spectator.reasoning import Shown


@dataclass(frozen=True, slots=True, kw_only=True)
class BusAddress:
    """Where events are published, with which token."""

    url: str
    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A batch as it travels to a process. `attempts` bounds how often an episode is tried in this
    run; `reasoning` says when what captains thought is shown on the bus. Without `cards` results
    come back as the ledger tells them: the scorecards are most of one.
    """

    folder: Path
    episodes: tuple[EpisodeSpec, ...]
    attempts: int
    bus: BusAddress | None = None
    reasoning: Shown = "live"
    cards: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Batched:
    """A batch as it comes back from a process, and what it took there: seconds of CPU."""

    results: tuple[EpisodeResult, ...]
    cpu_s: float


class Began:
    """An observer that says once that the match has begun: there is a record to seal."""

    def __init__(self, say: Callable[[], None]) -> None:
        self._say: Callable[[], None] | None = say

    async def on_event(self, _: Told) -> None:
        say, self._say = self._say, None
        if say is not None:
            say()

    async def aclose(self) -> None: ...


def warm_up() -> None:
    """Load what every episode needs, once a process."""
    shipped_models()


@cache
def shipped_models() -> Models:
    """The models that ship, loaded once a process."""
    return Models.shipped()


def play_timed(job: Job) -> Batched:
    """As `play_job`, in a process that does nothing else meanwhile."""
    began_s = time.process_time()
    results = play_job(job)
    return Batched(results=results, cpu_s=time.process_time() - began_s)


def play_job(job: Job) -> tuple[EpisodeResult, ...]:
    """The last result of each episode; every attempt is in the ledger, every record sealed."""
    with RunFolder(job.folder).playing(), asyncio.Runner() as runner:
        return runner.run(_play_all(job))


async def _play_all(job: Job) -> tuple[EpisodeResult, ...]:
    folder = RunFolder(job.folder)
    if job.bus is None:
        return await _play_each(job, folder)
    from spectator import BusPublisher

    publisher = BusPublisher(
        job.bus.url, job.bus.token, spool=folder.spool, reasoning=job.reasoning
    )
    async with publisher:
        results = await _play_each(job, folder, [publisher.observer()])
    if report := publisher.report.dropped:
        lost = f"{report} events did not reach the bus: {publisher.report.why}"
        last = results[-1]
        results = (*results[:-1], replace(last, observer_failures=(*last.observer_failures, lost)))
    return results


async def _play_each(
    job: Job, folder: RunFolder, observers: Sequence[Observer] = ()
) -> tuple[EpisodeResult, ...]:
    results = []
    for spec in job.episodes:
        result = await play_until_it_counts(
            folder, spec, attempts=job.attempts, observers=observers
        )
        results.append(result if job.cards else replace(result, cards=()))
    return tuple(results)


async def play_until_it_counts(
    folder: RunFolder,
    spec: EpisodeSpec,
    *,
    attempts: int,
    observers: Sequence[Observer] = (),
    services: Services | None = None,
) -> EpisodeResult:
    """Play an episode; again, on the same seed, while it ends void, at most `attempts` times.

    It is not where another attempt would end in the same way. An episode that is sealed already is
    not played again: a task may run twice.
    """
    sealed = record_path(folder.records, spec.episode_id)
    if sealed.exists():
        return result_of_record(sealed)
    last = spec.attempt + attempts - 1
    while True:
        result = await play_once(folder, spec, observers, services)
        folder.append(result)
        if not result.end_reason.is_void:
            gists.keep(folder, result.episode_id)
        if not result.end_reason.may_pass or spec.attempt >= last:
            return result
        spec = spec.model_copy(update={"attempt": spec.attempt + 1})


async def play_once(
    folder: RunFolder,
    spec: EpisodeSpec,
    observers: Sequence[Observer],
    services: Services | None = None,
) -> EpisodeResult:
    """One attempt, with its record."""
    writer = RecordWriter(folder.records, spec.episode_id, spec.attempt)
    began_s = time.monotonic()
    try:
        result = await play_episode(
            spec, observers=[writer, *observers], models=shipped_models(), services=services
        )
    finally:
        writer.close()
    if writer.path is None:
        raise OSError(f"the record could not be written: {'; '.join(result.observer_failures)}")
    return replace(result, took_s=round(time.monotonic() - began_s, 3))
