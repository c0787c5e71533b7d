"""What PostgreSQL and the way to it can do to us, in our own words.

Whoever runs the store must act where it lets us in for no password, database or right
(`StoreRefused`); everything that may pass by itself is `StoreUnavailable`. The rest is our bug and
stays what it is. No text of ours tells a password: an address that cannot be read is not repeated.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import asyncpg

from spectator.store.contract import StoreRefused, StoreUnavailable

ADDRESS: Final = (
    "the address of the store cannot be read; it is postgresql://USER@HOST:PORT/DATABASE, with the "
    "special characters of a part percent-encoded"
)
NO_FILE: Final = "no such file: the server's socket, or a certificate that the address names"
_LOG: Final = logging.getLogger("spectator.store")
# SQLSTATE classes and codes (PostgreSQL manual, appendix A): connection, rolled back, resources,
# somebody's intervention, the system outside, a lock not had, a server that only reads.
_PASSES: Final = ("08", "40", "53", "57", "58", "55P03", "25006")
# Not let in, no such database, no right, no such table: after somebody has changed something.
_REFUSES: Final = ("28", "3D", "42501", "42P01", "3F000", "0A000")
# The same once more works, as the log takes an event once: serialization, deadlock, a connection
# that has died since it was last used.
_AGAIN: Final = ("40001", "40P01", "08003", "08006", "57P01", "57P02")
# What asyncpg says itself: the connection is closed, or was cut off in the middle of its protocol.
BROKEN: Final = (asyncpg.InterfaceError, asyncpg.InternalClientError)


class TryAgain(Exception):
    """The whole transaction is to be done again, from the start."""


@contextmanager
def in_our_words() -> Iterator[None]:
    """Raise what comes out of asyncpg as one of ours."""
    try:
        yield
    except (asyncpg.PostgresError, *BROKEN) as error:
        raise _ours(error) from None
    except FileNotFoundError:  # it does not say which
        raise StoreUnavailable(NO_FILE) from None
    except (OSError, TimeoutError) as error:
        raise StoreUnavailable(str(error) or "it did not answer in time") from None


def _ours(error: Exception) -> Exception:
    if isinstance(error, ValueError):  # an argument of ours that does not fit
        return error
    if isinstance(error, BROKEN):
        return TryAgain("the connection was cut off")
    state = str(getattr(error, "sqlstate", ""))
    if state in _AGAIN:
        return TryAgain(str(error))
    if state.startswith(_REFUSES):
        return StoreRefused(str(error))
    return StoreUnavailable(str(error)) if state.startswith(_PASSES) else error


class Reach:
    """Says once that the store cannot be reached, and once that it is there again."""

    def __init__(self) -> None:
        self._away = False

    @contextmanager
    def noted(self) -> Iterator[None]:
        try:
            yield
        except StoreUnavailable as error:
            if not self._away:
                _LOG.warning("captains bus: the store does not answer, trying again: %s", error)
            self._away = True
            raise
        if self._away:
            _LOG.warning("captains bus: the store answers again")
        self._away = False
