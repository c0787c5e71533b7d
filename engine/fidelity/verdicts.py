"""What is allowed between real and simulated cricket, and a verdict a line.

The tolerances are those of T20; an ODI's are half as wide again, for there are fewer real matches
to know it from, and so are those of the women's game, whose verdicts only inform.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import sqrt
from typing import Final

import numpy as np

from engine.chance.classes import Floats
from engine.fidelity.layout import FACED_COLUMNS, OUTCOME_COLUMNS
from engine.fidelity.tables import Table

LEAST_BALLS: Final = 5000  # a cell of outcome shares that is judged, in the real data
WIDER: Final = 1.5  # for ODIs and the women's game


class Verdict(StrEnum):
    PASS = "pass"  # noqa: S105
    FAIL = "fail"
    SHOWN = "shown"  # not judged: no tolerance is set, or the real figure is too uncertain


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What one kind of figure may differ by: `allowed`, of the real figure where `relative`.

    `rows` and `columns` say which cells of the table; empty for all. Rows with fewer than `least`
    real observations are not judged. `counted` where the figure is a share of `n` observations.
    """

    table: str
    allowed: float
    rows: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    relative: bool = False
    least: float = 0.0
    counted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One check. `allowed` is in the units of the figures; `errors` is the gap in standard errors
    of the simulation, `real_se` the real figure's own.
    """

    table: str
    row: str
    column: str
    real: float
    simulated: float
    allowed: float
    verdict: Verdict
    errors: float | None
    real_se: float | None

    @property
    def what(self) -> str:
        return f"{self.table}: {self.row}, {self.column}"

    @property
    def uncertain(self) -> bool:
        """It fails by less than two standard errors of the simulation: other matches might have
        let it pass.
        """
        if self.verdict is not Verdict.FAIL or not self.errors:
            return False
        gap = abs(self.simulated - self.real)
        return gap - self.allowed < 2 * gap / abs(self.errors)


@dataclass(frozen=True, slots=True)
class Cell:
    """Where a figure stands."""

    table: str
    row: str
    column: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A number and its standard error, not a number where it is not known."""

    value: float
    se: float = np.nan


_NARROW: Final = ("p0", "p1", "p4", "p6", "wicket")
_OTHERS: Final = tuple(c for c in OUTCOME_COLUMNS if c not in _NARROW)
_SHARES: Final = ("phase", "wickets", "phase and wickets", "balls faced", "position")
_BATTING: Final = ("batting by balls faced", "batting by position")
_DISTRIBUTIONS: Final = {"wickets lost": 0.05}  # total variation between the columns


def _share(table: str, columns: tuple[str, ...], allowed: float, *, least: float = 0.0) -> Rule:
    return Rule(
        table=table, columns=columns, allowed=allowed, relative=True, least=least, counted=True
    )


RULES: Final = (
    Rule(table="innings", rows=("innings 1",), columns=("mean",), allowed=2.0),
    Rule(table="innings", rows=("innings 1",), columns=("sd",), allowed=2.5),
    Rule(
        table="innings",
        rows=("innings 1",),
        columns=("5 %", "25 %", "50 %", "75 %", "95 %"),
        allowed=4.0,
    ),
    Rule(table="innings", rows=("innings 2",), columns=("mean",), allowed=2.5),
    Rule(table="innings", columns=("all out",), allowed=0.025),
    Rule(table="innings", columns=("wickets",), allowed=0.2),
    Rule(table="innings", columns=("extras",), allowed=0.08, relative=True),
    Rule(table="innings", columns=("bowlers",), allowed=0.3),
    Rule(table="innings", columns=("full quota",), allowed=0.4),
    Rule(table="chases", rows=("all",), allowed=0.02, counted=True),
    Rule(table="chases", allowed=0.06, counted=True),
    *(
        rule
        for table in ("overs of innings 1", "overs of innings 2")
        for rule in (
            Rule(table=table, columns=("runs",), allowed=0.06, relative=True),
            Rule(table=table, columns=("wickets",), allowed=0.12, relative=True),
        )
    ),
    *(
        rule
        for table in _SHARES
        for rule in (
            _share(table, _NARROW, 0.08, least=LEAST_BALLS),
            _share(table, _OTHERS, 0.15, least=LEAST_BALLS),
        )
    ),
    *(
        Rule(table=table, columns=FACED_COLUMNS, allowed=0.08, relative=True, least=LEAST_BALLS)
        for table in _BATTING
    ),
    _share("required rate", ("p6", "wicket"), 0.12),
    Rule(table="dependence", rows=("over-dispersion",), allowed=0.4),
    Rule(table="dependence", rows=("half-way scores",), allowed=0.08),
    Rule(table="dependence", rows=("consecutive overs",), allowed=0.05),
    Rule(table="kinds of dismissal", allowed=0.015),
    Rule(table="spin by over", allowed=0.08),
)


SEASON_RULES: Final = {
    "first innings": Rule(table="season", allowed=2.0),
    "sd": Rule(table="season", allowed=2.5),
    "second innings": Rule(table="season", allowed=2.5),
    "wickets 1": Rule(table="season", allowed=0.2),
    "wickets 2": Rule(table="season", allowed=0.2),
    **{
        column: Rule(table="season", allowed=0.08, relative=True)
        for column in ("dots", "fours", "sixes", "wicket balls")
    },
    "chases": Rule(table="season", allowed=0.02),
}


def compare(
    real: Mapping[str, Table], simulated: Mapping[str, Table], *, scale: float = 1.0
) -> list[Line]:
    """One line for every cell that a rule covers, and for the distributions."""
    lines: list[Line] = []
    for name, table in real.items():
        if name in _DISTRIBUTIONS:
            lines += _distribution(name, table, simulated[name], scale)
        lines += _cells(name, table, simulated[name], scale)
    return lines


def _cells(name: str, real: Table, simulated: Table, scale: float) -> Iterator[Line]:
    for i, row in enumerate(real.rows):
        for j, column in enumerate(real.columns):
            rule = _rule(name, row, column)
            if rule is None or np.isnan(real.values[i, j]):
                continue
            value = float(real.values[i, j])
            yield judge(
                Cell(name, row, column),
                Figure(value, _uncertainty(value, float(real.se[i, j]), float(real.n[i]), rule)),
                Figure(float(simulated.values[i, j]), float(simulated.se[i, j])),
                rule.allowed * scale * (abs(value) if rule.relative else 1.0),
                enough=real.n[i] >= rule.least and (value != 0.0 or not rule.relative),
            )


def _uncertainty(value: float, se: float, n: float, rule: Rule) -> float:
    """The real figure's standard error; for a share at least that of counting so few."""
    if rule.counted and n > 0.0:
        few = (value * n + 1.0) / (n + 2.0)  # Laplace: none of ten is not certainly never
        return max(se, sqrt(few * (1.0 - few) / n))
    return se


def _rule(table: str, row: str, column: str) -> Rule | None:
    """The first rule that covers a cell."""
    for rule in RULES:
        if (
            rule.table == table
            and row in (rule.rows or (row,))
            and column in (rule.columns or (column,))
        ):
            return rule
    return None


def compare_season(
    real: Table, row: str, simulated: Mapping[str, Table], *, scale: float = 1.0
) -> list[Line]:
    """One line a figure of a season: what is allowed, and twice the standard error of the real one.

    A season that has not been played yet is shown only.
    """
    found = simulated["season"]
    known = row in real.rows
    lines = []
    for j, column in enumerate(real.columns):
        value, se = np.nan, np.nan
        if known:
            value = float(real.values[real.rows.index(row), j])
            se = float(real.se[real.rows.index(row), j])
        rule = SEASON_RULES[column]
        allowed = rule.allowed * scale * (value if rule.relative else 1.0) + 2.0 * se
        lines.append(
            judge(
                Cell(f"season {row}", "all", column),
                Figure(value, se),
                Figure(float(found.values[0, j]), float(found.se[0, j])),
                allowed,
                enough=known,
            )
        )
    return lines


def _distribution(name: str, real: Table, simulated: Table, scale: float) -> Iterator[Line]:
    """Total variation between real and simulated shares, for each column."""
    for j, column in enumerate(real.columns):
        yield judge(
            Cell(name, "total variation", column),
            Figure(0.0),
            Figure(_variation(real.values[:, j], simulated.values[:, j])),
            _DISTRIBUTIONS[name] * scale,
        )


def _variation(a: Floats, b: Floats) -> float:
    return float(0.5 * np.abs(a - b).sum())


def judge(
    cell: Cell, real: Figure, simulated: Figure, allowed: float, *, enough: bool = True
) -> Line:
    """A figure that is itself uncertain by more than what is allowed is shown, not judged."""
    gap = simulated.value - real.value
    verdict = Verdict.SHOWN
    if enough and not real.se > allowed:
        verdict = Verdict.PASS if abs(gap) <= allowed else Verdict.FAIL
    return Line(
        table=cell.table,
        row=cell.row,
        column=cell.column,
        real=real.value,
        simulated=simulated.value,
        allowed=allowed,
        verdict=verdict,
        errors=None if np.isnan(gap) or not simulated.se > 0.0 else gap / simulated.se,
        real_se=None if np.isnan(real.se) else real.se,
    )
