"""Values that break whoever writes them out without care."""

from __future__ import annotations

from typing import Any, Final

MANY_DIGITS: Final = 10**5000  # more digits than Python writes out (`sys.set_int_max_str_digits`)


def nested(depth: int = 5000) -> list[Any]:
    """A list in a list in a list …, deeper than `repr` goes."""
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value
