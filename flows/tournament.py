"""The tournament flow. A fixture batch is a task; scripted play runs in processes that the run
owns.
"""

from __future__ import annotations

import time
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeVar, cast

from prefect import flow, runtime, task
from prefect.cache_policies import NO_CACHE
from prefect.utilities.annotations import opaque

from engine.errors import CaptainUnavailable
from engine.result import EpisodeResult
from engine.spec import EpisodeSpec
from engine.tool_captains import Services
from flows import artifacts, catalogue, earlier, tags
from flows.announce import said_aloud
from flows.commentary import Telling
from flows.config import SCHEDULED, TournamentConfig, spec_of
from flows.featuring import Channel, channel
from flows.handing_out import play_shards
from flows.heeding import heeding
from flows.last_word import LastWord
from flows.leasing import leased
from flows.lending import answers_home, check_secrets, lent
from flows.live_streams import none_left
from flows.opening import in_slices, opened
from flows.order import Order
from flows.people import check_can_be_asked
from flows.play import Job, play_timed, play_until_it_counts, warm_up
from flows.pool import RETRIES, ProcessPool
from flows.publishing import publisher
from flows.reporting import reported, tidied
from flows.run import Run
from flows.screen import Screen
from flows.stage import Stage, current_stage
from flows.story import counts_of, ended_run
from flows.summary import RunSummary, summary_of
from flows.together import together
from flows.views import Views
from flows.work import Batch
from spectator import BusPublisher
from tournaments import BadTournamentFile
from tournaments.running import TEMPLATES

INFRASTRUCTURE: Final = (BrokenProcessPool, CaptainUnavailable, OSError)

T = TypeVar("T")


def is_infrastructure(_task: Any, _task_run: Any, state: Any) -> bool:
    """Whether a failed task may be run again: never for a bug of ours."""
    return isinstance(state.data, INFRASTRUCTURE)


def run_name() -> str:
    """What people read in the list of runs: `friday-night · occasion 1`."""
    config = TournamentConfig.model_validate(runtime.flow_run.parameters["config"])
    return f"{name_of(config)} · occasion {occasion_of(config)}"


def name_of(config: TournamentConfig) -> str:
    """The tournament's; of a file that cannot be read, the file's."""
    with suppress(BadTournamentFile):
        return spec_of(config).name
    return Path(config.file or "tournament").stem


@flow(name="tournament", flow_run_name=run_name, persist_result=True, result_serializer="json")
async def tournament(config: TournamentConfig) -> RunSummary:
    """Play what is missing of a tournament, and publish its table."""
    started_s, stage = time.monotonic(), current_stage()
    order = Order.of(spec_of(config), occasion_of(config))
    me = earlier.this_flow_run()
    await tags.tag(tags.of_tournament(order.spec))
    async with (
        LastWord() as last,
        heeding(stage),
        opened(order, Path(config.runs), fresh=config.fresh, flow_run=me) as run,
    ):
        last.counts = lambda: counts_of(run.kept + run.book.void, run.total, run.book.void)
        await earlier.close(run.earlier_flow_run, me)
        if await earlier.recall(run.recalled):
            run.has_recalled()
        if config.pilot is not None:
            run.only_first(config.pilot)
        telling, shown = telling_of(run), run.spec.spectate.reasoning
        async with (
            none_left(stage.bus, lambda: [run.folder]),
            publisher(stage.bus, run.folder, shown, said_aloud(stage)) as bus,
        ):
            views = Views(run, stage, bus)
            home, slots = answers_home(Path(config.runs)), run.spec.limits.llm
            async with (
                leased(slots, said_aloud(stage)) as limiter,
                lent(home, run.budgets, limiter, stage.bus) as services,
            ):
                check_can_be_asked(run.captains.values(), stage.bus)
                await check_secrets([*run.captains.values(), *telling.writers], services.secrets)
                make = partial(Screen, run, stage, views=views, services=services, telling=telling)
                screens = None if bus is None else partial(make, bus)
                async with views.on():
                    async with channel(run, screens) as screened:
                        with ProcessPool(run.processes, warm_up) as pool:
                            await play(Hall(run, stage, views, pool, services, bus), screened)
                        run.close()
                        stage.reporter.finished(run, still_on=screened.is_on)
                    summary = summary_of(run, time.monotonic() - started_s)
                    report = await reported(run, stage, summary)
                    story = await views.finished(summary, report)
            await tidied(run, stage)
            return ended_run(summary, story)


@task(
    name="fixtures",
    task_run_name="{batch.title}",
    retries=RETRIES,
    retry_delay_seconds=[1, 5],
    retry_condition_fn=is_infrastructure,
    persist_result=True,
    result_serializer="json",
    cache_policy=NO_CACHE,
)
async def fixtures(hall: Hall, batch: Batch) -> list[str]:
    """Play a batch of episodes in a process of the run; gives their results in words."""
    if runtime.task_run.run_count > 1:  # its process died: no attempt's number is used twice
        batch = hall.run.again(batch)
    return [result.result for result in await play_batch(hall, batch)]


@dataclass(slots=True)
class Hall:
    """Where a run is played: its processes, and what shows it."""

    run: Run
    stage: Stage
    views: Views
    pool: ProcessPool
    services: Services
    bus: BusPublisher | None


def closed(argument: T) -> T:
    """A task's argument into which Prefect does not look: else it searches all that a batch holds
    for futures, for a third of a millisecond an episode.
    """
    return cast(T, opaque(argument))


async def play_batch(hall: Hall, batch: Batch) -> tuple[EpisodeResult, ...]:
    """Play a batch in a process, count it and show it."""
    run, stage = hall.run, hall.stage
    everybody = run.spec.spectate.episodes == "all"
    job = Job(
        folder=run.folder.path,
        episodes=batch.episodes,
        attempts=run.attempts,
        bus=stage.bus if everybody else None,
        reasoning=run.spec.spectate.reasoning,
        cards=artifacts.has_scorecards(run),
    )
    with run.playing.of(batch.episodes, on_bus=everybody):
        played = await hall.pool.run(play_timed, job)
    results = played.results
    run.lengths.note(len(results), played.cpu_s)
    for failure in {failure for result in results for failure in result.observer_failures}:
        stage.reporter.trouble(failure)
    await hall.views.add(results)
    await artifacts.show_scorecards(run, results)
    return results


@task(name="pair", task_run_name="{batch.title}", cache_policy=NO_CACHE)
async def pair(hall: Hall, batch: Batch) -> list[str]:
    """Play a pair of captains that call tools, on the loop; gives its results in words."""
    return [result.result for result in await play_pair(hall, batch)]


async def play_pair(hall: Hall, batch: Batch) -> list[EpisodeResult]:
    """Play both legs at once, count each as it ends, and show them."""
    run, bus = hall.run, hall.bus
    everybody = bus is not None and run.spec.spectate.episodes == "all"
    results: list[EpisodeResult] = []

    async def leg(spec: EpisodeSpec) -> None:
        with run.playing.of([spec], on_bus=everybody):
            result = await play_until_it_counts(
                run.folder,
                spec,
                attempts=run.attempts,
                observers=[bus.observer()] if everybody and bus else [],
                services=hall.services,
            )
        results.append(result)
        await hall.views.add([result])

    await together(leg(spec) for spec in batch.episodes)
    await artifacts.show_scorecards(run, results)
    return results


async def play(hall: Hall, shown: Channel) -> None:
    """Play all that is missing, then what follows from it."""
    run = hall.run
    await play_missing(hall, shown)
    while run.stopped is None and await grown(run):
        await hall.views.grown()
        await play_missing(hall, shown)


async def play_missing(hall: Hall, shown: Channel) -> None:
    """Play every missing episode, the featured match beside the rest."""
    await shown.begin()
    await play_batches(hall)
    unseen = await shown.gave_up()
    if unseen is not None:
        hall.run.missing[unseen.episode_id] = unseen
        await play_batches(hall)


async def grown(run: Run) -> bool:
    """Add to the plan what follows from the results; whether anything is missing."""
    await in_slices(run.growing())
    return bool(run.missing)


async def play_batches(hall: Hall) -> None:
    """Play every missing episode. Only as many tasks are open as keep the processes busy."""
    run = hall.run
    if run.spec.execution.mode == "workers":
        await play_shards(run, hall.stage, hall.views, hall.pool)
        run.missing.clear()
        return
    todo, asked = run.batches(), run.pairs()

    async def player() -> None:
        for batch in todo:
            if run.is_late():  # a budget of tokens or dollars does not bind who spends none
                return
            await fixtures(closed(hall), closed(batch))

    async def asker() -> None:
        for batch in asked:
            if run.is_late() or run.stopped is not None:
                return
            if all(run.can_play(spec) for spec in batch.episodes):
                await play_if_it_fits(hall, batch)

    players = [player() for _ in range(run.processes + 1)]
    await together([*players, *(asker() for _ in range(run.spec.execution.open_episodes // 2))])
    run.missing.clear()


async def play_if_it_fits(hall: Hall, batch: Batch) -> None:
    """Begin a pair where the run's budgets have room for the whole of it; else the run stops."""
    run = hall.run
    async with run.room.pair(batch.episodes) as why_not:
        if why_not is not None:
            run.stop(f"the run's budget leaves no room for another pair: {why_not}")
        elif run.stopped is None:
            await pair(closed(hall), closed(batch))


def telling_of(run: Run) -> Telling:
    """How the featured match is told. Raises the spectator's `Unavailable`."""
    spectate = run.spec.spectate
    if spectate.episodes == "none":
        return Telling()
    name = spectate.commentary
    if name == TEMPLATES:
        return Telling.of(spectate.speech, None)
    return Telling.of(spectate.speech, run.captains.get(name) or catalogue.known().resolve(name))


def occasion_of(config: TournamentConfig) -> str:
    """The occasion; a schedule's is the time for which the run was scheduled."""
    if config.occasion != SCHEDULED:
        return config.occasion
    return f"{runtime.flow_run.scheduled_start_time:%Y%m%dT%H%M%SZ}"
