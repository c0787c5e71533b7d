"""Which records are kept. A result never goes: the ledger has it, and a match's gist what a report
tells of its play. What goes is the match ball by ball, which takes nearly all of the room.

    pruned.txt      the episodes whose records were deleted, a line each; written before they go
    records/*.pruned    those that were emptied to make room for it (`RunFolder.say_pruned`)

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
from flows.gists import gists, keep
from flows.holding import RunBusy
from flows.ledger import RunFolder
from flows.played import result_of_record
from flows.saving import is_full
from tournaments.running import Keep

DAY_S: Final = 86_400
_ASIDE: Final = "~"
_IN_THE_WAY: Final = (
    "a match must be told here before its record may go; "
    "none that is told has a record any more, so make a few kB of room"
)


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
    passed over, and so is a record that cannot be read. Raises `OSError` once all that can go is
    gone: a run that fails on a full disk is tried again as long as others give room. What went of a
    run that is cut short, by that or by Ctrl-C, is told before the error.
    """
    left = [*runs]
    while left:
        failed: dict[RunFolder, OSError] = {}
        for run in left:
            try:
                with suppress(RunBusy), run.held():
                    yield from _pruned(run, dry=dry)
            except OSError as error:
                failed[run] = error
        if len(failed) == len(left):
            raise failed[left[0]]
        left = [*failed]


def _pruned(run: RunFolder, *, dry: bool) -> Iterator[Pruned]:
    number = size = 0
    try:
        for one in _sizes(_all(run)) if dry else _going(run):
            number, size = number + 1, size + one
    except (KeyboardInterrupt, OSError):
        if number:
            yield Pruned(run_dir=str(run.path), records=number, bytes=size)
        raise
    yield Pruned(run_dir=str(run.path), records=number, bytes=size)


def _going(run: RunFolder) -> Iterator[int]:
    """Delete them; the size of each once it is gone."""
    void = _void(run)
    yield from _delete(void, _sizes(void))
    for records in _told(run):
        sizes = _sizes(records)  # some may be emptied to make room for the list
        run.say_pruned(records)
        yield from _delete(records, sizes)


def _all(run: RunFolder) -> list[Path]:
    return [*_void(run), *run.records.glob("*.jsonl")]


def _void(run: RunFolder) -> list[Path]:
    return [
        path
        for one in run.tried()
        if one.end_reason.is_void
        and (path := run.records / "void" / f"{one.episode_id}.{one.attempt}.jsonl").exists()
    ]


def _told(run: RunFolder) -> Iterator[list[Path]]:
    """The records of which the ledger and the gists tell all that is needed. What they do not tell
    of the others they are told in the room that those took: delete them before you ask for more.
    """
    records = sorted(run.records.glob("*.jsonl"))
    names = [path.stem for path in records]
    lines = {one.episode_id for one in run.tried() if not one.end_reason.is_void}
    kept = {gist.episode_id for gist in gists(run, names, from_records=False)}
    whole = lines & kept
    yield [path for path in records if path.stem in whole]
    left = [path for path in records if path.stem not in whole]
    while left:
        told: list[Path] = []
        try:
            while left:
                with suppress(BrokenRecord):
                    _tell(run, left[-1], lines, kept)
                    told.append(left[-1])
                left.pop()
        except OSError as error:
            if not is_full(error):
                raise
            if not told:
                raise OSError(
                    error.errno, f"{error.strerror} ({_IN_THE_WAY})", error.filename
                ) from None
        yield told


def _tell(run: RunFolder, record: Path, lines: set[str], kept: set[str]) -> None:
    """What the ledger and the gists do not tell of it, of which there are these `lines`."""
    name = record.stem
    if name not in lines:
        run.append(result_of_record(record))
        lines.add(name)
    if name not in kept:
        keep(run, name)
        kept.add(name)


def _sizes(records: Sequence[Path]) -> list[int]:
    return [path.stat().st_size for path in records]


def _delete(records: Sequence[Path], sizes: Sequence[int]) -> Iterator[int]:
    for path, size in zip(records, sizes, strict=True):
        try:
            path.unlink(missing_ok=True)
        except KeyboardInterrupt:  # it mostly comes as the call returns: this one is gone, too
            if not path.exists():
                yield size
            raise
        yield size


def _played_s(run: RunFolder) -> float:
    """When something was last played in it."""
    for path in (run.ledger, run.path / "run.json"):
        with suppress(FileNotFoundError):
            return path.stat().st_mtime
    return 0.0
