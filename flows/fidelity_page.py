"""The page of `captains fidelity --html`: one file, no request to anywhere, light and dark."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby
from math import isfinite
from pathlib import Path
from typing import Final

import numpy as np

from engine.fidelity import Line, Verdict, shipped_reference
from flows.document import document
from flows.fidelity import Checked, doubt_of, known_of, title_of
from flows.fidelity_plots import Drawn, count_of, figure_of
from flows.plots import Mark, Plot, percent, plain
from flows.saving import save

_NAMES: Final = {
    "p0": "dot balls",
    "p1": "singles",
    "p4": "fours",
    "p6": "sixes",
    "wicket": "wickets",
    "wide": "wides",
}
_MAIN: Final = ("p0", "p1", "p4", "p6", "wicket", "wide")
_PRESSED: Final = ("p6", "wicket", "p4", "p0", "p1", "wide")
_SCORE: Final = (
    ("innings", "innings 1", "mean", "runs, first innings"),
    ("innings", "innings 1", "sd", "and their spread (sd)"),
    ("innings", "innings 2", "mean", "runs, second innings"),
    ("chases", "all", "success", "chases won"),
    ("innings", "innings 1", "wickets", "wickets, first innings"),
    ("dependence", "over-dispersion", "value", "over-dispersion"),
)


_INFORMS: Final = "For information: few matches are known, and tolerances are half as wide again."


def write_page(checked: Checked, path: Path) -> None:
    """Write the page of a check, whole or not at all: half a page would look like a whole one."""
    save(path, page(checked).encode())


def page(checked: Checked) -> str:
    """The page as one document."""
    body = "\n".join([*_head(checked), *_body(checked), *_lines(checked), _foot(checked)])
    return document(f"Fidelity: {title_of(checked.wanted)}", body, "fidelity.css")


def _head(checked: Checked) -> Iterator[str]:
    report = checked.report
    judged = report.passed + report.failed
    others = "1 does" if report.failed == 1 else f"{report.failed} do"
    verdict = f"{report.passed} of {judged} checks agree with real cricket; {others} not."
    if not report.failed:
        verdict = f"All {judged} checks agree with real cricket." if judged else "Nothing to judge."
    total = max(1, judged + report.shown)
    parts = ((n, getattr(report, n)) for n in ("passed", "failed", "shown"))
    kinds = {"passed": "pass", "failed": "fail", "shown": "shown"}
    meter = "".join(
        f'<i class="{kinds[name]}" style="width:{100 * count / total:.2f}%"></i>'
        for name, count in parts
    )
    played = "the engine" if report.through == "engine" else "the vectorised simulator"
    yield (
        f"<header><h1>Does it behave like cricket?</h1><p>{escape(title_of(checked.wanted))}: "
        f"{known_of(report)} against {report.matches:,} played by the baseline "
        f"on both sides, through {played}.</p>"
        f'<p class="verdict">{escape(verdict)}</p><div class="meter">{meter}</div>'
        f"{_told(doubt_of(report))}{_told(_shown(report.shown, judged))}"
        f"{_told(_INFORMS if report.informs_only else '')}</header>"
    )


def _shown(count: int, judged: int) -> str:
    if not count:
        return ""
    others = f"{count} more figures" if judged else f"{count} figures"
    return f"{others} are shown, not judged: too little is known of them."


def _told(words: str) -> str:
    return f"<p>{escape(words)}</p>" if words else ""


def _body(checked: Checked) -> Iterator[str]:
    if checked.wanted.era is not None:
        yield from _seasons(checked)
        return
    drawn = Drawn(checked)
    yield '<div class="score">'
    yield from (drawn.figure(*told) for told in _SCORE)
    yield "</div>"
    yield _KEY
    yield from _innings(drawn)
    yield from _overs(drawn)
    yield from _multiples(drawn, "Batters settle", "Outcomes by balls faced.", "balls faced", _MAIN)
    yield from _multiples(drawn, "The order", "Outcomes by position.", "position", _MAIN)
    yield from _multiples(
        drawn, "Under pressure", "A chase, by the rate it needs.", "required rate", _PRESSED
    )
    yield from _multiples(drawn, "Phases", "Outcomes of legal balls.", "phase", _MAIN)
    yield from _rest(drawn)


_KEY: Final = (
    '<p class="key"><span><svg viewBox="0 0 30 18"><rect class="allowed" x="6" y="1" width="18" '
    'height="16" rx="3"/><line class="real" x1="6" x2="24" y1="9" y2="9"/></svg>real, and what is '
    'allowed around it</span><span><svg viewBox="0 0 30 18"><line class="path" x1="2" x2="28" '
    'y1="9" y2="9"/><circle class="sim" cx="15" cy="9" r="3.6"/></svg>simulated</span><span>'
    '<svg viewBox="0 0 30 18"><circle class="sim fail" cx="15" cy="9" r="5"/></svg>simulated, and '
    "further off than allowed</span></p>"
)


def _section(title: str, words: str, figures: Sequence[str], columns: int = 2) -> Iterator[str]:
    yield f'<h2>{escape(title)}</h2><p class="quiet">{escape(words)}</p>'
    yield f'<div class="grid-{columns}">{"".join(figures)}</div>'


def _innings(drawn: Drawn) -> Iterator[str]:
    figures = [
        drawn.plot("totals", "innings 1", "First innings totals", bars=True),
        drawn.plot("totals", "innings 2", "Second innings totals", bars=True),
        drawn.plot("wickets lost", "innings 1", "Wickets lost, first innings", bars=True),
        drawn.plot("wickets lost", "innings 2", "Wickets lost, second innings", bars=True),
    ]
    yield from _section("Innings", "What sides make, and how many wickets that costs.", figures)
    bands = drawn.real("chases").rows[:-1]
    chases = drawn.plot("chases", "success", "Chases won, by target", rows=bands)
    yield from _section("Chases", "Ties are left out.", [chases, _quantiles(drawn)])


def _quantiles(drawn: Drawn) -> str:
    real, simulated = drawn.real("innings"), drawn.checked.tables["innings"]
    lines = {line.column: line for line in drawn.checked.lines if line.row == "innings 1"}
    marks = []
    for name in ("5 %", "25 %", "50 %", "75 %", "95 %"):
        j = real.columns.index(name)
        marks.append(
            Mark(
                label=name,
                real=float(real.values[0, j]),
                simulated=float(simulated.values[0, j]),
                allowed=lines[name].allowed,
                failed=lines[name].verdict is Verdict.FAIL,
            )
        )
    plot = Plot(name="Quantiles of first innings totals", number=plain, marks=marks)
    return figure_of(plot, count_of(marks))


def _overs(drawn: Drawn) -> Iterator[str]:
    figures = [
        drawn.plot(
            f"overs of innings {i}",
            column,
            f"{column.title()} an over, {which} innings",
            number=plain,
        )
        for column in ("runs", "wickets")
        for i, which in ((1, "first"), (2, "second"))
    ]
    yield from _section("Over by over", "Complete overs only.", figures)


def _multiples(
    drawn: Drawn, title: str, words: str, table: str, columns: Sequence[str]
) -> Iterator[str]:
    """Small plots of one table, a column each."""
    figures = [
        drawn.plot(table, column, _NAMES[column], small=True, joined=table != "phase")
        for column in columns
    ]
    yield from _section(title, words, figures, 3)


def _rest(drawn: Drawn) -> Iterator[str]:
    kinds = [
        row
        for row, value in zip(
            drawn.real("kinds of dismissal").rows,
            drawn.real("kinds of dismissal").values[:, 0],
            strict=True,
        )
        if value > 0.005
    ]
    figures = [
        drawn.plot("kinds of dismissal", "share", "How wickets fall", joined=False, rows=kinds),
        drawn.plot("bowlers used", "innings 1", "Bowlers used, first innings", bars=True),
        drawn.plot("dependence", "value", "Dependence", number=plain, joined=False),
    ]
    if not np.isnan(drawn.real("spin by over").values).all():
        figures.insert(1, drawn.plot("spin by over", "spin", "Spin, by over"))
    yield from _section("Bowling, dismissals, dependence", "", figures)


def _seasons(checked: Checked) -> Iterator[str]:
    """The real seasons, and the simulated one among them."""
    season, era = checked.wanted.real.by_season.as_table(), str(checked.wanted.era)
    found = checked.tables["season"]
    figures = []
    for j, column in enumerate(season.columns):
        line = next(line for line in checked.lines if line.column == column)
        rows = sorted({*season.rows, era})
        marks = [
            Mark(
                label=f"’{row[2:]}",  # short, so that none is left out for want of room
                real=float(season.values[season.rows.index(row), j])
                if row in season.rows
                else np.nan,
                simulated=float(found.values[0, j]) if row == era else np.nan,
                allowed=line.allowed if row == era and isfinite(line.allowed) else None,
                failed=row == era and line.verdict is Verdict.FAIL,
            )
            for row in rows
        ]
        share = column in ("dots", "fours", "sixes", "wicket balls", "chases")
        plot = Plot(name=column, number=percent if share else plain, marks=marks)
        figures.append(figure_of(plot, count_of(marks)))
    yield _KEY
    yield from _section(f"Season {era}", "Among the seasons that are known.", figures)


def _lines(checked: Checked) -> Iterator[str]:
    if checked.failed:
        yield "<h2>Further off than allowed</h2>"
        worst = sorted(
            checked.failed, key=lambda line: -abs(line.simulated - line.real) / line.allowed
        )
        yield f'<div class="lines">{_table(worst, with_table=True)}</div>'
    yield "<h2>Every line</h2>"
    yield f'<p class="quiet">{_HOW}</p>'
    for name, group in groupby(checked.lines, key=lambda line: line.table):
        lines = list(group)
        judged = [line for line in lines if line.verdict is not Verdict.SHOWN]
        failed = sum(line.verdict is Verdict.FAIL for line in judged)
        told = f"{len(judged) - failed} of {len(judged)} agree"
        kind = ' class="fail"' if failed else ""
        yield (
            f"<details><summary>{escape(name)}<small{kind}>{told}</small></summary>"
            f"<div>{_table(lines, with_table=False)}</div></details>"
        )


_HOW: Final = (
    "The gap is told in standard errors of the simulation: within two or three of them it may be "
    "chance."
)


def _table(lines: Sequence[Line], *, with_table: bool) -> str:
    head = "".join(
        f"<th>{name}</th>"
        for name in ("", "", "real", "simulated", "allowed", "gap", "standard errors", "verdict")
    )
    rows = "".join(_row(line, with_table=with_table) for line in lines)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _row(line: Line, *, with_table: bool) -> str:
    row = f"{line.table}: {line.row}" if with_table else line.row
    errors = "–" if line.errors is None else f"{line.errors:+.1f}"
    cells = [
        *(row, line.column, _number(line.real), _number(line.simulated)),
        *(_number(line.allowed, "± "), _number(line.simulated - line.real), errors),
    ]
    verdict = f'<td><span class="chip {line.verdict}">{line.verdict}</span></td>'
    return f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}{verdict}</tr>"


def _number(value: float, sign: str = "") -> str:
    if not isfinite(value):
        return "–"
    return f"{sign}{value:.4f}" if abs(value) < 1 else f"{sign}{value:.2f}"


def _foot(checked: Checked) -> str:
    report = checked.report
    return (
        f"<footer><p>{escape(shipped_reference().attribution)} Coefficients "
        f"{escape(report.coefficients)}, seed {report.seed}, {report.seconds:g} s "
        f"({report.matches_per_s:,.0f} matches a second).</p></footer>"
    )
