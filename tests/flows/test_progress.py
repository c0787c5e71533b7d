"""What the terminal is told at the end of a run."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows import catalogue
from flows.cli.progress import TerminalReporter
from flows.run import Order, open_run
from tests.flows.support import tournament_file


@pytest.mark.parametrize(
    ("still_on", "page", "told"),
    [(True, "http://x/", True), (False, "http://x/", False), (True, None, False)],
)
def test_a_match_is_called_still_on_only_while_it_is(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    still_on: bool,
    page: str | None,
    told: bool,
) -> None:
    order = Order.of(catalogue.load(str(tournament_file(tmp_path))), "1")
    reporter = TerminalReporter(quiet=True)
    reporter.page = page
    with open_run(order, tmp_path) as run:
        reporter.finished(run, still_on=still_on)
    assert ("is still on at" in capsys.readouterr().err) == told
