"""The standings on terminals of any width."""

from __future__ import annotations

from io import StringIO

import pytest
from rich.console import Console

from flows.cli.standings import show_standings
from tests.tournaments.test_report import played


@pytest.mark.parametrize("width", [30, 40, 60, 120])
def test_names_are_whole_and_no_line_is_wider_than_the_terminal(width: int) -> None:
    names = ("gradient-descent", "heuristic")
    drawn = StringIO()
    console = Console(file=drawn, width=width)
    rows = played(*names).standings()
    assert show_standings("friday-night", rows, console) == width
    text = drawn.getvalue()
    assert all(name in text for name in names)
    assert max(map(len, text.splitlines())) <= width
