"""What keeps an answer away that is not the captain's own doing, and who must act.

├── TransportFault   nobody: it is tried again, then the episode is void and replayed
└── BadEndpoint      the organiser: an address, a key or a model that is not accepted; trying again
                     is no use, and the captain plays no further match
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Final

from engine.errors import BadPreset, CaptainUnavailable, EngineError


class TransportFault(CaptainUnavailable):
    """`endpoint` could not be reached, or did not work: `why`.

    `retry_after_s` is how long it wishes to be left alone, `pushed_back` that it is asked too
    much, `final` that trying again is no use for now.
    """

    def __init__(
        self,
        endpoint: str,
        why: str,
        retry_after_s: float | None = None,
        pushed_back: bool = False,
        final: bool = False,
    ) -> None:
        super().__init__(endpoint, why, retry_after_s, pushed_back, final)
        self.endpoint, self.why, self.retry_after_s = endpoint, why, retry_after_s
        self.pushed_back, self.final = pushed_back, final

    def __str__(self) -> str:
        return f"{self.endpoint}: {self.why}"


class Part(StrEnum):
    """What of a captain's settings an endpoint does not accept."""

    ADDRESS = "address"
    KEY = "key"
    MODEL = "model"


class BadEndpoint(EngineError):
    """`endpoint` cannot be used with these settings: `why`. `part` of them has to be mended."""

    def __init__(self, endpoint: str, why: str, part: Part) -> None:
        super().__init__(endpoint, why, part)
        self.endpoint, self.why, self.part = endpoint, why, part

    def __str__(self) -> str:
        return f"{self.endpoint}: {self.why}"


_ALLOWED: Final = {
    Part.ADDRESS: "the address that answers itself",
    Part.KEY: "one that it accepts",
    Part.MODEL: "one that it serves",
}


def bad_preset(captain: str, bad: BadEndpoint, named: Mapping[Part, str]) -> BadPreset:
    """The organiser's error, in the words of his file. `named`: the setting of each part."""
    return BadPreset(captain, f"{named[bad.part]}: {bad}; allowed: {_ALLOWED[bad.part]}")


def retry_after_s(
    headers: Mapping[str, str], now: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> float | None:
    """Seconds to wait, from `retry-after-ms` or `retry-after` (seconds or a date). Names are in
    small letters.
    """
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    given = headers.get("retry-after")
    seconds = _number(given)
    if seconds is not None or given is None:
        return seconds
    try:
        date = parsedate_to_datetime(given)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    date = date if date.tzinfo is not None else date.replace(tzinfo=UTC)
    return max(0.0, (date - now()).total_seconds())


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None
