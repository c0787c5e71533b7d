"""The occasions of one tournament, and which of them can be rated together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from flows.ledger import RunFolder
from tournaments.sameness import may_be_pooled

_ASIDE: Final = "~"  # in the name of a folder that was set aside


def runs_in(folder: Path) -> list[Path]:
    """The runs of one tournament, the latest last; those set aside do not count."""
    runs = [file for file in folder.glob("*/run.json") if _ASIDE not in file.parent.name]
    return sorted((file.parent for file in runs), key=played_ns)


def latest_runs(folder: Path) -> list[RunFolder]:
    """Of each occasion the latest run, the latest last: several versions of a file share
    matches.
    """
    latest = {run.name.partition("-")[2]: run for run in runs_in(folder)}
    return [RunFolder(run.resolve()) for run in sorted(latest.values(), key=played_ns)]


def alike(runs: Sequence[RunFolder]) -> list[RunFolder]:
    """Those that can be rated together with the last: its own file's, or one whose matches and
    captains mean the same.
    """
    last = runs[-1].about()
    return [run for run in runs if _is_alike(run.about(), last)]


def played_ns(run: Path) -> int:
    return (run / "run.json").stat().st_mtime_ns


def _is_alike(about: Mapping[str, Any], last: Mapping[str, Any]) -> bool:
    if about.get("file_digest") == last.get("file_digest"):
        return True
    then, now = about.get("meaning"), last.get("meaning")
    return isinstance(then, dict) and isinstance(now, dict) and may_be_pooled(then, now)
