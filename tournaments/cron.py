"""Whether five words are a cron schedule: asked when the file is read, not when it is deployed.

Accepted is what every cron implementation agrees on (POSIX.1-2017 `crontab`, plus names and
`/steps`): lists of `*`, numbers, ranges and steps. Extensions (`@daily`, `L`, `#`, seconds) are
refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_PART: Final = re.compile(
    r"(?:\*|(?P<low>[a-z0-9]+)(?:-(?P<high>[a-z0-9]+))?)(?:/(?P<step>[0-9]{1,3}))?"
)
_MONTHS: Final = re.findall("...", "janfebmaraprmayjunjulaugsepoctnovdec")
_DAYS: Final = re.findall("...", "sunmontuewedthufrisat")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Column:
    name: str
    low: int
    high: int
    words: tuple[str, ...] = ()

    def number(self, text: str) -> int:
        """The value of `text`, or -1 when it is none of this column."""
        if text in self.words:
            return self.low + self.words.index(text)
        value = int(text) if text.isdecimal() and len(text) <= 2 else -1
        return value if self.low <= value <= self.high else -1


_COLUMNS: Final = (
    _Column(name="minute", low=0, high=59),
    _Column(name="hour", low=0, high=23),
    _Column(name="day of the month", low=1, high=31),
    _Column(name="month", low=1, high=12, words=tuple(_MONTHS)),
    _Column(name="day of the week", low=0, high=7, words=tuple(_DAYS)),  # 0 and 7 are Sunday
)


def cron_fault(expression: str) -> str | None:
    """What is wrong with a cron expression, or None when it is sound."""
    words = expression.lower().split()
    if len(words) != len(_COLUMNS):
        return f"{len(words)} fields, but cron has 5: minute hour day month weekday"
    for column, word in zip(_COLUMNS, words, strict=True):
        if not all(_fits(part, column) for part in word.split(",")):
            numbers = f"a number from {column.low} to {column.high}"
            return f"the {column.name} is not *, {numbers}, a range, a list or a step"
    return None


def _fits(part: str, column: _Column) -> bool:
    matched = _PART.fullmatch(part)
    if matched is None or (matched["step"] is not None and int(matched["step"]) == 0):
        return False
    if matched["low"] is None:
        return True
    low = column.number(matched["low"])
    high = column.number(matched["high"] or matched["low"])
    return 0 <= low <= high
