"""The tables of a fidelity check as plots, real against simulated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from engine.fidelity import Table, Verdict
from flows.fidelity import Checked
from flows.plots import Formatter, Mark, Plot, percent, plain

SHORT: Final = {"caught and bowled": "c & b"}
SHARES: Final = ("success", "share")


@dataclass(frozen=True, slots=True)
class Drawn:
    """The check, as plots ask for it."""

    checked: Checked

    def plot(
        self,
        table: str,
        column: str,
        caption: str,
        *,
        number: Formatter = percent,
        small: bool = False,
        joined: bool = True,
        bars: bool = False,
        rows: Sequence[str] | None = None,
    ) -> str:
        """A figure: one column of a table, real and simulated."""
        marks = self.marks(table, column, rows)
        width, height = (360, 170) if small else (560, 230)
        plot = Plot(
            name=caption,
            number=number,
            marks=marks,
            width=width,
            height=height,
            joined=joined,
            bars=bars,
        )
        return figure_of(plot, self.verdict(table, column) or count_of(marks))

    def verdict(self, table: str, column: str) -> str | None:
        """What a distribution is judged by, in its caption."""
        for line in self.checked.lines:
            if (line.table, line.row, line.column) == (table, "total variation", column):
                told = f"total variation {line.simulated:.3f}, allowed {line.allowed:.3g}"
                kind = ' class="fail"' if line.verdict is Verdict.FAIL else ""
                return f"<small{kind}>{escape(told)}</small>"
        return None

    def marks(self, table: str, column: str, rows: Sequence[str] | None = None) -> list[Mark]:
        """A mark a row of the table, of these rows where they are named."""
        real, simulated = self.real(table), self.checked.tables[table]
        j = real.columns.index(column)
        lines = {
            line.row: line
            for line in self.checked.lines
            if (line.table, line.column) == (table, column)
        }
        found = []
        for i, row in enumerate(real.rows):
            if rows is not None and row not in rows:
                continue
            line = lines.get(row)
            judged = line is not None and line.verdict is not Verdict.SHOWN
            found.append(
                Mark(
                    label=SHORT.get(row, row),
                    real=float(real.values[i, j]),
                    simulated=float(simulated.values[i, j]),
                    allowed=line.allowed if line is not None and judged else None,
                    failed=line is not None and line.verdict is Verdict.FAIL,
                )
            )
        return found

    def real(self, table: str) -> Table:
        """A table of real cricket."""
        return self.checked.wanted.real.tables[table].as_table()

    def figure(self, table: str, row: str, column: str, words: str) -> str:
        """One number of the scoreboard."""
        mark = next(m for m in self.marks(table, column) if m.label == row)
        number = percent if column in SHARES else plain
        around = "" if mark.allowed is None else f" ± {number(mark.allowed)}"
        kind = ' class="fail"' if mark.failed else ""
        return (
            f"<div{kind}><small>{escape(words)}</small><b>{escape(number(mark.simulated))}</b>"
            f"<small>real {escape(number(mark.real) + around)}</small></div>"
        )


def figure_of(plot: Plot, told: str) -> str:
    """A plot under its name; `told` is HTML."""
    return f"<figure><figcaption>{escape(plot.name)}{told}</figcaption>{plot.drawn()}</figure>"


def count_of(marks: Sequence[Mark]) -> str:
    """How many of a figure's marks fail."""
    failed = sum(mark.failed for mark in marks)
    judged = sum(mark.allowed is not None for mark in marks)
    if not judged:
        return "<small>shown</small>"
    if failed:
        return f'<small class="fail">{failed} of {judged} off</small>'
    return f"<small>{judged} of {judged} agree</small>"
