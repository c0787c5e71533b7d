"""Captains whom a tournament has not had before: told once, at the first start of the first run
that has them.

What was had before is what the runs of that name say, in the folder of runs. A tournament that was
never played has no newcomers: all of it is new.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from flows.ledger import RunFolder
from flows.run import Run
from tournaments.entrants import entry_name

AGAINST: Final = ("random", "heuristic")  # whom the smoke run sets against him: the first other one


@dataclass(frozen=True, slots=True, kw_only=True)
class Newcomer:
    """`entry`: how the file has him, a preset's name or settings; a key is never in it."""

    name: str
    entry: str | Mapping[str, Any]

    @property
    def against(self) -> str:
        return next(name for name in AGAINST if name != self.name)


def newcomers(run: Run) -> list[Newcomer]:
    """Those of this run, at its first start."""
    known = {*_known(run.folder.path)} if run.starts == 1 else set()
    if not known:
        return []
    entries = [entry_name(entry) for entry in run.spec.entrants]
    told = _entries(run.folder.about())
    return [
        Newcomer(name=name, entry=told.get(name, name)) for name in entries if name not in known
    ]


def _known(own: Path) -> Iterator[str]:
    for file in own.parent.glob("*/run.json"):
        if file.parent != own:
            yield from _entries(RunFolder(file.parent).about())


def _entries(about: Mapping[str, Any]) -> dict[str, str | Mapping[str, Any]]:
    """By name, as `run.json` has them."""
    told = about.get("tournament")
    both = [told.get(key) or [] for key in ("captains", "opponents")] if told else []
    return {
        (entry if isinstance(entry, str) else str(entry.get("name"))): entry
        for entries in both
        for entry in entries
    }
