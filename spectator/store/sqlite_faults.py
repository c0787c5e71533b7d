"""What a SQLite file can do to us, in our own words.

What passes by itself is `StoreUnavailable`: a lock, a disk that is full or fails. A file that is
not what we wrote is `StoreDamaged`, which whoever runs the store has to put right. The rest is our
bug and stays what it is; so does a constraint that is hurt, unless the file is found damaged then.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Final, Literal

from spectator.store.contract import StoreDamaged, StoreUnavailable

_LOG: Final = logging.getLogger("spectator.store")
_DAMAGED: Final = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
# Others have it, the disk or its rights, or the tables were changed meanwhile: rescode.html. What
# lacks memory Python raises as `MemoryError`.
_PASSES: Final = (
    *(sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL, sqlite3.SQLITE_SCHEMA),
    *(sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN),
    *(sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM),
)
_NO_TABLE: Final = "no such table"  # of a file that was emptied
_NOT_TEXT: Final = "Could not decode"  # Python's own
_STEPS: Final = 10_000  # of SQLite's machine between looks at the clock: milliseconds
_LOOK_S: Final = 2.0  # some hundred megabytes; nothing else is stored or read meanwhile


def ours(error: sqlite3.DatabaseError, file: str) -> Exception:
    """The error of ours that it is; the same one where it is a bug. Looks at the file where only
    that can tell, for `_LOOK_S` at most.
    """
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # without the extended part
    if code in _PASSES:
        return StoreUnavailable(f"the store's file {file}: {error}")
    if str(error).startswith(_NOT_TEXT):
        return StoreDamaged(file, "a text in it is not UTF-8")
    if code in _DAMAGED or str(error).startswith(_NO_TABLE):
        return StoreDamaged(file, str(error))
    if code == sqlite3.SQLITE_CONSTRAINT:
        why = damage_in(Path(file), _LOOK_S, check="integrity_check")
        return error if why is None else StoreDamaged(file, why)
    return error


class Damage:
    """Remembers the first damage of a file that has just been opened, and says it once."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._opened: int | None = None  # in memory, or it cannot be looked at
        with suppress(OSError):
            self._opened = _number(file)
        self._found: StoreDamaged | None = None
        self._finding = threading.Lock()  # work is done in another thread than asks

    @property
    def found(self) -> StoreDamaged | None:
        if self._found is None and self._is_moved():
            self._find(
                StoreDamaged(self._file, "it was moved or deleted while the bus has it open")
            )
        return self._found

    def met(self, why: str) -> StoreDamaged | None:
        """What a reader of a text in it has met with; None of a store in memory."""
        if self._opened is None:
            return None
        damage = StoreDamaged(self._file, why)
        self._find(damage)
        return damage

    def _is_moved(self) -> bool:
        """Whether the name is nobody's now, or another file's. One that cannot be looked at, as a
        right, a disk or a network is missing, may be there.
        """
        try:
            return self._opened is not None and _number(self._file) != self._opened
        except FileNotFoundError:
            return True
        except OSError:
            return False

    def _find(self, damage: StoreDamaged) -> None:
        with self._finding:
            if self._found is None:
                self._found = damage
                _LOG.error("captains bus: %s", damage)

    @contextmanager
    def noted(self) -> Iterator[None]:
        """Raises `StoreUnavailable` for what SQLite does. Around work in the store's own thread:
        it may take a look at the file.
        """
        try:
            yield
        except sqlite3.DatabaseError as error:
            told = ours(error, self._file)
            if isinstance(told, StoreDamaged):
                self._find(told)
            if told is error:
                raise
            raise told from error


def _number(file: str) -> int:
    """Of the file that has this name now."""
    return Path(file).stat().st_ino


def damage_in(
    file: Path,
    within_s: float,
    check: Literal["quick_check", "integrity_check"] = "quick_check",
) -> str | None:
    """What is damaged in the file of a store, which may be open elsewhere; None where nothing is
    found in that time, or the file cannot be looked at. Only the longer check holds its indexes
    against its tables.
    """
    due_s = time.monotonic() + within_s
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as db:
            db.set_progress_handler(lambda: time.monotonic() > due_s, _STEPS)
            with suppress(sqlite3.OperationalError):  # out of time, or locked
                (said,) = db.execute(f"PRAGMA {check}(1)").fetchone()
                return None if said == "ok" else str(said).splitlines()[-1]
    except sqlite3.OperationalError:
        return None
    except sqlite3.DatabaseError as error:
        return str(error)
    return None
