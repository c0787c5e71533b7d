"""`captains report`: what a run found, as a page, a table or JSON."""

from __future__ import annotations

from pathlib import Path

from flows.cli.found import find_occasions, find_run
from flows.cli.terminal import Exit, answer_json, say


def report_run(
    named: str, runs: Path, cockpit: str | None, *, pool: bool = False, as_json: bool
) -> int:
    """`captains report`; raises `NoRun`."""
    from flows.report import COCKPIT, PAGE, report_text, write_pooled, write_report

    at = cockpit or COCKPIT
    if pool:
        folders = find_occasions(named, runs)
        path, report = folders[-1].path.parent, write_pooled(folders, at)
    else:
        folder = find_run(named, runs)
        path, report = folder.path, write_report(folder, at)
    page = path / PAGE
    if as_json:
        answer_json({"run_dir": str(path), "page": str(page), **report.model_dump(mode="json")})
        return Exit.DONE
    say(report_text(report))
    say(f"\npage: {page}")
    return Exit.DONE
