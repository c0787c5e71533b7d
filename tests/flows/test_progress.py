"""What the terminal is told at the end of a run."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows import catalogue
from flows.cli.progress import TerminalReporter
from flows.opening import open_run
from flows.order import Order
from tests.flows.support import tournament_file
from tests.flows.test_growing import FORMS, order, play


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


async def test_a_match_counts_whose_batch_was_cut_short(tmp_path: Path) -> None:
    order = Order.of(catalogue.load(str(tournament_file(tmp_path))), "1")
    reporter = TerminalReporter(quiet=True)
    with open_run(order, tmp_path) as run:
        reporter.started(run)
        (run.folder.records / f"{next(iter(run.missing))}.jsonl").touch()
        assert reporter.interrupted().startswith(f"stopped: 1 of {run.total} episodes")


def test_the_last_line_counts_what_the_plan_has_grown_to(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reporter = TerminalReporter(quiet=True)
    with open_run(order(FORMS["knockout"]), tmp_path) as run:
        first = run.total
        while play(run, len(run.missing) or 1):
            reporter.progress(run)
        assert run.total > first
        last = capsys.readouterr().err.splitlines()[-1]
        assert last.startswith(f"cup: {run.total} of {run.total} episodes")
