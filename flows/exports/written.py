"""What an export has written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from flows.ledger import RunFolder

_RECORDS: Final = "*.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """The files, how many matches are in them, and why others are not."""

    files: tuple[Path, ...]
    matches: int
    left_out: tuple[str, ...] = ()


def records(folder: RunFolder) -> Iterator[Path]:
    """The records of the matches that count, by episode id."""
    yield from sorted(folder.records.glob(_RECORDS))


def left_out(folder: RunFolder) -> tuple[str, ...]:
    """Why matches that were played are not written."""
    counted = {one.episode_id for one in folder.tried() if not one.end_reason.is_void}
    pruned = folder.pruned()
    there = {path.stem for path in records(folder)}  # last: a record is sealed before its line
    return tuple(
        f"{name}: its record was pruned" if name in pruned else f"{name}: there is no record of it"
        for name in sorted((counted | pruned) - there)
    )
