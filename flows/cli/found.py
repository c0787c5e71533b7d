"""The run that a command names."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flows.cli.terminal import BadInput, note
from flows.ledger import RunFolder
from tournaments.sameness import may_be_pooled


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
    versions of the file the latest, as they share matches. An occasion on which other matches were
    played, or a captain was another under the same name, is left out. Raises `BadInput`.
    """
    for path in (Path(named), runs / named):
        latest = {_occasion(run): run for run in _runs_in(path)}
        if latest:
            return _alike(
                [RunFolder(run.resolve()) for run in sorted(latest.values(), key=_played)]
            )
    raise BadInput(f"{named}: no runs of that name below {runs}; allowed: a tournament's name")


def _alike(runs: list[RunFolder]) -> list[RunFolder]:
    """Those that can be rated together with the latest: its own file's, or one whose matches and
    captains mean the same. The others are named.
    """
    last = runs[-1].about()
    alike = [run for run in runs if _is_alike(run.about(), last)]
    for run in runs:
        if run not in alike:
            note(f"{run.path}: left out, as its matches or a captain of it are others than now")
    return alike


def _is_alike(about: Mapping[str, Any], last: Mapping[str, Any]) -> bool:
    if about.get("file_digest") == last.get("file_digest"):
        return True
    then, now = about.get("meaning"), last.get("meaning")
    return isinstance(then, dict) and isinstance(now, dict) and may_be_pooled(then, now)


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
