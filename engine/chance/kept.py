"""Solved tables kept on disk, so that the next process reads what this one has worked out.

A file holds the tables of one name; its own name is a digest of all that they follow from: the ball
model, what was asked for, the program that solves and numpy. So a file is never wrong, only
superfluous, and may be deleted at any time. What cannot be read is worked out again, what cannot be
written is not kept.
"""

from __future__ import annotations

import os
import tempfile
import zipfile
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, cast

import numpy as np

from engine.chance.classes import Floats
from engine.chance.coefficients import digest_of
from engine.variables import CACHE

MOST_BYTES: Final = 1 << 30  # of all files together: some forty stages of twenty overs
_SUFFIX: Final = ".npz"
_PART: Final = ".part"  # being written, or left by a process that was killed over it
_PROGRAM: Final = ("engine.cricket", "engine.chance")

Tables = dict[str, Floats]


def kept(model_digest: str, asked: str, work_out: Callable[[], Tables]) -> Tables:
    """What `work_out` gives, from the disk where an earlier process has left it there.

    `asked` is all that it depends on beside the ball model. A model without a digest keeps nothing.
    """
    folder = folder_of_tables()
    if not model_digest or folder is None:
        return work_out()
    file = folder / (_name(model_digest, asked) + _SUFFIX)
    found = _read(file)
    if found is None:
        found = work_out()
        with suppress(OSError):
            _write(file, found)
    return found


def folder_of_tables() -> Path | None:
    """`CAPTAINS_CACHE`, else `captains` in the user's folder for such files; None without one."""
    if named := CACHE.read():
        return Path(named).expanduser()
    users = os.environ.get("XDG_CACHE_HOME", "")
    with suppress(RuntimeError):  # nobody's home
        return (Path(users) if users else Path.home() / ".cache") / "captains"
    return None


def _name(model_digest: str, asked: str) -> str:
    return digest_of(model_digest.encode(), asked.encode(), _program())


@cache
def _program() -> bytes:
    """Digest of what works the tables out."""
    sources = [
        source.read_bytes()
        for package in _PROGRAM
        for source in sorted(files(package).iterdir(), key=lambda each: each.name)
        if source.name.endswith(".py")
    ]
    return digest_of(*sources, np.__version__.encode()).encode()


def _read(file: Path) -> Tables | None:
    """None where it is not there, or is damaged: each table has a checksum."""
    try:
        with file.open("rb") as source, np.load(source, allow_pickle=False) as found:
            tables = {name: found[name] for name in found.files}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None
    with suppress(OSError):  # somebody else's
        os.utime(file)  # the one that was used last is deleted last
    return tables


def _write(file: Path, tables: Tables) -> None:
    """Whole or not at all. Raises `OSError`."""
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=file.parent, suffix=_PART)
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as sink:
            np.savez(sink, **cast("Any", tables))
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)
    _make_room(file.parent)


def _make_room(folder: Path) -> None:
    """Delete those that were not used for longest. Others may do so at the same time."""
    known = (each for each in folder.iterdir() if each.suffix in (_SUFFIX, _PART))
    total = 0
    for file in sorted(known, key=_used, reverse=True):
        with suppress(OSError):
            total += file.stat().st_size
            if total > MOST_BYTES:
                file.unlink()


def _used(file: Path) -> float:
    with suppress(OSError):
        return file.stat().st_mtime
    return 0.0
