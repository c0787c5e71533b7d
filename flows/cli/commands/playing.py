"""Commands about single matches and whoever plays them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from engine.eras import CURRENT_ERA
from flows.cli.options import (
    BUS,
    CAPTAINS,
    ERA,
    FORMAT,
    JSON,
    OVERS,
    PACK,
    RUNS,
    SEED,
    SQUADS,
    SUPER_OVER,
    VERBOSE,
)
from flows.cli.terminal import BadInput

SPEECH = Annotated[
    Literal["none", "auto", "cartesia", "piper", "espeak", "browser"],
    Parameter(help="Who speaks the commentary; with --featured."),
]


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
    speech: SPEECH = "none",
    balls_per_s: Annotated[
        float | None,
        Parameter(help="Pace of the show, with --featured; default: 4 on a terminal, else none."),
    ] = None,
    captains: CAPTAINS = None,
    bus: BUS = None,
    runs: RUNS = Path("runs"),
    verbose: VERBOSE = False,
    json: JSON = False,
) -> int:
    """Play one match between two captains, and show its scorecard.

    Example: captains play heuristic random --format T5 --seed 7
    """
    from flows.cli.matches import Showing, Wanted, play_featured, play_match

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
    showing = Showing(
        bus_url=bus, reasoning=reasoning, speech=speech, balls_per_s=balls_per_s, verbose=verbose
    )
    showing.check(featured=featured)
    if featured:
        return play_featured(wanted, runs, showing, if_busy=if_busy, as_json=json)
    return play_match(wanted, runs, showing, as_json=json)


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
    from flows.cli.matches import Wanted
    from flows.cli.simulations import simulate_in_bulk, simulate_matches

    wanted = Wanted.of(home, away, format_, overs, seed, squads, super_over=super_over, era=era)
    if vectorised:
        return simulate_in_bulk(wanted, matches, out, processes=processes, as_json=json)
    return simulate_matches(wanted, matches, out, processes=processes, as_json=json)


def replay(episode: str, /, *, runs: RUNS = Path("runs"), json: JSON = False) -> int:
    """Play a record again through the engine, and compare it with what was recorded.

    EPISODE is the path of a record, or an episode's id below the folder of runs.

    Example: captains replay heuristic-v-random-5-7-3f2a1c
    """
    from flows.cli.replays import replay_episode

    return replay_episode(episode, runs, as_json=json)
