"""The commands and their options. Each is a few lines; the work is imported when a command runs."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import App, CycloptsError, Parameter, UnknownCommandError

from engine.cricket.state import CURRENT_ERA
from engine.seeds import MAX_SEED
from flows.cli.options import (
    BUS,
    CAPTAINS,
    ERA,
    FORMAT,
    FRESH,
    JSON,
    OVERS,
    PACK,
    RUNS,
    SEED,
    SQUADS,
    SUPER_OVER,
)
from flows.cli.terminal import BadInput, Exit, answer_json, note


def _version() -> str:
    from flows.catalogue import project_version

    return project_version()


app = App(
    name="captains",
    help="Find out which cricket captain is better, by how much, and how sure that is.",
    help_format="plaintext",
    suppress_keyboard_interrupt=False,  # `main` says it, and gives the exit code
    version=_version,
)


@app.command
def demo(*, runs: RUNS = Path("runs"), fresh: FRESH = False, json: JSON = False) -> int:
    """Play four captains, everybody against everybody, live in the browser.

    On a terminal the page and the Prefect UI stay up until Ctrl-C. The same command again resumes.

    Example: captains demo
    """
    from flows.cli.tournaments import run_demo

    return run_demo(runs, fresh=fresh, as_json=json)


@app.command
def run(
    file: str,
    /,
    *,
    occasion: Annotated[str, Parameter(help="Another occasion plays new matches.")] = "1",
    bus: BUS = None,
    runs: RUNS = Path("runs"),
    fresh: FRESH = False,
    json: JSON = False,
) -> int:
    """Play a tournament file; the same command again resumes it.

    Example: captains run friday-night.yaml
    """
    from flows.cli.tournaments import run_file

    return run_file(file, runs, occasion=occasion, fresh=fresh, as_json=json, bus_url=bus)


@app.command
def check(file: str, /, *, json: JSON = False) -> int:
    """Say what a tournament file means, or what is wrong with it, line by line.

    Example: captains check friday-night.yaml
    """
    from flows.cli.tournaments import check_file

    return check_file(file, as_json=json)


@app.command
def play(
    home: str,
    away: str,
    /,
    *,
    format_: FORMAT = None,
    overs: OVERS = None,
    seed: SEED = 1,
    squads: SQUADS = "drawn",
    era: ERA = CURRENT_ERA,
    super_over: SUPER_OVER = False,
    pack: PACK = "standard",
    entry: Annotated[str | None, Parameter(help="The pack's entry; else the seed picks.")] = None,
    featured: Annotated[
        bool, Parameter(negative=(), help="On the featured channel, under Prefect.")
    ] = False,
    if_busy: Annotated[
        Literal["wait", "refuse"], Parameter(help="When another match is featured.")
    ] = "wait",
    reasoning: Annotated[
        Literal["live", "after", "never"] | int,
        Parameter(help="When a bus shows what captains think; a number: so many balls later."),
    ] = "live",
    speech: Annotated[
        Literal["none", "auto", "cartesia", "piper", "espeak", "browser"],
        Parameter(help="Who speaks the commentary; with --featured."),
    ] = "none",
    captains: CAPTAINS = None,
    bus: BUS = None,
    runs: RUNS = Path("runs"),
    json: JSON = False,
) -> int:
    """Play one match between two captains, and show its scorecard.

    Example: captains play heuristic random --format T5 --seed 7
    """
    from flows.cli.matches import Showing, Wanted, play_featured, play_match
    from flows.cli.numbers import check_delay

    wanted = Wanted.of(
        home,
        away,
        format_,
        overs,
        seed,
        squads,
        super_over=super_over,
        era=era,
        pack=pack,
        entry=entry,
        captains=captains or (),
    )
    if featured and captains:
        raise BadInput("--captains: not with --featured, which plays the presets that ship")
    if speech != "none" and not featured:
        raise BadInput("--speech: only with --featured, whose commentary is told")
    check_delay(reasoning)
    showing = Showing(bus_url=bus, reasoning=reasoning, speech=speech)
    if featured:
        return play_featured(wanted, runs, showing, if_busy=if_busy, as_json=json)
    return play_match(wanted, runs, showing, as_json=json)


@app.command
def publish(
    run: Path,
    /,
    *,
    bus: BUS = None,
    reasoning: Annotated[
        Literal["live", "never"] | None,
        Parameter(help="Whether what captains thought is shown; default: as the run has it."),
    ] = None,
    json: JSON = False,
) -> int:
    """Put the matches of a run on a bus: what waits there for one, and every sealed record.

    RUN is the run's folder. Exit code 1 where something did not arrive.

    Example: captains publish runs/play --bus http://127.0.0.1:8765
    """
    from flows.cli.buses import publish_run

    return publish_run(run, bus, reasoning, as_json=json)


@app.command
def token(captain: str, /, *, bus: BUS = None, json: JSON = False) -> int:
    """Print the token with which a person answers for CAPTAIN on a bus, and his page.

    Example: captains token ada --bus http://127.0.0.1:8765
    """
    from flows.cli.players import show_token

    return show_token(captain, bus, as_json=json)


@app.command
def up(
    *,
    port: Annotated[int | None, Parameter(help="Of the page; default 8765, or a free one.")] = None,
    no_browser: Annotated[bool, Parameter(negative=(), help="Do not open the page.")] = False,
    runs: RUNS = Path("runs"),
    json: JSON = False,
) -> int:
    """Keep a page up from which matches are started, watched and played, until Ctrl-C.

    Example: captains up --port 8765
    """
    from flows.cli.up import run_up

    return run_up(runs, port=port, browser=not no_browser, as_json=json)


@app.command
def simulate(
    *,
    matches: Annotated[int, Parameter(help="How many matches.")],
    out: Annotated[Path, Parameter(help="The folder for the two files.")],
    format_: FORMAT = None,
    overs: OVERS = None,
    seed: SEED = 1,
    home: Annotated[str, Parameter(help="The captain in the home seat.")] = "baseline",
    away: Annotated[str, Parameter(help="The captain in the away seat.")] = "baseline",
    squads: SQUADS = "drawn",
    era: ERA = CURRENT_ERA,
    super_over: SUPER_OVER = False,
    processes: Annotated[int | None, Parameter(help="Default: one a core.")] = None,
    vectorised: Annotated[
        bool, Parameter(negative=(), help="Baselines, thousands of matches a second; no luck.")
    ] = False,
    json: JSON = False,
) -> int:
    """Play many matches into deliveries.csv.gz and matches.csv.gz, in the columns of the real data.

    Example: captains simulate --format T20 --matches 2000 --seed 1 --out sim
    """
    from flows.cli.matches import Wanted, simulate_in_bulk, simulate_matches

    wanted = Wanted.of(home, away, format_, overs, seed, squads, super_over=super_over, era=era)
    if vectorised:
        return simulate_in_bulk(wanted, matches, out, processes=processes, as_json=json)
    return simulate_matches(wanted, matches, out, processes=processes, as_json=json)


@app.command
def fidelity(
    *,
    format_: Annotated[
        Literal["T20", "ODI"],
        Parameter(name="--format", help="Which real matches to compare with."),
    ] = "T20",
    game: Annotated[Literal["men", "women"], Parameter(help="Whose game; women play T20.")] = "men",
    matches: Annotated[
        int | None,
        Parameter(help="Default: 20000 T20, 10000 ODI; with --assumptions 100 a pairing."),
    ] = None,
    era: Annotated[
        int | None, Parameter(help="One season; default: those of the real matches.")
    ] = None,
    seed: SEED = 1,
    through: Annotated[
        Literal["vectorised", "engine"], Parameter(help="The simulator, or the engine itself.")
    ] = "vectorised",
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
        alone = (format_, game, through, html) == ("T20", "men", "vectorised", None)
        question = question_of(matches, seed, era, processes, alone=alone)
        return check_assumptions(question, as_json=json)
    wanted = wanted_of(format_, game, matches, seed, era, through, processes)
    return check_fidelity(wanted, html, as_json=json)


@app.command
def replay(episode: str, /, *, runs: RUNS = Path("runs"), json: JSON = False) -> int:
    """Play a record again through the engine, and compare it with what was recorded.

    EPISODE is the path of a record, or an episode's id below the folder of runs.

    Example: captains replay heuristic-v-random-5-7-3f2a1c
    """
    from flows.cli.matches import replay_episode

    return replay_episode(episode, runs, as_json=json)


@app.command
def presets(*, json: JSON = False) -> int:
    """List the captains that can be named, with their settings.

    Example: captains presets
    """
    from flows.cli.presets import list_presets

    return list_presets(as_json=json)


@app.command
def packs(pack: str | None = None, /, *, json: JSON = False) -> int:
    """List the eval packs, or the entries of one: a name, or the path of a .yaml file.

    Example: captains packs chase
    """
    from flows.cli.teams import list_packs

    return list_packs(pack, as_json=json)


@app.command
def squads(squad: str | None = None, /, *, json: JSON = False) -> int:
    """List the squads with their strengths, or the players of one: a name, or a .yaml file.

    Example: captains squads india
    """
    from flows.cli.teams import list_squads

    return list_squads(squad, as_json=json)


@app.command
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


@app.command
def doctor(
    file: str | None = None,
    /,
    *,
    captains: CAPTAINS = None,
    ask: Annotated[
        bool, Parameter(negative=(), help="Ask the captains' endpoints too, 3 s each at most.")
    ] = False,
    runs: RUNS = Path("runs"),
    json: JSON = False,
) -> int:
    """Check that everything that a run needs works here, and what a file's captains need.

    FILE is a tournament file: are its captains' keys there, their prices known?

    Example: captains doctor friday-night.yaml --ask
    """
    from flows.cli.doctor import examine

    return examine(runs, as_json=json, file=file, presets=captains or (), ask=ask)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; gives the exit code. Nothing that a user can cause ends in a traceback."""
    tokens = list(sys.argv[1:] if argv is None else argv)
    try:
        with _stoppable():
            return int(_call(tokens) or Exit.DONE)
    except CycloptsError as error:
        return _failed(tokens, Exit.BAD_INPUT, _in_a_line(error))
    except KeyboardInterrupt:
        return _failed(tokens, Exit.INTERRUPTED, "interrupted")
    except BrokenPipeError:  # somebody read only the beginning, as in `captains presets | head`
        sys.stderr.close()
        return Exit.FAILED
    except Exception as error:
        from flows.cli.failures import exit_of

        code = exit_of(error)
        if code is None:  # a bug of ours keeps its traceback
            raise
        return _failed(tokens, code, str(error))


def _call(tokens: list[str]) -> Any:
    return app(
        tokens,
        exit_on_error=False,
        print_error=False,
        result_action="return_value",
    )


def _failed(tokens: Sequence[str], code: Exit, message: str) -> int:
    if any(token.partition("=")[0] == "--json" for token in tokens):
        answer_json({"error": message, "exit_code": int(code)})
    note(message)
    return code


def _in_a_line(error: CycloptsError) -> str:
    text = " ".join(str(error).split())
    hint = "captains --help" if isinstance(error, UnknownCommandError) else "--help"
    return f"captains: {text} (see {hint})"


@contextmanager
def _stoppable() -> Iterator[None]:
    """Ctrl-C and SIGTERM stop a command in the same clean way, also where a shell script started
    it with `&`.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
