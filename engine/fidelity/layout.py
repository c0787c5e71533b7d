"""How the tables are cut: phases, bands and bins, which are those of the calibration targets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

BALLS_PER_OVER: Final = 6

# What a legal ball comes to (exclusive; the first ten sum to one), then wides and no-balls, which
# are told per legal ball.
LEGAL_OUTCOMES: Final = (
    *("p0", "p1", "p2", "p3", "p4", "p5", "p6"),
    *("wicket", "bye", "leg bye"),
)
OUTCOME_COLUMNS: Final = (*LEGAL_OUTCOMES, "wide", "no-ball")
FACED_COLUMNS: Final = ("dot faced", "four faced", "six faced", "out", "runs a ball")

WICKET_STARTS: Final = (3, 6)
WICKET_ROWS: Final = ("0-2 wickets", "3-5 wickets", "6-9 wickets")
FACED_STARTS: Final = (5, 10, 20, 30, 50)
FACED_ROWS: Final = ("1-5", "6-10", "11-20", "21-30", "31-50", "51+")
RATE_STARTS: Final = (4.0, 6.0, 8.0, 10.0, 12.0, 15.0, 20.0)
RATE_ROWS: Final = ("<4", "4-6", "6-8", "8-10", "10-12", "12-15", "15-20", "20+")
POSITION_ROWS: Final = tuple(map(str, range(1, 12)))


def bands(starts: Sequence[int]) -> tuple[str, ...]:
    """The names of the bands that begin at `starts`, with one below the first."""
    inner = [f"{a}-{b - 1}" for a, b in pairwise(starts)]
    return (f"<{starts[0]}", *inner, f"{starts[-1]}+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The cuts of one format.

    `phase_starts` first overs (0-based) of the second and third phase; `target_starts` the lower
    edges of the chase bands after the first, `total_starts` those of the bins of totals; `quota`
    overs a bowler.
    """

    name: str
    overs: int
    quota: int
    phase_starts: tuple[int, int]
    phase_rows: tuple[str, str, str]
    target_starts: tuple[int, ...]
    total_starts: tuple[int, ...]

    @property
    def balls(self) -> int:
        return self.overs * BALLS_PER_OVER

    @property
    def target_rows(self) -> tuple[str, ...]:
        return bands(self.target_starts)

    @property
    def total_rows(self) -> tuple[str, ...]:
        return bands(self.total_starts)

    @property
    def over_rows(self) -> tuple[str, ...]:
        return tuple(map(str, range(1, self.overs + 1)))


T20: Final = Layout(
    name="T20",
    overs=20,
    quota=4,
    phase_starts=(6, 15),
    phase_rows=("powerplay 1-6", "middle 7-15", "death 16-20"),
    target_starts=(120, 140, 150, 160, 170, 180, 190, 200, 210, 220, 240),
    total_starts=tuple(range(70, 251, 10)),
)
ODI: Final = Layout(
    name="ODI",
    overs=50,
    quota=10,
    phase_starts=(10, 40),
    phase_rows=("overs 1-10", "overs 11-40", "overs 41-50"),
    target_starts=(150, 175, 200, 225, 250, 275, 300, 325, 350),
    total_starts=tuple(range(100, 401, 25)),
)
LAYOUTS: Final = {layout.name: layout for layout in (T20, ODI)}


def crossed(first: Sequence[str], second: Sequence[str]) -> tuple[str, ...]:
    """The rows of two cuts crossed, the first slowest."""
    return tuple(f"{a}, {b}" for a in first for b in second)
