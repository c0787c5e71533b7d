"""What a folder of runs tells of a stream on the bus: whether anybody still publishes it.

The kernel's locks say who is alive, on unsealed records, spool files and runs; no process id, and
nothing that Prefect thinks. One living trace outweighs all others, as what was played may have
been set aside.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from engine.errors import BrokenRecord
from engine.record import CLAIM, is_claim, is_written, record_of_attempt, unsealed
from flows.ledger import RunFolder
from flows.single import SINGLES
from spectator.spool import Spool
from spectator.streams import RUN_PREFIX, StreamName


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """`alive` None: nothing here tells. `folder` is the one that does, `sealed` the record of a
    match that nobody shows any more.
    """

    alive: bool | None = None
    folder: RunFolder | None = None
    sealed: Path | None = None


NO_TRACE = Trace()


def run_folders(runs: Path) -> Iterator[RunFolder]:
    """Of single matches, and of every run."""
    for pattern in (SINGLES, "*/*"):
        for path in runs.glob(pattern):
            if (path / "records").is_dir() or (path / "spool").is_dir():
                yield RunFolder(path.resolve())


def trace_of(stream: StreamName, folders: Iterable[RunFolder]) -> Trace:
    """Of a match or a run."""
    name, _, attempt = stream.rpartition("/")
    look = _of_run if name.startswith(RUN_PREFIX) else _of_match
    found = NO_TRACE
    for folder in folders:
        here = look(folder, name, int(attempt))
        if here.alive:
            return here
        if found.alive is None or here.sealed is not None:
            found = here
    return found


def not_played(singles: RunFolder) -> list[StreamName]:
    """Matches that a `captains up` had been asked for before it was killed, and of which nothing is
    there but the number of the attempt.
    """
    found: list[StreamName] = []
    for claim in sorted(singles.records.glob(f"*{CLAIM}")):
        name, _, attempt = claim.name.removesuffix(CLAIM).rpartition(".")
        if not attempt.isdecimal() or is_written(claim):
            continue
        if _of_match(singles, name, int(attempt)) == NO_TRACE:
            found.append(StreamName(f"{name}/{attempt}"))
    return found


def has_orphans(folder: RunFolder) -> bool:
    """Whether events wait in its spool that nobody is about to send."""
    return Spool(folder.spool).streams_left() > 0


def _of_run(folder: RunFolder, name: str, attempt: int) -> Trace:
    about = folder.about()
    if f"{RUN_PREFIX}{about.get('run_id')}" != name:
        return NO_TRACE
    return Trace(alive=folder.is_held() and about.get("starts") == attempt, folder=folder)


def _of_match(folder: RunFolder, episode_id: str, attempt: int) -> Trace:
    parts = list(unsealed(folder.records, episode_id, attempt))
    stream = StreamName(f"{episode_id}/{attempt}")
    if Spool(folder.spool).is_held(stream) or any(map(is_written, parts)):
        return Trace(alive=True, folder=folder)
    with suppress(BrokenRecord):
        sealed = record_of_attempt(folder.records, episode_id, attempt)
        if sealed is not None:
            return Trace(alive=False, folder=folder, sealed=sealed)
    return NO_TRACE if all(map(is_claim, parts)) else Trace(alive=False, folder=folder)
