"""Tables as the pages write them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """The lines of a table."""
    yield f"| {' | '.join(header)} |"
    yield "| --- " * len(header) + "|"
    yield from (f"| {' | '.join(row)} |" for row in rows)
