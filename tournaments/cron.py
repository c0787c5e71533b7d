"""Whether five words are a cron schedule: asked when the file is read, not when it is deployed.

Accepted is what every cron implementation agrees on (POSIX.1-2017 `crontab`, plus names and
`/steps`): lists of `*`, numbers, ranges and steps. Extensions (`@daily`, `L`, `#`, seconds) are
refused, and so is a day that never comes: Prefect makes an error of it each time.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from typing import Final

_PART: Final = re.compile(
    r"(?:\*|(?P<low>[a-z0-9]+)(?:-(?P<high>[a-z0-9]+))?)(?:/(?P<step>[0-9]{1,3}))?"
)
_MONTHS: Final = re.findall("...", "janfebmaraprmayjunjulaugsepoctnovdec")
_DAYS: Final = re.findall("...", "sunmontuewedthufrisat")
_LONGEST: Final = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)  # days of each month
_NONE: Final = range(0)


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
    given = []
    for column, word in zip(_COLUMNS, words, strict=True):
        spans = [_span(part, column) for part in word.split(",")]
        if not all(spans):
            numbers = f"a number from {column.low} to {column.high}"
            return f"the {column.name} is not *, {numbers}, a range, a list or a step"
        given.append(set(chain(*spans)))
    _, _, days, months, _ = given
    return None if ever_comes(days, months) else f"there is no day {min(days)} in such a month"


def ever_comes(days: Iterable[int], months: Iterable[int]) -> bool:
    """Whether one of these days of the month ever comes in one of these months, both from 1."""
    return min(days) <= max(_LONGEST[month - 1] for month in months)


def _span(part: str, column: _Column) -> range:
    """The numbers that a part of a field stands for; none where it is no part of one."""
    matched = _PART.fullmatch(part)
    if matched is None:
        return _NONE
    low, high, step = column.low, column.high, int(matched["step"] or 1)
    if matched["low"] is not None:
        low = column.number(matched["low"])
        last = matched["high"] or (None if matched["step"] else matched["low"])
        high = high if last is None else column.number(last)
    return range(low, high + 1, step) if step and 0 <= low <= high else _NONE
