"""What the log has taken could be read when it came."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from pydantic import ValidationError

from spectator.store import EventStore

_WHY: Final = "an event in it cannot be read any more, or not by this version of captains"


@contextmanager
def as_it_came(store: EventStore) -> Iterator[None]:
    """An event of the log that cannot be read in the block is damage of its file: raises
    `StoreDamaged` where there is one.
    """
    try:
        yield
    except ValidationError as error:
        damage = store.found_damaged(_WHY)
        if damage is None:
            raise
        raise damage from error
