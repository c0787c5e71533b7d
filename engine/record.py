"""Records: the JSONL of an episode's events, appended while it runs, sealed with an atomic replace.

A sealed record is the truth about an episode: `records/<episode_id>.jsonl` when it counts,
`records/void/…` when it does not. A file that still ends in `.part` was never sealed and counts
for nothing; it is locked for as long as its writer lives. A claim is such a file too: it keeps the
number of a match that is asked for.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from glob import escape
from itertools import count
from pathlib import Path
from tempfile import mkstemp
from typing import BinaryIO, Final

from pydantic import ValidationError

from engine.errors import BrokenRecord
from engine.events import EpisodeEndedEvent, EpisodeStartedEvent, Event, parse_event
from engine.wire import Told

SUFFIX: Final = ".jsonl"
PART: Final = ".part"
CLAIM: Final = f".claim{PART}"
_DIGITS: Final = 8  # of a digest, where a name has one
_READABLE: Final = 0o644  # mkstemp makes files for their owner alone
_FLUSH_ON: Final = frozenset({"over.completed", "innings.ended", "episode.ended"})


class RecordWriter:
    """An episode observer that writes its record under `folder`.

    Nobody sees a half-written record under its final name: the events go to a `.part` file,
    flushed at every over, which `aclose` removes if the episode never ended.
    """

    def __init__(self, folder: Path, episode_id: str, attempt: int) -> None:
        self.path: Path | None = None
        self._folder, self._episode_id, self._attempt = folder, episode_id, attempt
        folder.mkdir(parents=True, exist_ok=True)
        self._file: BinaryIO | None = self._begun()

    async def on_event(self, event: Told) -> None:
        self.write(event)

    async def aclose(self) -> None:
        self.close()

    def write(self, event: Told) -> None:
        """Raises `OSError`, with the file's name, where the disk takes no more."""
        if self._file is None:
            raise BrokenRecord(str(self._part), "an event came after the end")
        try:
            self._file.write(event.line + b"\n")
            if event.type in _FLUSH_ON:
                self._file.flush()
            if event.type == "episode.ended":
                self._ended(event.event)
        except OSError as error:
            raise OSError(error.errno, error.strerror, str(self._part)) from None

    def close(self) -> None:
        """Ends an unsealed record: what is in the `.part` file is dropped."""
        if self._file is None:
            return
        file, self._file = self._file, None
        try:
            file.close()
        except OSError:  # a full disk, again: what was not written is dropped anyway
            pass
        finally:
            self._part.unlink(missing_ok=True)

    def _begun(self) -> BinaryIO:
        prefix = f"{self._episode_id}.{self._attempt}."
        while True:
            # A name of its own: an orchestrator may run the same episode twice at once.
            handle, part = mkstemp(prefix=prefix, suffix=PART, dir=self._folder)
            fcntl.flock(handle, fcntl.LOCK_EX)  # the kernel takes it from a writer that is killed
            self._part = Path(part)
            if _is_at(handle, self._part):
                return os.fdopen(handle, "wb")
            os.close(handle)  # it was put aside before it was locked

    def _ended(self, event: Event) -> None:
        assert isinstance(event, EpisodeEndedEvent)
        self._seal(void=event.data.end_reason.is_void)

    def _seal(self, *, void: bool) -> None:
        assert self._file is not None
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        self._file = None
        self.path = sealed_path(self._folder, self._episode_id, self._attempt, void=void)
        self.path.parent.mkdir(exist_ok=True)
        self._part.chmod(_READABLE)
        self._part.replace(self.path)


def _is_at(handle: int, path: Path) -> bool:
    """Whether the open file still has that name."""
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except FileNotFoundError:
        return False


@contextmanager
def claimed(folder: Path, episode_id: str, first: int) -> Iterator[int]:
    """A number of an attempt, from `first` on, that no living process claims, for as long as this
    lasts. It is seen as begun: the claim is a `.part` file.
    """
    for attempt in count(first):
        path = folder / f"{episode_id}.{attempt}{CLAIM}"
        with path.open("ab") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            if not _is_at(file.fileno(), path):  # whoever had it has just let go of it
                continue
            try:
                yield attempt
            finally:
                with suppress(OSError):  # a disk that fails: one that stays costs a number
                    path.unlink()
            return


def record_path(folder: Path, episode_id: str) -> Path:
    """Where the record of an episode that counts is sealed."""
    return folder / f"{episode_id}{SUFFIX}"


def void_path(folder: Path, episode_id: str, attempt: int) -> Path:
    """Where the record of a void attempt is sealed."""
    return folder / "void" / f"{episode_id}.{attempt}{SUFFIX}"


def earlier_path(folder: Path, episode_id: str, attempt: int, digest: str) -> Path:
    """Where a record that counted is kept once the same episode was played anew, and otherwise."""
    return folder / "earlier" / f"{episode_id}.{attempt}.{digest[:_DIGITS]}{SUFFIX}"


def sealed_path(folder: Path, episode_id: str, attempt: int, *, void: bool) -> Path:
    """Where the record of an attempt is sealed."""
    return void_path(folder, episode_id, attempt) if void else record_path(folder, episode_id)


def record_of_attempt(folder: Path, episode_id: str, attempt: int) -> Path | None:
    """The sealed record of that very attempt, if there is one. Raises `BrokenRecord`."""
    void, counted = void_path(folder, episode_id, attempt), record_path(folder, episode_id)
    if void.exists():
        return void
    if counted.exists() and header_of(counted).attempt == attempt:
        return counted
    return next((folder / "earlier").glob(f"{escape(episode_id)}.{attempt}.*{SUFFIX}"), None)


def unsealed(folder: Path, episode_id: str, attempt: int) -> Iterator[Path]:
    """What writers of that attempt have begun and not sealed."""
    for place in (folder, folder / "void"):  # where a run puts aside what killed ones left
        yield from place.glob(f"{escape(episode_id)}.{attempt}.*{PART}")


def is_claim(part: Path) -> bool:
    """Whether it only keeps a number: it says nothing of who plays that match, and where."""
    return part.name.endswith(CLAIM)


def put_aside(part: Path) -> bool:
    """Move what a killed process left out of the way: its attempt keeps its number. False where a
    living one has it.
    """
    try:
        with part.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            (part.parent / "void").mkdir(exist_ok=True)
            part.replace(part.parent / "void" / part.name)
    except (BlockingIOError, FileNotFoundError):
        return False
    return True


def is_written(path: Path) -> bool:
    """Whether a living process writes the file, and holds its lock for it."""
    try:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except FileNotFoundError:  # sealed, or delivered, just now
        return False
    return False


def read_record(path: Path) -> Iterator[Event]:
    """The events of a record, checked one by one. Raises `BrokenRecord` with the line that is
    wrong.
    """
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise BrokenRecord(str(path), error.strerror or str(error)) from None
    before: Event | None = None
    for number, line in enumerate(lines, start=1):
        event = _parsed(path, number, line)
        if why := _misplaced(event, number, before):
            raise BrokenRecord(f"{path}:{number}", why)
        before = event
        yield event


def _misplaced(event: Event, number: int, before: Event | None) -> str | None:
    """Why it cannot be that event of a record, counted from 1."""
    if event.seq != number:
        return f"event {event.seq} where {number} belongs"
    if before is None:
        return None
    if isinstance(before, EpisodeEndedEvent):
        return "an event after the end"
    if isinstance(event, EpisodeStartedEvent):
        return "a second beginning"
    if (event.episode_id, event.attempt) != (before.episode_id, before.attempt):
        return "an event of another episode"
    return None


def _parsed(path: Path, number: int, line: bytes) -> Event:
    try:
        return parse_event(line)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the line"
        raise BrokenRecord(f"{path}:{number}", f"{where}: {first['msg']}") from None


def header_of(path: Path) -> EpisodeStartedEvent:
    """The first event of a record. Raises `BrokenRecord`."""
    first = next(read_record(path), None)
    if not isinstance(first, EpisodeStartedEvent):
        raise BrokenRecord(str(path), "does not begin with episode.started")
    return first


def ending_of(path: Path) -> EpisodeEndedEvent:
    """The last event of a sealed record. Raises `BrokenRecord`."""
    try:
        before, _, last = path.read_bytes().rstrip(b"\n").rpartition(b"\n")
    except OSError as error:
        raise BrokenRecord(str(path), error.strerror or str(error)) from None
    event = _parsed(path, before.count(b"\n") + 1 + bool(before), last)
    if not isinstance(event, EpisodeEndedEvent):
        raise BrokenRecord(str(path), "does not end with episode.ended")
    return event
