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


def find_occasions(named: str, runs: Path) -> list[RunFolder]:
    """Every occasion of a tournament, the latest last; of an occasion that was played by several
    versions of the file the latest, as they share matches. Raises `BadInput`.
    """
    for path in (Path(named), runs / named):
        latest = {_occasion(run): run for run in _runs_in(path)}
        if latest:
            return [RunFolder(run.resolve()) for run in sorted(latest.values(), key=_played)]
    raise BadInput(f"{named}: no runs of that name below {runs}; allowed: a tournament's name")


def _occasion(run: Path) -> str:
    return run.name.partition("-")[2]


def _played(run: Path) -> int:
    return (run / "run.json").stat().st_mtime_ns


def _is_run(path: Path) -> bool:
    return (path / "records").is_dir() or (path / "run.json").is_file()


def _runs_in(path: Path) -> list[Path]:
    """The runs of one tournament, the latest last; those set aside do not count."""
    runs = [file for file in path.glob("*/run.json") if "~" not in file.parent.name]
    return sorted((file.parent for file in runs), key=_played)
