"""A single match: played in this process or on the featured channel, and shown."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from contextlib import AsyncExitStack, ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from flows import settings
from flows.cli.options import ShowOptions
from flows.cli.terminal import BadInput, Exit, answer_json, note, say
from flows.cli.wanted import Wanted

if TYPE_CHECKING:
    from engine.fanout import Observer
    from engine.result import EpisodeResult
    from engine.spec import EpisodeSpec
    from flows.accounts import CaptainAccount
    from flows.config import EpisodeConfig
    from flows.ledger import RunFolder
    from flows.play import BusAddress
    from flows.single import MatchReport
    from spectator.reasoning import Shown


def play_match(
    wanted: Wanted, runs: Path, show: ShowOptions, *, verbose: bool, as_json: bool
) -> int:
    """`captains play`: one match in this process, without a Prefect server."""
    from flows.cli.players import tell_people
    from flows.people import check_can_be_asked, people
    from flows.single import MatchReport, SingleMatch, singles_folder
    from flows.stage import bus_at
    from flows.work import waits

    spec, folder = SingleMatch(**wanted.fields()).spec(), singles_folder(runs)
    asked = people((spec.home, spec.away))
    named = show.bus
    bus = bus_at(named, [settings.home(runs)]) if asked or named is not None else None
    check_can_be_asked((spec.home, spec.away), bus)
    tell_people(asked, bus)
    with ExitStack() as stack:
        if bus is not None or waits(spec):  # scripted captains play the same again
            spec = stack.enter_context(folder.attempt(spec))
        result = asyncio.run(_played(spec, folder, runs, bus, show.reasoning, as_json=as_json))
    if verbose:
        from flows.log import line_of

        note(line_of(result))
    record = folder.record_of(result)
    if as_json:
        answer_json(MatchReport.of(result, spec, record).model_dump())
    else:
        if spec.start is not None:
            say(f"pack {spec.pack}, entry {spec.entry}")
        show_match(result)
        from flows.accounts import accounts_of_match

        show_accounts(accounts_of_match(result))
        note(f"record: {record}")
    _tell_void(result)
    return _exit_of(result.end_reason)


async def _played(
    spec: EpisodeSpec,
    folder: RunFolder,
    runs: Path,
    bus: BusAddress | None,
    reasoning: Shown,
    *,
    as_json: bool,
) -> EpisodeResult:
    """The match, told on the terminal while captains think, and on the bus where there is one."""
    from flows.cli.ticker import Ticker
    from flows.lending import lent_to_one
    from flows.showing import keep_shown
    from flows.single import play_single
    from flows.work import waits

    observers: list[Observer] = [Ticker()] if waits(spec) and not as_json else []
    keep_shown(folder, spec, reasoning)
    async with AsyncExitStack() as stack:
        services = None
        if waits(spec):
            services = await stack.enter_async_context(lent_to_one(runs, bus))
        from flows.publishing import publisher

        opened = await stack.enter_async_context(publisher(bus, folder, reasoning, note))
        if opened is not None:
            observers.append(opened.observer())
        return await play_single(folder, spec, observers, services)


def play_featured(
    wanted: Wanted, runs: Path, show: ShowOptions, *, verbose: bool, as_json: bool
) -> int:
    """`captains play --featured`: the episode flow, on the featured channel."""
    from flows.cli.progress import TerminalReporter
    from flows.cli.session import session
    from spectator.speech import Wish, check_wish

    if not isinstance(wanted.squads, str):
        raise BadInput("--featured plays with --squads drawn, drawn-women or built-in")
    check_wish(Wish(show.speech), os.environ)
    reporter = TerminalReporter(quiet=as_json, verbose=verbose)
    paced = True if show.balls_per_s is not None else None
    opening = session(runs, quiet=as_json, bus_url=show.bus, reporter=reporter, paced=paced)
    with opening as opened:
        if opened.stage.page:
            note(f"page: {opened.stage.page}")
        from flows.episode import report_of

        config = _featured(wanted, runs, show)
        report = opened.call(lambda: report_of(config))
    if as_json:
        answer_json(report.model_dump())
    else:
        from engine.replay import replay_record

        replayed = asyncio.run(replay_record(Path(report.record))).result
        show_match(replace(replayed, result=report.result))  # a replay knows not why it broke off
        show_accounts(report.captains)
        note(f"record: {report.record}")
    _tell_void(report)
    return _exit_of(report.end_reason)


def _featured(wanted: Wanted, runs: Path, show: ShowOptions) -> EpisodeConfig:
    from flows.config import PACE, EpisodeConfig

    names = {"home": wanted.home.name, "away": wanted.away.name}
    return EpisodeConfig(
        **{**wanted.fields(), **names},
        featured=True,
        if_busy=show.if_busy,
        reasoning=show.reasoning,
        speech=show.speech,
        runs=str(runs),
        balls_per_s=show.balls_per_s or PACE,
    )


def _tell_void(played: EpisodeResult | MatchReport) -> None:
    """Why it counts for nobody, where that is so."""
    from engine.events import EndReason

    if EndReason(played.end_reason).is_void:
        note(f"{played.result}: {played.error or 'no reason was given'}")


def _exit_of(reason: str) -> int:
    from engine.events import EndReason

    if reason == EndReason.BAD_SETTINGS:
        return Exit.BAD_INPUT
    return Exit.FAILED if EndReason(reason).is_void else Exit.DONE


def show_match(result: EpisodeResult) -> None:
    """The match as a scorebook has it."""
    from engine.cricket.scorecard import render

    say(f"{result.home} (home) v {result.away} (away), seed {result.seed}")
    for card in result.cards:
        say(f"\n{result.batting_captain(card.number)} bats for {render(card)}")
    say(f"\n{result.result}")
    say(f"luck of {result.home}: {result.luck:+.3f}   {result.episode_id}")


def show_accounts(accounts: Sequence[CaptainAccount]) -> None:
    """Who decided and what it took, of captains who were waited for."""
    from flows.honesty import accounts_text

    if told := accounts_text(accounts):
        say(f"\n{told}")
