"""Events on disk while the bus is away: a file a stream, an event a line, in a folder of the run.

A file belongs to the process that holds its lock, and the kernel takes the lock from one that is
killed: the file is then anybody's to deliver. Lines are written at once, so a killed process loses
none of them; they are flushed to the disk itself (fsync) when the process lets go of the file, so
a power cut may take the last of them. Records do not depend on any of this.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from glob import escape
from itertools import islice
from pathlib import Path
from tempfile import mkstemp
from typing import Final, Self
from urllib.parse import quote

from engine.record import is_written
from spectator.streams import StreamName, stream_name

SUFFIX: Final = ".jsonl"
_NEW: Final = ".new"  # made, and not locked yet
_STRANGE: Final = ".strange"  # not of our making, or torn before its first line was whole
_LONGEST_NAME: Final = 150
_CHUNK: Final = 1 << 20


class SpoolFile:
    """The events of one stream from number `first` to `end` - 1. Not for two threads at once."""

    def __init__(self, path: Path, handle: int, stream: StreamName, *, first: int) -> None:
        self.path, self.stream, self.first, self.end = path, stream, first, first
        self.broken: str | None = None  # why it takes no more
        self._handle, self._size = handle, 0
        self._places: dict[int, int] = {first: 0}  # where the lines of some numbers begin

    @classmethod
    def adopted(cls, path: Path) -> Self | None:
        """What another process left; None where it is still held, gone, or no spool."""
        try:
            handle = os.open(path, os.O_RDWR | os.O_APPEND)
        except OSError:
            return None
        found = None
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.fstat(handle).st_nlink > 0:
                found = cls._read_from(path, handle)
        except OSError:
            pass  # somebody holds it
        except (ValueError, TypeError, KeyError):
            path.replace(path.with_suffix(_STRANGE))
        if found is None:
            os.close(handle)
        return found

    @classmethod
    def _read_from(cls, path: Path, handle: int) -> Self:
        """Raises `ValueError`, `TypeError` or `KeyError` where its first line is no whole event."""
        with open(handle, "rb", closefd=False) as lines:
            first = lines.readline()
        if not first.endswith(b"\n"):
            raise ValueError("its first line was torn")
        event = json.loads(first)
        stream = stream_name(event["episode_id"], event["attempt"])
        found = cls(path, handle, stream, first=int(event["seq"]))
        for chunk, offset in _chunks(handle):
            found.end += chunk.count(b"\n")
            if b"\n" in chunk:
                found._size = offset + chunk.rindex(b"\n") + 1
        os.ftruncate(handle, found._size)  # a line that was torn
        return found

    def append(self, lines: Sequence[bytes]) -> int:
        """How many of the lines are on disk now; where it is not all of them, `broken` says why."""
        if self.broken is not None:
            return 0
        data = b"".join(line + b"\n" for line in lines)
        written = 0
        try:
            while written < len(data):
                written += os.write(self._handle, memoryview(data)[written:])
        except OSError as error:
            self.broken = error.strerror or str(error)
        whole = data[:written].count(b"\n")
        self._size += data.rfind(b"\n", 0, written) + 1
        self.end += whole
        if self.broken is not None:
            with suppress(OSError):
                os.ftruncate(self._handle, self._size)
        return whole

    def read(self, seq: int, events: int, room: int) -> list[bytes]:
        """The lines from number `seq` on, at most so many, and not above `room` bytes together
        unless it is one alone.
        """
        begin = self._place_of(seq)
        size = min(max(room, 1), self._size - begin)
        while (data := os.pread(self._handle, size, begin)).find(b"\n") < 0:
            if size >= self._size - begin:
                return []
            size = min(2 * size, self._size - begin)
        found = data[: data.rindex(b"\n")].split(b"\n", events)[:events]
        length = sum(map(len, found)) + len(found)
        self._places = {self.first: 0, seq: begin, seq + len(found): begin + length}
        return found

    def remove(self) -> None:
        """Everything has been delivered, or never will be."""
        with suppress(OSError):
            self.path.unlink()
        os.close(self._handle)

    def leave(self) -> None:
        """To whoever comes next."""
        with suppress(OSError):
            os.fsync(self._handle)
        os.close(self._handle)

    def _place_of(self, seq: int) -> int:
        known = self._places.get(seq)
        if known is not None:
            return known
        before = max(number for number in self._places if number < seq)
        left, begin = seq - before, self._places[before]
        for chunk, offset in _chunks(self._handle, begin):
            if (count := chunk.count(b"\n")) < left:
                left -= count
                continue
            at = -1
            for _ in range(left):
                at = chunk.index(b"\n", at + 1)
            return offset + at + 1
        return self._size


class Spool:
    """The folder, which need not exist yet."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def create(self, stream: StreamName, first: int) -> SpoolFile:
        """Raises `OSError`."""
        self.folder.mkdir(parents=True, exist_ok=True)
        handle, name = mkstemp(prefix=_prefix(stream), suffix=_NEW, dir=self.folder)
        fcntl.flock(handle, fcntl.LOCK_EX)
        path = Path(name).rename(Path(name).with_suffix(SUFFIX))
        return SpoolFile(path, handle, stream, first=first)

    def orphans(self, most: int) -> list[SpoolFile]:
        """Files that nobody holds, at most so many; they are ours then."""
        found = (SpoolFile.adopted(path) for path in self.folder.glob(f"*{SUFFIX}"))
        return list(islice((log for log in found if log is not None), most))

    def streams_left(self) -> int:
        """Files that nobody is about to send."""
        files = self.folder.glob(f"*{SUFFIX}")
        return sum(not is_written(path) and path.exists() for path in files)

    def is_held(self, stream: StreamName) -> bool:
        """Whether a living process has events of the stream here."""
        return any(map(is_written, self.folder.glob(f"{escape(_prefix(stream))}*{SUFFIX}")))


def _prefix(stream: StreamName) -> str:
    return quote(stream, safe="")[:_LONGEST_NAME] + "."


def _chunks(handle: int, begin: int = 0) -> Iterator[tuple[bytes, int]]:
    """The file from `begin` on, each piece with where it begins."""
    while chunk := os.pread(handle, _CHUNK, begin):
        yield chunk, begin
        begin += len(chunk)
