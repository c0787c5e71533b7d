"""`captains report`: what a run found, as a page, a table or JSON."""

from __future__ import annotations

from pathlib import Path

from flows.cli.found import find_run
from flows.cli.terminal import Exit, answer_json, say


def report_run(named: str, runs: Path, cockpit: str | None, *, as_json: bool) -> int:
    """`captains report`; raises `NoRun`."""
    from flows.report import COCKPIT, PAGE, report_text, write_report

    folder = find_run(named, runs)
    report = write_report(folder, cockpit or COCKPIT)
    page = folder.path / PAGE
    if as_json:
        answer_json(
            {"run_dir": str(folder.path), "page": str(page), **report.model_dump(mode="json")}
        )
        return Exit.DONE
    say(report_text(report))
    say(f"\npage: {page}")
    return Exit.DONE
