"""A single match: what was typed, played in this process or on the featured channel, and shown."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from engine.captains import CaptainSpec, resolve
from engine.cricket.formats import format_named, format_of
from engine.packs import Pack, load_pack
from flows import settings
from flows.cli.numbers import check_delay, check_era, check_pace, check_seed
from flows.cli.terminal import BadInput, Exit, answer_json, note, say

if TYPE_CHECKING:
    from engine.fanout import Observer
    from engine.result import EpisodeResult
    from engine.spec import EpisodeSpec
    from flows.accounts import CaptainAccount
    from flows.ledger import RunFolder
    from flows.play import BusAddress
    from flows.work import SquadsWord
    from spectator.reasoning import Shown
    from tournaments.running import Speech

DEFAULT_FORMAT: Final = "T20"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A match as it was typed, checked."""

    home: CaptainSpec
    away: CaptainSpec
    overs: int
    seed: int
    squads: SquadsWord | tuple[str, str]
    super_over: bool
    era: int
    pack: str = "standard"
    entry: str | None = None

    @classmethod
    def of(
        cls,
        home: str,
        away: str,
        format_: str | None,
        overs: int | None,
        seed: int,
        squads: str,
        *,
        super_over: bool,
        era: int,
        pack: str = "standard",
        entry: str | None = None,
        captains: Sequence[Path] = (),
    ) -> Wanted:
        """Raises `BadInput`, or the engine's own errors about captains, formats, squads and
        packs.
        """
        check_seed(seed)
        check_era(era)
        from engine.setup import check_playable
        from flows.work import squad_names

        length, named = _overs(format_, overs, load_pack(pack), entry), _squads(squads)
        check_playable(squad_names(named), length)
        return cls(
            home=resolve(home, captains),
            away=resolve(away, captains),
            overs=length,
            seed=seed,
            squads=named,
            super_over=super_over,
            era=era,
            pack=pack,
            entry=entry,
        )

    def fields(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


def _overs(format_: str | None, overs: int | None, pack: Pack, entry: str | None) -> int:
    """The length that was asked for, held to the pack, or else the pack's own."""
    if format_ is not None and overs is not None:
        raise BadInput("--format and --overs are both given; allowed: one of them")
    if entry is not None:
        pack.entry(entry)
    if overs is not None:
        wanted = format_of(overs).max_overs
    elif format_ is not None:
        wanted = format_named(format_).max_overs
    else:
        return pack.overs or format_named(DEFAULT_FORMAT).max_overs
    if not pack.fits(wanted):
        raise BadInput(
            f"pack {pack.name} is of {pack.overs} overs an innings, not {wanted}; "
            "allowed: leave --format and --overs out"
        )
    return wanted


def _squads(text: str) -> SquadsWord | tuple[str, str]:
    from engine.squads import BUILT_IN, load_squad
    from flows.work import is_squads_word

    if is_squads_word(text):
        return text
    names = text.split(",")
    if len(names) != 2:
        known = ", ".join(BUILT_IN)
        raise BadInput(
            f"--squads {text}: allowed: drawn, drawn-women, built-in, or HOME,AWAY of {known}"
        )
    for name in names:
        load_squad(name)
    return names[0], names[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Showing:
    """Where a match is shown and how fast, when what captains think is, and who speaks.
    `balls_per_s` None: the flow's own pace on a terminal, at full speed elsewhere. `verbose`: a
    line about it on stderr too.
    """

    bus_url: str | None = None
    reasoning: Shown = "live"
    speech: Speech = "none"
    balls_per_s: float | None = None
    verbose: bool = False

    def check(self, *, featured: bool) -> None:
        """Raises `BadInput`."""
        if self.speech != "none" and not featured:
            raise BadInput("--speech: only with --featured, whose commentary is told")
        if self.balls_per_s is not None and not featured:
            raise BadInput("--balls-per-s: only with --featured, whose match is shown")
        check_delay(self.reasoning)
        check_pace(self.balls_per_s)


def play_match(wanted: Wanted, runs: Path, showing: Showing, *, as_json: bool) -> int:
    """`captains play`: one match in this process, without a Prefect server."""
    from flows.cli.players import tell_people
    from flows.people import check_can_be_asked, people
    from flows.single import MatchReport, SingleMatch, singles_folder
    from flows.stage import bus_at

    spec, folder = SingleMatch(**wanted.fields()).spec(), singles_folder(runs)
    asked = people((spec.home, spec.away))
    named = showing.bus_url
    bus = bus_at(named, [settings.home(runs)]) if asked or named is not None else None
    check_can_be_asked((spec.home, spec.away), bus)
    tell_people(asked, bus)
    if bus is not None:
        spec = folder.next_attempt(spec)
    result = asyncio.run(_played(spec, folder, runs, bus, showing.reasoning, as_json=as_json))
    folder.append(result)
    if showing.verbose:
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
    if result.end_reason.is_void:
        note(f"{result.result}: {result.error or 'no reason was given'}")
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
    from flows.play import play_once
    from flows.showing import keep_shown
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
        return await play_once(folder, spec, observers, services)


def play_featured(
    wanted: Wanted,
    runs: Path,
    showing: Showing,
    *,
    if_busy: Literal["wait", "refuse"],
    as_json: bool,
) -> int:
    """`captains play --featured`: the episode flow, on the featured channel."""
    from flows.cli.progress import TerminalReporter
    from flows.cli.session import session
    from spectator.speech import Wish, check_wish

    if not isinstance(wanted.squads, str):
        raise BadInput("--featured plays with --squads drawn, drawn-women or built-in")
    check_wish(Wish(showing.speech), os.environ)
    reporter = TerminalReporter(quiet=as_json, verbose=showing.verbose)
    bus_url = showing.bus_url
    paced = True if showing.balls_per_s is not None else None
    opening = session(runs, quiet=as_json, bus_url=bus_url, reporter=reporter, paced=paced)
    with opening as opened:
        if opened.stage.page:
            note(f"page: {opened.stage.page}")
        from flows.config import PACE, EpisodeConfig
        from flows.episode import episode
        from flows.single import SingleMatch, singles_folder

        match = SingleMatch(**wanted.fields())
        config = EpisodeConfig(
            home=wanted.home.name,
            away=wanted.away.name,
            overs=wanted.overs,
            seed=wanted.seed,
            squads=wanted.squads,
            super_over=wanted.super_over,
            era=wanted.era,
            pack=wanted.pack,
            entry=wanted.entry,
            featured=True,
            if_busy=if_busy,
            attempt=singles_folder(runs).next_attempt(match.spec()).attempt,
            reasoning=showing.reasoning,
            speech=showing.speech,
            runs=str(runs),
            balls_per_s=showing.balls_per_s or PACE,
        )
        report = opened.call(lambda: episode(config))
    if as_json:
        answer_json(report.model_dump())
    else:
        from engine.replay import replay_record

        show_match(asyncio.run(replay_record(Path(report.record))).result)
        show_accounts(report.captains)
        note(f"record: {report.record}")
    return _exit_of(report.end_reason)


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
