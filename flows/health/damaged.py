"""Whether the file in which the bus of a `captains up` keeps its events is whole."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from flows.needs import Finding
from flows.standing import STORE

LOOK_S: Final = 5.0  # a gigabyte or so
MEND: Final = "captains down  # then move it and its -wal and -shm away; captains up"


def of_store(home: Path) -> Iterator[Finding]:
    """Nothing where there is none, or where no damage is found."""
    if not (home / STORE).is_file():
        return
    from spectator.store import damage_in  # takes its time to load

    if why := damage_in(home / STORE, LOOK_S):
        yield Finding(
            check="store of the bus",
            state="wrong",
            said=f"{home / STORE} is damaged: {why}",
            why="some of the matches of before cannot be shown, and new ones may not be taken",
            mend=MEND,
            left="what can still be read of it is yours to keep; matches are in the folder of runs "
            "too, and `captains publish RUN` shows them again",
        )
