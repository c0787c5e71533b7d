"""Commands about single matches and whoever plays them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final, Literal

from cyclopts import Parameter

from flows.cli.options import (
    BUS,
    CAPTAINS,
    JSON,
    PACK,
    RUNS,
    VERBOSE,
    MatchOptions,
    ShowOptions,
)
from flows.cli.terminal import BadInput

_MATCH: Final = MatchOptions()
_SHOW: Final = ShowOptions()


def play(
    home: str,
    away: str,
    /,
    *,
    match: MatchOptions = _MATCH,
    pack: PACK = "standard",
    entry: Annotated[str | None, Parameter(help="The pack's entry; else the seed picks.")] = None,
    show: ShowOptions = _SHOW,
    captains: CAPTAINS = None,
    runs: RUNS = Path("runs"),
    verbose: VERBOSE = False,
    json: JSON = False,
) -> int:
    """Play one match between two captains, and show its scorecard.

    Example: captains play heuristic random --format T5 --seed 7
    """
    from flows.cli.matches import play_featured, play_match
    from flows.cli.wanted import Wanted, check_show

    wanted = Wanted.of(home, away, match, pack=pack, entry=entry, captains=captains or ())
    if show.featured and captains:
        raise BadInput("--captains: not with --featured, which plays the presets that ship")
    check_show(show)
    playing = play_featured if show.featured else play_match
    return playing(wanted, runs, show, verbose=verbose, as_json=json)


def publish(
    run: str,
    /,
    *,
    bus: BUS = None,
    runs: RUNS = Path("runs"),
    reasoning: Annotated[
        Literal["live", "never"] | None,
        Parameter(help="Whether what captains thought is shown; default: as the run has it."),
    ] = None,
    json: JSON = False,
) -> int:
    """Put the matches of a run on a bus: what waits there for one, and every sealed record.

    RUN is the run's folder, or a tournament's name (its latest run). Exit code 1
    where something did not arrive.

    Example: captains publish runs/play --bus http://127.0.0.1:8765
    """
    from flows.cli.buses import publish_run

    return publish_run(run, runs, bus, reasoning, as_json=json)


def token(
    captain: str, /, *, bus: BUS = None, runs: RUNS = Path("runs"), json: JSON = False
) -> int:
    """Print the token with which a person answers for CAPTAIN on a bus, and his page.

    Example: captains token ada --bus http://127.0.0.1:8765
    """
    from flows.cli.players import show_token

    return show_token(captain, bus, runs, as_json=json)


def simulate(
    *,
    matches: Annotated[int, Parameter(help="How many matches.")],
    out: Annotated[Path, Parameter(help="The folder for the two files.")],
    match: MatchOptions = _MATCH,
    home: Annotated[str, Parameter(help="The captain in the home seat.")] = "baseline",
    away: Annotated[str, Parameter(help="The captain in the away seat.")] = "baseline",
    processes: Annotated[int | None, Parameter(help="Default: one a core.")] = None,
    vectorised: Annotated[
        bool, Parameter(negative=(), help="Baselines, thousands of matches a second; no luck.")
    ] = False,
    json: JSON = False,
) -> int:
    """Play many matches into deliveries.csv.gz and matches.csv.gz, in the columns of the real data.

    Example: captains simulate --format T20 --matches 2000 --seed 1 --out sim
    """
    from flows.cli.simulations import simulate_in_bulk, simulate_matches
    from flows.cli.wanted import Wanted

    simulating = simulate_in_bulk if vectorised else simulate_matches
    wanted = Wanted.of(home, away, match)
    return simulating(wanted, matches, out, processes=processes, as_json=json)


def replay(episode: str, /, *, runs: RUNS = Path("runs"), json: JSON = False) -> int:
    """Play a record again through the engine, and compare it with what was recorded.

    EPISODE is the path of a record, or an episode's id below the folder of runs.

    Example: captains replay heuristic-v-random-5-7-3f2a1c
    """
    from flows.cli.replays import replay_episode

    return replay_episode(episode, runs, as_json=json)
