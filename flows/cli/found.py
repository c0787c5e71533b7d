"""The run that a command names."""

from __future__ import annotations

from pathlib import Path

from flows.cli.terminal import BadInput, note
from flows.ledger import RunFolder


def find_run(named: str, runs: Path) -> RunFolder:
    """The run that `named` means: a folder, or below `runs` a tournament's name (its latest run) or
    `<name>/<digest>-<occasion>`. Raises `BadInput`.
    """
    given = Path(named)
    for path in (given, runs / given):
        if _is_run(path):
            return RunFolder(path.resolve())
        if found := _runs_in(path):
            if len(found) > 1:
                note(f"{named}: {len(found)} runs; the latest is {found[-1]}")
            return RunFolder(found[-1].resolve())
    known = ", ".join(sorted({path.parent.parent.name for path in runs.glob("*/*/run.json")}))
    below = f" below {runs}" + (f" ({known})" if known else "")
    raise BadInput(f"{named}: no such run; allowed: a run's folder, or a tournament's name{below}")


def _is_run(path: Path) -> bool:
    return (path / "records").is_dir() or (path / "run.json").is_file()


def _runs_in(path: Path) -> list[Path]:
    """The runs of one tournament, the latest last; those set aside do not count."""
    runs = [file for file in path.glob("*/run.json") if "~" not in file.parent.name]
    return [file.parent for file in sorted(runs, key=lambda file: file.stat().st_mtime_ns)]
