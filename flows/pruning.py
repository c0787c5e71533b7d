"""Which records are kept. A result never goes: the ledger has it, and a match's gist what a report
tells of its play. What goes is the match ball by ball, which takes nearly all of the room.

    pruned.txt      the episodes whose records were deleted, a line each; written before they go

Such an episode has been played, although its record is gone. It can be neither replayed nor
exported ball by ball, and no changed file takes it over.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from engine.errors import BrokenRecord
from engine.record import record_path
from flows.gists import gists, keep
from flows.holding import RunBusy
from flows.ledger import RunFolder
from flows.played import result_of_record
from tournaments.running import Keep

DAY_S: Final = 86_400
_ASIDE: Final = "~"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pruned:
    """Of one run: how many records went, or would go, and how many bytes they took."""

    run_dir: str
    records: int
    bytes: int


def old_runs(name: Path, wanted: Keep, *, now: Callable[[], float] = time.time) -> list[RunFolder]:
    """The runs of one tournament, below the folder of its name, whose records need not be kept: all
    but the newest `occasions`, and those in which nothing was played for `days`.
    """
    places = [file.parent for file in name.glob("*/run.json") if _ASIDE not in file.parent.name]
    runs = sorted((RunFolder(place) for place in places), key=_played_s, reverse=True)
    many = runs[wanted.occasions :] if wanted.occasions is not None else []
    days = wanted.days
    late = [one for one in runs if days is not None and now() - _played_s(one) > days * DAY_S]
    return [run for run in runs if run in many or run in late]


def prune(runs: Sequence[RunFolder], *, dry: bool = False) -> Iterator[Pruned]:
    """Delete the records of these runs, or say what would be deleted. A run that is being played is
    passed over, and so is a record that cannot be read. Raises `OSError`.
    """
    for run in runs:
        with suppress(RunBusy), run.held():
            yield _pruned(run, dry=dry)


def _pruned(run: RunFolder, *, dry: bool) -> Pruned:
    records = [*_told(run, dry=dry)]
    void = [
        path
        for one in run.tried()
        if one.end_reason.is_void
        and (path := run.records / "void" / f"{one.episode_id}.{one.attempt}.jsonl").exists()
    ]
    size = sum(path.stat().st_size for path in (*records, *void))
    if not dry and (records or void):
        run.say_pruned(records)
        for path in (*records, *void):
            path.unlink(missing_ok=True)
    return Pruned(run_dir=str(run.path), records=len(records) + len(void), bytes=size)


def _told(run: RunFolder, *, dry: bool) -> Iterator[Path]:
    """The records of which the ledger and the gists tell all that is needed: what they do not tell
    yet they are told first.
    """
    counted = {one.episode_id for one in run.tried() if not one.end_reason.is_void}
    names = [path.stem for path in sorted(run.records.glob("*.jsonl"))]
    have_gists = {gist.episode_id for gist in gists(run, names, from_records=False)}
    for name in names:
        path = record_path(run.records, name)
        with suppress(BrokenRecord):
            if not dry and name not in counted:
                run.append(result_of_record(path))
            if not dry and name not in have_gists:
                keep(run, name)
            yield path


def _played_s(run: RunFolder) -> float:
    """When something was last played in it."""
    for path in (run.ledger, run.path / "run.json"):
        with suppress(FileNotFoundError):
            return path.stat().st_mtime
    return 0.0
