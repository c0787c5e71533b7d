"""Commands that do arithmetic: calculators, and a question about a run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import App, Parameter

from flows.cli.options import JSON, RUNS

PENTANOMIAL = Annotated[
    tuple[int, int, int, int, int, int] | None,
    Parameter(
        negative=(),
        help="Swapped pairs: LL LD WL DD WD WW, how many were lost twice, lost and drawn, …",
    ),
]
WDL = Annotated[
    tuple[int, int, int] | None,
    Parameter(negative=(), help="Matches instead of pairs: W D L, won, drawn and lost."),
]

stats = App(
    name="stats",
    help="Work out ratings, tests and sample sizes from counts: nothing is played.\n\n"
    "Example: captains stats elo --pentanomial 34 54 31 32 64 75",
    help_format="plaintext",
)


@stats.command
def elo(*, pentanomial: PENTANOMIAL = None, wdl: WDL = None, json: JSON = False) -> int:
    """How much better one of two captains is, with 95 % intervals.

    Example: captains stats elo --pentanomial 34 54 31 32 64 75
    """
    from flows.cli.calculators import counts_of, show_elo

    return show_elo(counts_of(pentanomial, wdl), as_json=json)


@stats.command
def sprt(
    *,
    pentanomial: PENTANOMIAL = None,
    wdl: WDL = None,
    elo0: Annotated[float, Parameter(help="The difference under H0.")] = 0.0,
    elo1: Annotated[float, Parameter(help="The difference under H1, above --elo0.")],
    model: Annotated[
        Literal["normalized", "logistic", "bayesian"],
        Parameter(help="What they are: normalized Elo, Elo, BayesElo (with --wdl only)."),
    ] = "normalized",
    alpha: Annotated[float, Parameter(help="The chance to accept H1 though H0 holds.")] = 0.05,
    beta: Annotated[float, Parameter(help="The chance to accept H0 though H1 holds.")] = 0.05,
    json: JSON = False,
) -> int:
    """Whether a sequential test (SPRT) is decided: H0, H1, or play on.

    Example: captains stats sprt --pentanomial 34 54 31 32 64 75 --elo0 0 --elo1 50
    """
    from flows.cli.calculators import counts_of, show_sprt, test_of

    test = test_of(elo0, elo1, model, alpha, beta)
    return show_sprt(test, counts_of(pentanomial, wdl), as_json=json)


@stats.command
def bt(
    file: Path,
    /,
    *,
    score: Annotated[str, Parameter(help="The column with the score of first.")] = "score",
    json: JSON = False,
) -> int:
    """Rate a league by Bradley-Terry from a CSV file: a line a match, or a pair.

    Columns: first, second, score (of first: 1, 0.5, 0, or any number less luck); if wanted
    seed, home, toss, count. The pairs.csv of `captains export` is one.

    Example: captains stats bt pairs.csv --score adjusted
    """
    from flows.cli.statistics import show_league

    return show_league(file, score, as_json=json)


@stats.command
def power(
    *,
    elo: Annotated[
        float | None, Parameter(help="How many pairs narrow the 95 % interval to ± this?")
    ] = None,
    pairs: Annotated[
        int | None, Parameter(help="How narrow is it after so many pairs of two captains?")
    ] = None,
    captains: Annotated[int, Parameter(help="Of a round robin, 2 to 1000.")] = 2,
    luck: Annotated[
        float, Parameter(help="How the luck of both matches of a pair correlates, 0 to 0.99.")
    ] = 0.0,
    draws: Annotated[
        float, Parameter(help="The share of matches that are level, 0 to 0.99.")
    ] = 0.0,
    spread: Annotated[
        float | None,
        Parameter(help="Measured standard deviation of a pair's score; not with the last two."),
    ] = None,
    power: Annotated[float, Parameter(help="Of a test at 5 %, above 0.05 and below 1.")] = 0.8,
    json: JSON = False,
) -> int:
    """How many pairs show how small a difference, and the other way round.

    Example: captains stats power --elo 50
    """
    from flows.cli.calculators import show_power, spread_of

    return show_power(elo, pairs, captains, spread_of(luck, draws, spread), power, as_json=json)


def compare(run: str, a: str, b: str, /, *, runs: RUNS = Path("runs"), json: JSON = False) -> int:
    """Say which of two captains of a run is better, in one sentence, with the numbers under it.

    RUN is a run's folder, or a tournament's name: its latest run.

    Example: captains compare friday-night heuristic random
    """
    from flows.cli.found import find_run
    from flows.cli.statistics import compare_captains

    return compare_captains(find_run(run, runs).path, a, b, as_json=json)
