"""`captains export`: a run's results in a format that others read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from flows.cli.found import find_run
from flows.cli.terminal import Exit, answer_json, note, say

if TYPE_CHECKING:
    from flows.exports import Written
    from flows.ledger import RunFolder

Format = Literal["csv", "cricsheet", "decisions"]
MOST_SHOWN = 3


def export_run(named: str, runs: Path, to: Format, out: Path | None, *, as_json: bool) -> int:
    """`captains export`; raises `NoRun` and `BrokenRecord`."""
    folder = find_run(named, runs)
    target = out or folder.path / "export" / to
    written = _written(folder, to, target)
    if as_json:
        answer_json(
            {
                "run_dir": str(folder.path),
                "out": str(target),
                "files": len(written.files),
                "matches": written.matches,
                "left_out": list(written.left_out),
            }
        )
        return Exit.DONE
    files = "1 file" if len(written.files) == 1 else f"{len(written.files)} files"
    say(f"{written.matches} matches in {files}: {target}")
    for why in written.left_out[:MOST_SHOWN]:
        note(f"left out: {why}")
    if (more := len(written.left_out) - MOST_SHOWN) > 0:
        note(f"left out: {more} more")
    return Exit.DONE


def _written(folder: RunFolder, to: Format, out: Path) -> Written:
    from flows import exports
    from flows.report import Material

    match to:
        case "cricsheet":
            return exports.write_cricsheet(folder, out, event=folder.path.parent.name)
        case "decisions":
            return exports.write_decisions(folder, out)
        case "csv":
            found = Material.of(folder)
            return exports.write_tables(out, found.table.standings(), found.results, found.pairs)
