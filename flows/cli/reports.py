"""`captains report`: what a run found, as a page, a table or JSON."""

from __future__ import annotations

from pathlib import Path

from flows.cli.found import find_run
from flows.cli.terminal import Exit, answer_json, say


def report_run(named: str, runs: Path, cockpit: str | None, *, pool: bool, as_json: bool) -> int:
    """`captains report`; raises `NoRun`."""
    from flows.pooling import pool_path
    from flows.report import COCKPIT, PAGE, report_text, write_pooled_report, write_report

    folder = find_run(named, runs)
    write, place = (write_pooled_report, pool_path(folder)) if pool else (write_report, folder.path)
    report = write(folder, cockpit or COCKPIT)
    page = place / PAGE
    if as_json:
        answer_json(
            {"run_dir": str(folder.path), "page": str(page), **report.model_dump(mode="json")}
        )
        return Exit.DONE
    say(report_text(report))
    say(f"\npage: {page}")
    return Exit.DONE
