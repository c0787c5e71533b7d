"""Commands about single matches: play, simulate, replay."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from engine.captains import CaptainSpec, is_scripted, resolve
from engine.cricket.formats import format_named, format_of
from engine.packs import Pack, load_pack
from flows.cli.numbers import check_era, check_processes, check_seed
from flows.cli.terminal import BadInput, Exit, WorkFailed, answer_json, note, say

if TYPE_CHECKING:
    from engine.fanout import Observer
    from engine.result import EpisodeResult
    from engine.spec import EpisodeSpec
    from flows.accounts import CaptainAccount
    from flows.ledger import RunFolder
    from flows.play import BusAddress
    from flows.simulate import SimulationSummary
    from flows.work import SquadsWord
    from spectator.reasoning import Shown
    from tournaments.spec import Speech

DEFAULT_FORMAT: Final = "T20"
MOST_MATCHES: Final = 10_000_000


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
    """Where a match is shown, when what captains think is, and who speaks."""

    bus_url: str | None = None
    reasoning: Shown = "live"
    speech: Speech = "none"


def play_match(wanted: Wanted, runs: Path, showing: Showing, *, as_json: bool) -> int:
    """`captains play`: one match in this process, without a Prefect server."""
    from flows.cli.players import tell_people
    from flows.people import check_can_be_asked, people
    from flows.single import MatchReport, SingleMatch, singles_folder
    from flows.stage import bus_at

    spec, folder = SingleMatch(**_fields(wanted)).spec(), singles_folder(runs)
    asked = people((spec.home, spec.away))
    named = showing.bus_url
    bus = bus_at(named) if asked or named is not None else None
    check_can_be_asked((spec.home, spec.away), bus)
    tell_people(asked, bus)
    if bus is not None:
        spec = folder.next_attempt(spec)
    result = asyncio.run(_played(spec, folder, runs, bus, showing.reasoning, as_json=as_json))
    folder.append(result)
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
    from flows.work import waits

    observers: list[Observer] = [Ticker()] if waits(spec) and not as_json else []
    async with AsyncExitStack() as stack:
        services = None
        if waits(spec):
            services = await stack.enter_async_context(lent_to_one(runs, bus))
        from flows.publishing import publisher

        opened = await stack.enter_async_context(publisher(bus, folder, reasoning, note))
        if opened is not None:
            observers.append(opened.observer())
        return await play_once(folder, spec, observers, services)


def _fields(wanted: Wanted) -> dict[str, Any]:
    return {name: getattr(wanted, name) for name in wanted.__slots__}


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
    reporter = TerminalReporter(quiet=as_json)
    bus_url = showing.bus_url
    with session(runs, quiet=as_json, bus_url=bus_url, reporter=reporter) as opened:
        if opened.stage.page and not as_json:
            note(f"page: {opened.stage.page}")
        from flows.config import EpisodeConfig
        from flows.episode import episode
        from flows.single import SingleMatch, singles_folder

        match = SingleMatch(**_fields(wanted))
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


def simulate_matches(
    wanted: Wanted, matches: int, out: Path, *, processes: int | None, as_json: bool
) -> int:
    """`captains simulate`."""
    from flows.pool import cores
    from flows.simulate import Simulation, simulate
    from flows.single import SingleMatch

    _examine_simulation(matches, out, processes)
    for seat, captain in (("--home", wanted.home), ("--away", wanted.away)):
        if not is_scripted(captain):
            raise BadInput(
                f"{seat} {captain.name}: he is waited for; allowed: captains who answer at once; "
                "`captains play` and `captains run` play the others"
            )
    match = SingleMatch(**_fields(wanted))
    simulation = Simulation(match=match, matches=matches, seed=wanted.seed)
    summary = asyncio.run(simulate(simulation, out, processes or cores()))
    return _tell_simulated(summary, out, as_json=as_json)


def simulate_in_bulk(
    wanted: Wanted, matches: int, out: Path, *, processes: int | None, as_json: bool
) -> int:
    """`captains simulate --vectorised`."""
    from flows.vectorised import Vectorised, simulate_vectorised
    from flows.work import squad_names

    _examine_simulation(matches, out, processes)
    if {wanted.home.kind, wanted.away.kind} != {"baseline"}:
        raise BadInput("--vectorised plays baseline against baseline; leave out --home and --away")
    if wanted.super_over:
        raise BadInput("--vectorised plays no super overs; leave out --super-over")
    if processes is not None:
        raise BadInput("--vectorised plays on one core; leave out --processes")
    order = Vectorised(
        matches=matches,
        overs=wanted.overs,
        squads=squad_names(wanted.squads),
        era=wanted.era,
        seed=wanted.seed,
    )
    return _tell_simulated(simulate_vectorised(order, out), out, as_json=as_json)


def _examine_simulation(matches: int, out: Path, processes: int | None) -> None:
    if not 1 <= matches <= MOST_MATCHES:
        raise BadInput(f"--matches {matches}: allowed: 1 to {MOST_MATCHES}")
    check_processes(processes)
    if out.is_file():
        raise BadInput(f"--out {out}: is not a folder; allowed: one, or a new name")


def _tell_simulated(summary: SimulationSummary, out: Path, *, as_json: bool) -> int:
    if as_json:
        answer_json(summary.model_dump())
        return Exit.DONE
    say(f"{summary.matches} matches, {summary.deliveries} deliveries, {summary.seconds} s")
    if summary.played_per_s is not None:
        say(f"{summary.matches_per_s:.0f} a second, {summary.played_per_s:.0f} without the writing")
    say(f"{out}/matches.csv.gz and {out}/deliveries.csv.gz")
    return Exit.DONE


def replay_episode(named: str, runs: Path, *, as_json: bool) -> int:
    """`captains replay`."""
    from engine.replay import replay_record

    path = find_record(named, runs)
    replay = asyncio.run(replay_record(path))
    recorded, again = replay.ending.data, replay.result
    if as_json:
        answer_json(
            {
                "episode_id": replay.header.episode_id,
                "record": str(path),
                "identical": replay.identical,
                "same_coefficients": replay.same_coefficients,
                "record_digest": recorded.record_digest,
                "replayed_digest": again.record_digest,
                "end_reason": recorded.end_reason.value,
                "winner": recorded.winner,
                "result": recorded.result,
                "innings": [line.model_dump(mode="json") for line in recorded.innings],
                "deliveries": recorded.deliveries,
            }
        )
        return Exit.DONE if replay.identical else Exit.FAILED
    show_match(again)
    if not replay.identical:
        why = "" if replay.same_coefficients else "; it was played with another ball model"
        raise WorkFailed(f"{path}: the replay differs from what was recorded{why}")
    note(f"{path}: the replay is identical, {recorded.record_digest}")
    return Exit.DONE


def find_record(named: str, runs: Path) -> Path:
    """The record that `named` means: a path, or an episode id below `runs`; raises `BadInput`."""
    path = Path(named)
    if path.is_file():
        return path
    if "/" not in named and named not in ("", ".", ".."):
        found = [p for p in runs.rglob("records/*.jsonl") if p.stem == named]
        if len(found) > 1:
            raise BadInput(f"{named}: {len(found)} records have this id: {_listed(found)}")
        if found:
            return found[0]
    raise BadInput(f"{named}: no such record, and no episode of that id below {runs}")


def _listed(paths: Sequence[Path]) -> str:
    return ", ".join(str(path) for path in sorted(paths)[:3])
