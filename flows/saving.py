"""Files that are there whole or not at all, and errors that say which file it was: the system
names none when a disk is full.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkstemp


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """What goes wrong in the block names `path`, where it names no file itself."""
    try:
        yield
    except OSError as error:
        if error.errno is None or error.filename is not None:
            raise
        raise OSError(error.errno, error.strerror, str(path)) from None


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
