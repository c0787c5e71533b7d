"""Files and lines that are there whole or not at all, and errors that say which file it was: the
system names none when a disk is full.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from errno import EDQUOT, ENOSPC
from pathlib import Path
from tempfile import mkstemp
from typing import Final

_FULL: Final = (ENOSPC, EDQUOT)


class BrokenFile(Exception):
    """A file of a run, at `path`, that cannot be used: `why`. `says` what it is for, `then` what
    becomes of a run without it.
    """

    says: str
    then: str

    def __init__(self, path: str, why: str) -> None:
        super().__init__(path, why)
        self.path, self.why = path, why

    def __str__(self) -> str:
        return (
            f"{self.path}: {self.why}; it says {self.says}. Put a good copy in its place, or "
            f"remove it: no result is lost, but {self.then}"
        )


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """What goes wrong in the block names `path`, where it names no file itself."""
    try:
        yield
    except OSError as error:
        if error.errno is None or error.filename is not None:
            raise
        raise OSError(error.errno, error.strerror, str(path)) from None


def is_full(error: OSError) -> bool:
    """Whether it is for want of room, on the disk or in what its owner may take of it."""
    return error.errno in _FULL


def save(path: Path, content: bytes) -> None:
    """`path` holds all of `content`, or else what it held before. Raises `OSError`, which names
    it.
    """
    part = path.with_name(f"{path.name}.part")
    try:
        with naming(path):
            part.write_bytes(content)
            part.replace(path)
    except OSError:
        part.unlink(missing_ok=True)
        raise


def save_private(path: Path, content: bytes) -> int:
    """The same, read by its owner alone (mode 600). Gives the open file, for the caller to close:
    its lock is taken before anybody sees it.
    """
    handle, part = mkstemp(dir=path.parent)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        with naming(path):
            os.write(handle, content)
            Path(part).replace(path)
    except OSError:
        Path(part).unlink(missing_ok=True)
        os.close(handle)
        raise
    return handle


def append_line(path: Path, line: bytes) -> None:
    """Add `line` to a file that several processes write; whole lines only, also after one that a
    power cut tore. Raises `OSError`, with the file's name, where the disk takes no more.
    """
    handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        size = os.fstat(handle).st_size
        torn = size > 0 and os.pread(handle, 1, size - 1) != b"\n"
        with naming(path):
            _write_whole(handle, (b"\n" if torn else b"") + line + b"\n", size)
    finally:
        os.close(handle)


def _write_whole(handle: int, line: bytes, size: int) -> None:
    """Append `line` to a file of `size` bytes. A disk takes the part that fits without an error."""
    if os.write(handle, line) < len(line):
        os.ftruncate(handle, size)
        raise OSError(ENOSPC, os.strerror(ENOSPC))
