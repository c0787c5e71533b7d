"""Commands about tournaments."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from flows.cli.options import (
    BUS,
    FRESH,
    JSON,
    RUNS,
    VERBOSE,
)


def demo(
    *,
    runs: RUNS = Path("runs"),
    fresh: FRESH = False,
    verbose: VERBOSE = False,
    json: JSON = False,
) -> int:
    """Play four captains, everybody against everybody, live in the browser.

    On a terminal the page and the Prefect UI stay up until Ctrl-C. The same command again resumes.

    Example: captains demo
    """
    from flows.cli.tournaments import run_demo

    return run_demo(runs, fresh=fresh, as_json=json, verbose=verbose)


def run(
    file: str,
    /,
    *,
    occasion: Annotated[str, Parameter(help="Another occasion plays new matches.")] = "1",
    bus: BUS = None,
    runs: RUNS = Path("runs"),
    fresh: FRESH = False,
    verbose: VERBOSE = False,
    json: JSON = False,
) -> int:
    """Play a tournament file; the same command again resumes it.

    Example: captains run friday-night.yaml
    """
    from flows.cli.tournaments import run_file

    return run_file(
        file, runs, occasion=occasion, fresh=fresh, as_json=json, bus_url=bus, verbose=verbose
    )


def plan(
    file: str,
    /,
    *,
    pilot: Annotated[
        int | None, Parameter(help="Play so many of the run's own first pairs, and plan from them.")
    ] = None,
    occasion: Annotated[str, Parameter(help="Which occasion is planned.")] = "1",
    runs: RUNS = Path("runs"),
    json: JSON = False,
) -> int:
    """Say what a tournament will take (calls, tokens, dollars, hours) and what it can tell (Elo).

    Nothing is played and nobody is asked, unless --pilot says so.

    Example: captains plan friday-night.yaml --pilot 6
    """
    from flows.cli.plans import plan_file

    return plan_file(file, runs, occasion=occasion, pilot=pilot, as_json=json)


def check(file: str, /, *, json: JSON = False) -> int:
    """Say what a tournament file means, or what is wrong with it, line by line.

    Example: captains check friday-night.yaml
    """
    from flows.cli.tournaments import check_file

    return check_file(file, as_json=json)


def report(
    run: str,
    /,
    *,
    pool: Annotated[
        bool, Parameter(negative=(), help="All occasions of the tournament RUN together.")
    ] = False,
    cockpit: Annotated[
        str | None,
        Parameter(help="Where balls link to: the URL of a page that has the run's matches."),
    ] = None,
    runs: RUNS = Path("runs"),
    json: JSON = False,
) -> int:
    """Say what a run found, and write it into its folder as a page: report.html.

    RUN is the run's folder, or a tournament's name: its latest run.

    Example: captains report friday-night
    """
    from flows.cli.reports import report_run

    return report_run(run, runs, cockpit, pool=pool, as_json=json)


def export(
    run: str,
    /,
    *,
    to: Annotated[
        Literal["csv", "cricsheet", "decisions"],
        Parameter(help="Tables; matches as Cricsheet JSON; a line of JSON a decision."),
    ],
    out: Annotated[
        Path | None, Parameter(help="The folder to write to; default: export/ in the run's folder.")
    ] = None,
    runs: RUNS = Path("runs"),
    json: JSON = False,
) -> int:
    """Write a run's results in a format that others read.

    RUN is the run's folder, or a tournament's name: its latest run.

    Example: captains export friday-night --to cricsheet
    """
    from flows.cli.exports import export_run

    return export_run(run, runs, to, out, as_json=json)


def prune(
    name: str,
    /,
    *,
    occasions: Annotated[
        int | None, Parameter(help="Keep the records of so many runs, the newest.")
    ] = None,
    days: Annotated[
        int | None, Parameter(help="Keep those of runs that were played in so many days.")
    ] = None,
    dry_run: Annotated[
        bool, Parameter(negative=(), help="Only say what would be deleted.")
    ] = False,
    runs: RUNS = Path("runs"),
    json: JSON = False,
) -> int:
    """Delete the records of a tournament's old runs. Results are kept, and ratings with them.

    Example: captains prune nightly-ladder --occasions 30
    """
    from flows.cli.pruning import prune_runs

    return prune_runs(name, runs, occasions=occasions, days=days, dry=dry_run, as_json=json)
