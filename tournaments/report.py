"""The table and the crosstable as text: plain for terminals, markdown for Prefect's artifacts.

Captains' names are untrusted: they are escaped for the medium they are written to, so a name can
neither move the cursor nor become a link, an image or HTML.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from engine.wording import printable, shortened
from tournaments.narrow import Rows, crosstable_within
from tournaments.standings import Standing, Table, Tally

LONGEST_NAME: Final = 40
LOT_NOTE: Final = "* level on points, wins, net run rate and head to head; placed by lot"
SHARE_NOTE: Final = "By points a match, as not all have played as many; then wins, net run rate."

_MARKDOWN: Final = re.compile(r"([\\`*_{}\[\]()#+\-.!|~:@/$^=])")
_HTML: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"})
_COLUMNS: Final = ("#", "captain", "played", "won", "lost", "tied", "points", "nrr")
_TROUBLE: Final = ("void", "forfeits", "fallbacks")


def plain_name(name: str) -> str:
    """A captain's name for a terminal."""
    return shortened(printable(name), LONGEST_NAME)


def markdown_name(name: str) -> str:
    """A captain's name for markdown that may render HTML."""
    return markdown_text(plain_name(name))


def markdown_text(text: str) -> str:
    """Text that means nothing to markdown or HTML, on one line."""
    return _MARKDOWN.sub(r"\\\1", printable(text)).translate(_HTML)


def chance(share: float) -> str:
    """In percent; what was found by drawing is never told to be sure."""
    percent = f"{100 * share:.0f}"
    return {"0": "under 1 %", "100": "over 99 %"}.get(percent, f"{percent} %")


def standings_text(standings: Sequence[Standing]) -> str:
    """The table for a terminal: one line a captain under a heading."""
    body = aligned(standings_cells(standings))
    return "\n".join([body, *notes(standings)])


def standings_markdown(standings: Sequence[Standing]) -> str:
    """The table as a markdown table."""
    header, rows = _standings_cells(standings)
    body = _piped([header, *([row[0], markdown_name(row[1]), *row[2:]] for row in rows)])
    return "\n\n".join([body, *map(markdown_text, notes(standings))])


def standings_data(standings: Sequence[Standing]) -> list[dict[str, Any]]:
    """The rows for `--json`: names as they are, the net run rate to three places; `by_lot` and
    `by_share` where it is so.
    """
    return [
        {
            "captain": row.captain,
            "played": row.played,
            "won": row.won,
            "lost": row.lost,
            "tied": row.tied,
            "points": row.points,
            "nrr": round(row.nrr, 3),
            **({"by_lot": True} if row.drew_lots else {}),
            **({"by_share": True} if row.by_share else {}),
        }
        for row in standings
    ]


def standings_cells(standings: Sequence[Standing]) -> Rows:
    """Heading and rows for a terminal that draws them itself."""
    header, rows = _standings_cells(standings)
    return [header, *([row[0], plain_name(row[1]), *row[2:]] for row in rows)]


def crosstable_text(table: Table, width: int | None = None) -> str:
    """Captain by captain for a terminal: won–lost–tied and, in brackets, the mean score; as much of
    it as a line of `width` characters holds.
    """
    rows = _crosstable_cells(table, [plain_name(name) for name in _in_order(table)])
    fits = rows if width is None else crosstable_within(rows, width)
    if fits is None:
        return f"the crosstable is wider than {width} characters: the report has it"
    return aligned(fits)


def crosstable_markdown(table: Table) -> str:
    """Captain by captain as a markdown table; the row's captain against the column's."""
    return _piped(_crosstable_cells(table, [markdown_name(name) for name in _in_order(table)]))


def _standings_cells(standings: Sequence[Standing]) -> tuple[list[str], Rows]:
    """Heading and rows; what went wrong has a column only where something did."""
    trouble = [name for name in _TROUBLE if any(getattr(row, name) for row in standings)]
    rows = [
        [
            f"{row.place}{'*' if row.drew_lots else ''}",
            row.captain,
            *(str(getattr(row, column)) for column in _COLUMNS[2:-1]),
            f"{row.nrr:+.3f}",
            *(str(getattr(row, column)) for column in trouble),
        ]
        for row in standings
    ]
    return [*_COLUMNS, *trouble], rows


def notes(standings: Sequence[Standing]) -> list[str]:
    """What a table goes by where its columns do not show it."""
    lots = [LOT_NOTE] if any(row.drew_lots for row in standings) else []
    return [*lots, *([SHARE_NOTE] if any(row.by_share for row in standings) else [])]


def _in_order(table: Table) -> list[str]:
    return [row.captain for row in table.standings()]


def _crosstable_cells(table: Table, shown_names: list[str]) -> Rows:
    order = _in_order(table)
    rows = [
        [name, *("·" if a == b else _cell(table.against(a, b)) for b in order)]
        for name, a in zip(shown_names, order, strict=True)
    ]
    return [["captain", *shown_names], *rows]


def _cell(tally: Tally) -> str:
    if tally.score is None:
        return ""
    return f"{tally.won}–{tally.lost}–{tally.tied} ({tally.score:.2f})"


def aligned(rows: Rows) -> str:
    """Columns side by side: names to the left, all else to the right."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    names = rows[0].index("captain")
    return "\n".join(
        "  ".join(
            cell.ljust(width) if index == names else cell.rjust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def _piped(rows: Rows) -> str:
    rule = ["---" if cell == "captain" else "---:" for cell in rows[0]]
    return "\n".join(f"| {' | '.join(row)} |" for row in [rows[0], rule, *rows[1:]])
