"""Options that several commands take, each with its help."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from engine import variables
from engine.eras import FIRST_ERA, LAST_ERA
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
