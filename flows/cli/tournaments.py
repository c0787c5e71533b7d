"""Commands about tournaments: demo, run, check."""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from engine.wording import duration
from flows.cli.terminal import Exit, answer_json, is_watched, note, say

if TYPE_CHECKING:
    from flows.cli.progress import TerminalReporter
    from flows.cli.session import Session
    from flows.order import Order
    from flows.summary import RunSummary

DEMO = "demo"
MOST_REASONS_SHOWN = 5


def run_demo(runs: Path, *, fresh: bool, as_json: bool, verbose: bool = False) -> int:
    """`captains demo`."""
    from tournaments.brackets import bracket_path

    file = str(bracket_path(DEMO))  # whatever the working folder holds under that name
    return _run(
        file,
        runs,
        occasion="1",
        fresh=fresh,
        as_json=as_json,
        stay=is_watched(),
        ready=True,
        verbose=verbose,
    )


def run_file(
    file: str,
    runs: Path,
    *,
    occasion: str,
    fresh: bool,
    as_json: bool,
    bus_url: str | None = None,
    verbose: bool = False,
) -> int:
    """`captains run FILE`."""
    return _run(
        file,
        runs,
        occasion=occasion,
        fresh=fresh,
        as_json=as_json,
        stay=False,
        bus_url=bus_url,
        verbose=verbose,
    )


def check_file(file: str, *, as_json: bool) -> int:
    """`captains check FILE`; raises `BadTournamentFile`."""
    from flows import catalogue
    from flows.needs import needs_of
    from flows.work import captains_of
    from tournaments import rule_text

    order = _ordered(file, "1")
    plan, spec = order.plan, order.spec
    captains = captains_of(spec, catalogue.known()).values()
    needs = list(needs_of(captains, in_dollars=spec.limits.usd is not None))
    if as_json:
        answer_json(
            {
                "file": file,
                "name": spec.name,
                "file_digest": order.file_digest,
                "captains": list(plan.captains),
                "fixtures": len(plan.fixtures),
                "episodes": plan.at_least,
                "episodes_at_most": plan.at_most,
                "overs": spec.match.max_overs,
                "needs": [asdict(need) for need in needs],
            }
        )
        return Exit.DONE
    more = ", and what follows from their results" if plan.grows else ""
    fixtures = f"{len(plan.fixtures)} fixture{'s' if len(plan.fixtures) > 1 else ''}"
    say(f"{spec.name}: {len(plan.captains)} captains, {fixtures}{more}")
    overs = spec.match.max_overs
    most = f" to {plan.at_most}" if plan.at_most > plan.at_least else ""
    say(f"{plan.at_least}{most} episodes of {overs} over{'s' if overs > 1 else ''} an innings")
    if (stopping := order.course(()).stopping) is not None:
        say(f"stop: {rule_text(stopping)}")
    say(f"digest {order.file_digest}")
    for need in needs:
        say(f"{need.state:<5}  {need.check}  {need.said}")
    return Exit.DONE


def _ordered(file: str, occasion: str) -> Order:
    """The tournament of a file, checked before anything is started."""
    from flows import catalogue
    from flows.order import Order

    return Order.of(catalogue.load(file), occasion)


def _run(
    file: str,
    runs: Path,
    *,
    occasion: str,
    fresh: bool,
    as_json: bool,
    stay: bool,
    ready: bool = False,
    bus_url: str | None = None,
    verbose: bool,
) -> int:
    from flows import catalogue
    from flows.cli.players import tell_people
    from flows.cli.progress import TerminalReporter
    from flows.people import people
    from flows.work import captains_of

    order = _ordered(file, occasion)
    refuse_to_play(order, runs)
    reporter = TerminalReporter(quiet=as_json, verbose=verbose)
    asked = people(captains_of(order.spec, catalogue.known()).values())
    has_bus = order.spec.spectate.episodes != "none" or bool(asked) or bus_url is not None
    from flows.cli.session import session

    answered = False
    try:
        with (
            session(runs, quiet=as_json, bus=has_bus, bus_url=bus_url, reporter=reporter) as opened,
            reporter,
        ):
            if ready:
                opened.make_ready()
            reporter.page = opened.stage.page if opened.stage.paced else None
            _tell_where(opened)
            tell_people(asked, opened.stage.bus)
            summary = _played(opened, file, occasion, runs, fresh=fresh)
            if as_json:
                answer_json(summary.model_dump())
                answered = True
            else:
                _tell_result(opened, summary, stay=stay)
            if stay and not as_json:
                _stay_up()
            return _exit_of(summary)
    except KeyboardInterrupt:
        return _interrupted(reporter, answered=answered, as_json=as_json)


def _interrupted(reporter: TerminalReporter, *, answered: bool, as_json: bool) -> Exit:
    if reporter.is_complete and (answered or not as_json):
        return Exit.DONE  # only the featured match was still being shown
    if as_json:
        answer_json({"error": reporter.interrupted(), "exit_code": int(Exit.INTERRUPTED)})
    note(f"\n{reporter.interrupted()}")
    return Exit.INTERRUPTED


def _exit_of(summary: RunSummary) -> Exit:
    if summary.unplayable:
        return Exit.BAD_INPUT
    return Exit.FAILED if summary.episodes.void or summary.stopped else Exit.DONE


def refuse_to_play(order: Order, runs: Path) -> None:
    """Say at once, before a server is started, that another process plays this run, or that its
    folder does not say what it is.
    """
    folder = order.folder(runs)
    with folder.held():
        folder.check_about()


def _played(opened: Session, file: str, occasion: str, runs: Path, *, fresh: bool) -> RunSummary:
    from flows.config import TournamentConfig

    return opened.played(
        TournamentConfig(file=file, occasion=occasion, fresh=fresh, runs=str(runs))
    )


def _tell_where(opened: Session) -> None:
    note(f"Prefect:  {opened.server.ui_url}")
    if opened.stage.page:
        note(f"page:     {opened.stage.page}")


def _tell_result(opened: Session, summary: RunSummary, *, stay: bool) -> None:
    from flows.honesty import accounts_text, spent_of_run

    counts = summary.episodes
    if told := accounts_text(summary.captains):
        say(f"\n{told}")
    say(
        f"\n{counts.played} played, {counts.resumed} resumed, {counts.void} void, "
        f"{counts.forfeit} forfeited in {duration(summary.seconds)}"
    )
    if summary.spent.get("calls"):
        say(f"spent {spent_of_run(summary.spent)}")
    if summary.stopping:
        say(f"verdict: {summary.stopping['said']}")
    if summary.stopped:
        say(f"stopped: {summary.stopped}; the same command with a larger budget plays the rest")
    for why in summary.unplayable:
        say(f"left out: {why}")
    for why in summary.unranked:
        say(f"not a ranking: {why}")
    for why in summary.voided[:MOST_REASONS_SHOWN]:
        say(f"void: {why}")
    if counts.void:
        say("void episodes count for nobody; the same command plays them again")
    say(f"record:    {summary.run_dir}")
    if summary.report:
        say(f"report:    {summary.report}")
    if stay or opened.server_stays():
        say(f"artifacts: {opened.server.artifacts_url}")
    else:  # the server ends with the command; its database stays
        say(f"artifacts: in Prefect's database, {os.environ['PREFECT_HOME']} (docs/operations.md)")
    if page := opened.stage.page if stay else opened.lasting_page():
        say(f"page:      {page}")


def _stay_up() -> None:
    """Keep page and Prefect UI up until Ctrl-C; the work is done."""
    note("\nthe page and the Prefect UI stay up; Ctrl-C ends them")
    with suppress(KeyboardInterrupt):
        threading.Event().wait()
