"""Options that several commands take, each with its help."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from engine import variables
from engine.eras import CURRENT_ERA, FIRST_ERA, LAST_ERA
from engine.seeds import MAX_SEED

JSON = Annotated[bool, Parameter(name="--json", negative=(), help="One JSON document on stdout.")]


def _may_be_folder(_: object, runs: Path) -> None:
    """The folder of runs need not be there yet, but no file may stand in its way."""
    first = next(path for path in (runs, *runs.absolute().parents) if path.exists())
    if not first.is_dir():
        raise ValueError(f"{first} is not a folder")


RUNS = Annotated[
    Path,
    Parameter(
        name="--runs",
        env_var=variables.RUNS.name,
        validator=_may_be_folder,
        help="The folder of runs.",
    ),
]
VERBOSE = Annotated[
    bool, Parameter(name="--verbose", negative=(), help="A line on stderr for each episode.")
]
FRESH = Annotated[bool, Parameter(negative=(), help="Start over; what was played is set aside.")]
SEED = Annotated[
    int, Parameter(help=f"0 to {MAX_SEED}; the same seed gives the same matches, ball by ball.")
]
FORMAT = Annotated[
    Literal["T5", "T10", "T20", "ODI"] | None,
    Parameter(name="--format", help="Format; or --overs."),
]
OVERS = Annotated[int | None, Parameter(help="Overs an innings, 1 to 50; instead of --format.")]
SQUADS = Annotated[
    str, Parameter(help="drawn or drawn-women (by the seed), built-in, or two names: HOME,AWAY.")
]
ERA = Annotated[
    int, Parameter(help=f"The season whose scoring is played, {FIRST_ERA} to {LAST_ERA}.")
]
SUPER_OVER = Annotated[bool, Parameter(negative=(), help="Decide a level match by super overs.")]
BUS = Annotated[
    str | None,
    Parameter(
        name="--bus",
        help="The URL of a spectator bus; CAPTAINS_BUS_TOKEN, or captains up, has its token.",
    ),
]
CAPTAINS = Annotated[
    list[Path] | None,
    Parameter(
        name="--captains", negative=(), help="A file of presets of one's own; may be given again."
    ),
]
PACK = Annotated[str, Parameter(help="Where matches begin: a pack's name or .yaml file.")]
SPEECH = Annotated[
    Literal["none", "auto", "cartesia", "piper", "espeak", "browser"],
    Parameter(help="Who speaks the commentary; with --featured."),
]


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class MatchOptions:
    """What match is played."""

    format_: FORMAT = None
    overs: OVERS = None
    seed: SEED = 1
    squads: SQUADS = "drawn"
    era: ERA = CURRENT_ERA
    super_over: SUPER_OVER = False


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class ShowOptions:
    """Where a match is shown and how fast, when what captains think is, and who speaks.
    `balls_per_s` None: the flow's own pace on a terminal, at full speed elsewhere.
    """

    featured: Annotated[
        bool, Parameter(negative=(), help="On the featured channel, under Prefect.")
    ] = False
    if_busy: Annotated[
        Literal["wait", "refuse"], Parameter(help="When another match is featured.")
    ] = "wait"
    reasoning: Annotated[
        Literal["live", "after", "never"] | int,
        Parameter(help="When a bus shows what captains think; a number: so many balls later."),
    ] = "live"
    speech: SPEECH = "none"
    balls_per_s: Annotated[
        float | None,
        Parameter(help="Pace of the show, with --featured; default: 4 on a terminal, else none."),
    ] = None
    bus: BUS = None
