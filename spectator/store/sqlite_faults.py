"""What a SQLite file can do to us, in our own words.

What passes by itself is `StoreUnavailable`: a lock, a disk that is full or fails. A file that is
not what we wrote is `StoreDamaged`, which whoever runs the store has to put right. The rest is our
bug and stays what it is.
"""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Final

from spectator.store.contract import StoreDamaged, StoreUnavailable

_LOG: Final = logging.getLogger("spectator.store")
_DAMAGED: Final = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CONSTRAINT)
_NO_TABLE: Final = "no such table"  # of a file that was emptied
_NOT_TEXT: Final = "Could not decode"  # Python's own
_STEPS: Final = 10_000  # of SQLite's machine between looks at the clock: milliseconds


def ours(error: sqlite3.DatabaseError, file: str) -> Exception:
    """The error of ours that it is."""
    if isinstance(error, sqlite3.ProgrammingError):
        return error
    if _is_damage(error):
        is_text = str(error).startswith(_NOT_TEXT)
        return StoreDamaged(file, "a text in it is not UTF-8" if is_text else str(error))
    return StoreUnavailable(f"the store's file {file}: {error}")


def _is_damage(error: sqlite3.DatabaseError) -> bool:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # without the extended part
    return code in _DAMAGED or str(error).startswith((_NO_TABLE, _NOT_TEXT))


class Damage:
    """Remembers the first damage of a file that has just been opened, and says it once."""

    def __init__(self, file: str) -> None:
        self._file, self._opened = file, _number(file)
        self._found: StoreDamaged | None = None

    @property
    def found(self) -> StoreDamaged | None:
        if self._found is None and _number(self._file) != self._opened:
            self._find(
                StoreDamaged(self._file, "it was moved or deleted while the bus has it open")
            )
        return self._found

    def _find(self, damage: StoreDamaged) -> None:
        self._found = damage
        _LOG.error("captains bus: %s", damage)

    @contextmanager
    def noted(self) -> Iterator[None]:
        """Raises `StoreUnavailable` for what SQLite does."""
        try:
            yield
        except sqlite3.DatabaseError as error:
            told = ours(error, self._file)
            if isinstance(told, StoreDamaged) and self._found is None:
                self._find(told)
            if told is error:
                raise
            raise told from error


def _number(file: str) -> int | None:
    """Of the file that has this name now."""
    try:
        return Path(file).stat().st_ino
    except OSError:
        return None


def damage_in(file: Path, within_s: float) -> str | None:
    """What is damaged in the file of a store, which may be open elsewhere; None where nothing is
    found in that time, or the file cannot be looked at.
    """
    due_s = time.monotonic() + within_s
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as db:
            db.set_progress_handler(lambda: time.monotonic() > due_s, _STEPS)
            with suppress(sqlite3.OperationalError):  # out of time, or locked
                (said,) = db.execute("PRAGMA quick_check(1)").fetchone()
                return None if said == "ok" else str(said).splitlines()[-1]
    except sqlite3.OperationalError:
        return None
    except sqlite3.DatabaseError as error:
        return str(error)
    return None
