"""Commands that check the engine, a program or this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from engine.seeds import MAX_SEED
from flows.cli.options import (
    CAPTAINS,
    JSON,
    RUNS,
    SEED,
)


def fidelity(
    *,
    format_: Annotated[
        Literal["T20", "ODI"] | None,
        Parameter(name="--format", help="Which real matches to compare with. Default: T20."),
    ] = None,
    game: Annotated[
        Literal["men", "women"] | None,
        Parameter(help="Whose game; women play T20. Default: men."),
    ] = None,
    matches: Annotated[
        int | None,
        Parameter(help="Default: 20000 T20, 10000 ODI; with --assumptions 100 a pairing."),
    ] = None,
    era: Annotated[
        int | None, Parameter(help="One season; default: those of the real matches.")
    ] = None,
    seed: SEED = 1,
    through: Annotated[
        Literal["vectorised", "engine"] | None,
        Parameter(help="The simulator, or the engine itself. Default: vectorised."),
    ] = None,
    processes: Annotated[
        int | None, Parameter(help="For --through engine and --assumptions. Default: one a core.")
    ] = None,
    html: Annotated[Path | None, Parameter(help="Write a page with plots to this file.")] = None,
    assumptions: Annotated[
        bool,
        Parameter(negative=(), help="Ranks of the captains with what is assumed at 0.5, 1, 1.5."),
    ] = False,
    json: JSON = False,
) -> int:
    """Hold the engine against real cricket: every table side by side, a verdict a line.

    Exit code 1 where a line fails.

    Example: captains fidelity --format T20 --html fidelity.html
    """
    from flows.cli.checks import check_assumptions, check_fidelity, question_of, wanted_of

    if assumptions:
        alone = not any((format_, game, through, html))
        question = question_of(matches, seed, era, processes, alone=alone)
        return check_assumptions(question, as_json=json)
    wanted = wanted_of(format_ or "T20", game or "men", matches, seed, era, through, processes)
    return check_fidelity(wanted, html, as_json=json)


def compliance(
    url: str | None = None,
    /,
    *,
    preset: Annotated[str | None, Parameter(help="A captain of kind remote, for URL.")] = None,
    captains: CAPTAINS = None,
    token_env: Annotated[
        str | None, Parameter(help="The environment variable that holds its bearer token.")
    ] = None,
    timeout: Annotated[
        float | None, Parameter(help="Seconds for one answer; default 30, or the preset's.")
    ] = None,
    decisions: Annotated[int, Parameter(help="How many are asked first, 20 to 1000.")] = 60,
    seed: Annotated[
        int, Parameter(help=f"0 to {MAX_SEED}; the same seed asks the same questions.")
    ] = 1,
    out: Annotated[
        Path | None, Parameter(help="A folder for the requests that failed a check.")
    ] = None,
    json: JSON = False,
) -> int:
    """Check whether a program can lead a side over HTTP, and what it gets wrong.

    Exit code 1 where a check fails.

    Example: captains compliance http://127.0.0.1:8000/ --out failed
    """
    from flows.cli.compliance import check_compliance, program_of, wanted_of

    program = program_of(url, preset, captains or (), token_env, timeout)
    wanted = wanted_of(program, decisions, seed, out)
    return check_compliance(wanted, as_json=json)


def doctor(
    file: str | None = None,
    /,
    *,
    captains: CAPTAINS = None,
    ask: Annotated[
        bool,
        Parameter(
            negative="--no-ask",
            help="Ask endpoints and voices too, 3 s each at most, and try the storage.",
        ),
    ] = True,
    fix: Annotated[
        bool, Parameter(negative=(), help="Put right what is safe; no result is ever deleted.")
    ] = False,
    runs: RUNS = Path("runs"),
    json: JSON = False,
) -> int:
    """Find what a run needs and has not got, why that matters, and the command that mends it.

    FILE is a tournament file: are its captains' keys there, their prices known, their endpoints up?
    Exit code 1 where something is broken.

    Example: captains doctor friday-night.yaml --fix
    """
    from flows.cli.doctor import examine

    return examine(runs, as_json=json, file=file, presets=captains or (), ask=ask, fix=fix)
