"""Tables that fit a terminal's width: headings shortened, the least important columns left out, and
only then a name cut. No name is broken over two lines.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from engine.wording import shortened

Rows = list[list[str]]

NAMES: Final = "captain"
LEAST_NAME: Final = 8  # characters: a shorter rest names nobody
_SHORT: Final = {
    "played": "P",
    "won": "W",
    "lost": "L",
    "tied": "T",
    "points": "Pts",
    "void": "V",
    "forfeits": "F",
    "fallbacks": "B",
}
_LEAST_FIRST: Final = ("fallbacks", "forfeits", "void", "played", "tied", "lost", "won", "nrr")


def standings_within(rows: Rows, room: int, gap: int = 2) -> Rows:
    """As much of a table as `room` characters hold, `gap` between columns; its first row is the
    heading. Place, name and points stay, whatever the room.
    """
    fits = _first_that_fits(_ever_fewer(rows), room, gap)
    return fits if fits is not None else _names_cut([*_ever_fewer(rows)][-1], room, gap)


def crosstable_within(rows: Rows, room: int, gap: int = 2) -> Rows | None:
    """As much of a crosstable as `room` holds: opponents by their numbers, then without the mean
    scores, then names cut. None where not even that fits.
    """
    numbered = _numbered(rows)
    bare = [
        [cell.partition(" (")[0] if at else cell for at, cell in enumerate(row)] for row in numbered
    ]
    fits = _first_that_fits(iter([rows, numbered, bare]), room, gap)
    if fits is not None:
        return fits
    cut = _names_cut(bare, room, gap)
    return cut if _width(cut, gap) <= room else None


def _width(rows: Rows, gap: int) -> int:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return sum(widths) + gap * (len(widths) - 1)


def _first_that_fits(variants: Iterator[Rows], room: int, gap: int) -> Rows | None:
    return next((rows for rows in variants if _width(rows, gap) <= room), None)


def _ever_fewer(rows: Rows) -> Iterator[Rows]:
    yield rows
    kept = [*rows[0]]
    yield _only(rows, kept)
    for column in _LEAST_FIRST:
        if column in kept:
            kept.remove(column)
            yield _only(rows, kept)


def _only(rows: Rows, columns: Sequence[str]) -> Rows:
    """These columns, under short headings."""
    at = [rows[0].index(column) for column in columns]
    return [
        [_SHORT.get(column, column) for column in columns],
        *([row[index] for index in at] for row in rows[1:]),
    ]


def _numbered(rows: Rows) -> Rows:
    """The captain of the third row is the third column's."""
    head = [rows[0][0], *(str(number) for number in range(1, len(rows)))]
    return [head, *([f"{n} {row[0]}", *row[1:]] for n, row in enumerate(rows[1:], start=1))]


def _names_cut(rows: Rows, room: int, gap: int) -> Rows:
    at = rows[0].index(NAMES)
    longest = max(len(row[at]) for row in rows)
    limit = max(LEAST_NAME, longest - (_width(rows, gap) - room))
    return [[*row[:at], shortened(row[at], limit), *row[at + 1 :]] for row in rows]
