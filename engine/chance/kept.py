"""Solved tables kept on disk, so that the next process reads what this one has worked out.

A file holds the tables of one name; its own name is a digest of all that they follow from: the ball
model, what was asked for, the program that solves, numpy and the kind of machine. So a file is
never wrong, only superfluous, and may be deleted at any time. What cannot be read is worked out
again, what cannot be written is not kept.
"""

from __future__ import annotations

import os
import platform
import re
import tempfile
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from hashlib import blake2b, file_digest
from importlib.resources import files
from io import BufferedIOBase
from pathlib import Path
from typing import Final

import numpy as np

from engine.chance.classes import Floats
from engine.chance.coefficients import digest_of
from engine.variables import CACHE

MOST_BYTES: Final = 1 << 30  # of all files together: some forty stages of twenty overs
_SEAL_BYTES: Final = 32
_SUFFIX: Final = ".npz"
_PART_PREFIX: Final = "captains-"  # being written, or left by a process that was killed over it
_PART_SUFFIX: Final = ".part"
_OURS: Final = re.compile(rf"[0-9a-f]{{16}}{_SUFFIX}|{_PART_PREFIX}\w+{_PART_SUFFIX}")

Tables = dict[str, Floats]


def _program() -> str:
    """Digest of the sources that work the tables out, as they are on disk; empty without any."""
    sources = [
        source.read_bytes()
        for package in ("engine.cricket", "engine.chance")
        for source in sorted(files(package).iterdir(), key=lambda each: each.name)
        if source.name.endswith(".py")
    ]
    return digest_of(*sources) if sources else ""


# What this process runs, read as it begins: who has written a new version since does not alter it.
_RUNS: Final = _program()


def kept(model_digest: str, asked: str, work_out: Callable[[], Tables]) -> Tables:
    """What `work_out` gives, from the disk where an earlier process has left it there.

    `asked` is all that it depends on beside the ball model. A model without a digest keeps nothing.
    """
    folder = folder_of_tables()
    if not (model_digest and _RUNS and folder):
        return work_out()
    file = folder / (_name(model_digest, asked) + _SUFFIX)
    found = _read(file)
    if found is None:
        found = work_out()
        with suppress(OSError):
            if _program() == _RUNS:  # else a module that was loaded late may be a newer one
                _write(file, found)
    return found


def folder_of_tables() -> Path | None:
    """`CAPTAINS_CACHE`, else `captains` in the user's folder for such files; None without one."""
    named, users = CACHE.read(), Path(os.environ.get("XDG_CACHE_HOME", ""))
    with suppress(RuntimeError):  # nobody's home
        if named:
            return Path(named).expanduser()
        return (users if users.is_absolute() else Path.home() / ".cache") / "captains"
    return None


def _name(model_digest: str, asked: str) -> str:
    follows = model_digest, asked, _RUNS, np.__version__, platform.machine()
    return digest_of(*(each.encode() for each in follows))


def _read(file: Path) -> Tables | None:
    """None where it is not there, or is not to the byte what was written under this name."""
    if not file.is_file():  # who opens a pipe waits for its writer
        return None
    try:
        with file.open("rb") as source:
            if source.read(_SEAL_BYTES) != _seal_of(source, file.name):
                return None
            source.seek(_SEAL_BYTES)
            with np.load(source, allow_pickle=False) as found:
                tables = {name: found[name] for name in found.files}
    except OSError:
        return None
    with suppress(OSError):  # somebody else's
        os.utime(file)  # the one that was used last is deleted last
    return tables


def _write(file: Path, tables: Tables) -> None:
    """Whole or not at all. Raises `OSError`."""
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=_PART_PREFIX, suffix=_PART_SUFFIX)
    part = Path(name)
    try:
        with os.fdopen(handle, "w+b") as sink:
            sink.write(bytes(_SEAL_BYTES))
            np.savez(sink, allow_pickle=False, **tables)
            sink.seek(_SEAL_BYTES)
            seal = _seal_of(sink, file.name)
            sink.seek(0)
            sink.write(seal)
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)
    _make_room(file.parent)


def _seal_of(content: BufferedIOBase, name: str) -> bytes:
    """Digest of the name and of all that follows."""
    keyed = partial(blake2b, digest_size=_SEAL_BYTES, key=name.encode())
    return file_digest(content, keyed).digest()


def _make_room(folder: Path) -> None:
    """Delete those that were not used for longest. Others may do so at the same time."""
    known = (each for each in folder.iterdir() if _OURS.fullmatch(each.name))
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
