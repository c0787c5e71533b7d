"""The standings on a terminal where somebody watches, as wide as that is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from tournaments.narrow import NAMES, standings_within
from tournaments.report import notes, standings_cells
from tournaments.standings import Standing

GAP: Final = 3  # a border between two columns, and room on both of its sides
FRAME: Final = 4  # the two outer borders, with room


def show_standings(name: str, rows: Sequence[Standing], console: Console | None = None) -> int:
    """Draw them; gives the width of the terminal, in characters."""
    console = console or Console()
    note = "\n".join(notes(rows)) or None
    drawn = Table(title=Text(name), caption=note)
    head, *body = standings_within(standings_cells(rows), console.width - FRAME, GAP)
    for heading in head:
        drawn.add_column(heading, justify="left" if heading == NAMES else "right", no_wrap=True)
    for row in body:
        drawn.add_row(*map(Text, row))
    console.print(drawn)
    return console.width
