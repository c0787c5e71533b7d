"""The run that a command names."""

from __future__ import annotations

from pathlib import Path

from flows.cli.terminal import BadInput, note
from flows.ledger import RunFolder
from flows.occasions import alike, latest_runs, runs_in


def find_run(named: str, runs: Path) -> RunFolder:
    """The run that `named` means: a folder, or below `runs` a tournament's name (its latest run) or
    `<name>/<digest>-<occasion>`. Raises `BadInput`.
    """
    for path in folders_named(named, runs):
        if _is_run(path):
            return RunFolder(path.resolve())
        if found := runs_in(path):
            if len(found) > 1:
                note(f"{named}: {len(found)} runs; the latest is {found[-1]}")
            return RunFolder(found[-1].resolve())
    known = ", ".join(sorted({path.parent.parent.name for path in runs.glob("*/*/run.json")}))
    below = f" below {runs}" + (f" ({known})" if known else "")
    allowed = f"a run's folder, or a tournament's name{below}"
    raise nobody(named, f"no such run; allowed: {allowed}")


def find_occasions(named: str, runs: Path) -> list[RunFolder]:
    """Every occasion of a tournament, the latest last; of an occasion that was played by several
    versions of the file the latest, as they share matches. An occasion on which other matches were
    played, or a captain was another under the same name, is left out. Raises `BadInput`.
    """
    for path in folders_named(named, runs):
        if latest := latest_runs(path):
            return _alike(latest)
    raise nobody(named, f"no runs of that name below {runs}; allowed: a tournament's name")


def folders_named(named: str, runs: Path) -> tuple[Path, ...]:
    """What a name may mean, a folder or one below `runs`; nothing where it is empty, as the folder
    where one stands is nobody's wish.
    """
    return (Path(named), runs / named) if named else ()


def nobody(named: str, why: str) -> BadInput:
    """That there is nothing of this name, also where it cannot be seen."""
    return BadInput(f"{named or repr(named)}: {why}")


def _alike(runs: list[RunFolder]) -> list[RunFolder]:
    """Those that can be rated together with the latest. The others are named."""
    found = alike(runs)
    for run in runs:
        if run not in found:
            note(f"{run.path}: left out, as its matches or a captain of it are others than now")
    return found


def _is_run(path: Path) -> bool:
    return (path / "records").is_dir() or (path / "run.json").is_file()
