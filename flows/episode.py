"""The episode flow: one match between two captains, recorded, and shown where that is asked for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path

from prefect import flow, runtime

from engine.captains import CaptainSpec, resolve
from engine.fanout import Observer
from engine.options import DEFAULT_OVERS
from engine.packs import load_pack
from engine.spec import EpisodeSpec
from engine.tool_captains import Services
from engine.tool_captains.limiting import CEILING
from flows import artifacts, happenings, tags
from flows.announce import said_aloud
from flows.broadcast import FULL_SPEED, Broadcast
from flows.commentary import Telling, commentated
from flows.config import EpisodeConfig, PersonConfig
from flows.heeding import heeding
from flows.leasing import leased
from flows.ledger import RunFolder
from flows.lending import check_secrets, lent_to_one
from flows.limits import FeaturedMatch, featured_slot
from flows.log import log_episodes
from flows.people import check_can_be_asked
from flows.play import Began
from flows.publishing import publisher
from flows.showing import keep_shown
from flows.single import MatchReport, SingleMatch, play_single, singles_folder
from flows.stage import current_stage
from flows.story import MatchVoid, ended_match
from flows.work import title_of
from tournaments.running import TEMPLATES


def run_name() -> str:
    """What people read in the list of runs: `heuristic v baseline · 5 overs · seed 7`."""
    return run_name_of(EpisodeConfig.model_validate(runtime.flow_run.parameters["config"]))


def run_name_of(config: EpisodeConfig) -> str:
    sides = f"{_name(config.home)} v {_name(config.away)}"
    overs = overs_of(config)
    return f"{sides} · {overs} over{'s' if overs > 1 else ''} · seed {config.seed}"


def _name(captain: str | PersonConfig) -> str:
    return captain if isinstance(captain, str) else captain.name


def overs_of(config: EpisodeConfig) -> int:
    """The length of the match; raises the engine's `UnknownPack` or `BadYaml`."""
    return config.overs or load_pack(config.pack).overs or DEFAULT_OVERS


@flow(name="episode", flow_run_name=run_name, persist_result=True, result_serializer="json")
async def episode(config: EpisodeConfig) -> MatchReport:
    """Play one match. Raises `FeaturedBusy` where the featured channel is wanted, busy, and not
    waited for.
    """
    folder = singles_folder(Path(config.runs))
    spec = match_of(config).spec()
    # Who gives a number keeps it from others.
    attempt = nullcontext(spec) if config.attempt is not None else folder.attempt(spec)
    with attempt as spec:
        return await _played(config, spec, folder)


async def _played(config: EpisodeConfig, spec: EpisodeSpec, folder: RunFolder) -> MatchReport:
    runs, stage = Path(config.runs), current_stage()
    bus = stage.bus
    stage.reporter.flow_began(str(runtime.flow_run.id))
    await tags.tag(tags.of_match(_name(config.home), _name(config.away), spec.overs))
    check_can_be_asked((spec.home, spec.away), bus)
    telling = telling_of(config)
    keep_shown(folder, spec, config.reasoning)
    async with (
        heeding(stage),
        leased(CEILING, said_aloud(stage)) as limiter,
        lent_to_one(runs, bus, limiter) as services,
        watched(spec, config, folder, telling, services) as observers,
    ):
        began = Began(lambda: stage.reporter.playing(spec))
        result = await play_single(folder, spec, [began, *observers], services)
        log_episodes([result])
        stage.reporter.ended(result)
        await artifacts.show_scorecard(result)
        happenings.episode_ended(result)
    return ended_match(MatchReport.of(result, spec, folder.record_of(result)))


async def report_of(config: EpisodeConfig) -> MatchReport:
    """Play one match. Where it is void the flow run has failed; a report it has all the same."""
    try:
        return await episode(config)
    except MatchVoid as void:
        if void.report is None:  # it was raised in another process
            raise
        return void.report


def match_of(config: EpisodeConfig) -> SingleMatch:
    """The match that the parameters name; raises the engine's `UnknownPreset`."""
    return SingleMatch(
        home=_captain(config.home),
        away=_captain(config.away),
        overs=overs_of(config),
        seed=config.seed,
        squads=config.squads,
        super_over=config.super_over,
        era=config.era,
        pack=config.pack,
        entry=config.entry,
        attempt=config.attempt or 1,
    )


def _captain(captain: str | PersonConfig) -> CaptainSpec:
    return resolve(captain) if isinstance(captain, str) else captain.spec()


@asynccontextmanager
async def watched(
    spec: EpisodeSpec,
    config: EpisodeConfig,
    folder: RunFolder,
    telling: Telling,
    services: Services,
) -> AsyncIterator[list[Observer]]:
    """The observers of the match: its bus, where there is one; the featured channel, where it is
    asked for.
    """
    stage = current_stage()
    async with publisher(stage.bus, folder, config.reasoning, said_aloud(stage)) as bus:
        if not config.featured:
            yield [bus.observer()] if bus else []
            return
        match = FeaturedMatch(
            episode_id=spec.episode_id,
            title=title_of(spec),
            attempt=spec.attempt,
            page=stage.page,
        )
        async with featured_slot(match, wait=config.if_busy == "wait") as epoch:
            if bus is None or stage.bus is None:
                yield []
                return
            await check_secrets(telling.writers, services.secrets)
            pace = config.balls_per_s if stage.paced else FULL_SPEED
            hurried = asyncio.Event()
            shown = commentated(
                bus.observer(fence=epoch),
                telling,
                episode_id=spec.episode_id,
                bus=bus,
                address=stage.bus,
                services=services,
                hurried=hurried,
                paced=stage.paced,
            )
            async with shown as onto, Broadcast(onto, pace, hurried) as broadcast:
                yield [broadcast]


def telling_of(config: EpisodeConfig) -> Telling:
    """How a featured match is told. Raises the spectator's `Unavailable`, and `UnknownPreset`."""
    if not config.featured:
        return Telling()
    writer = None if config.commentary == TEMPLATES else resolve(config.commentary)
    return Telling.of(config.speech, writer)
