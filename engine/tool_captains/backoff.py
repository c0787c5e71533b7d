"""How long to wait before an endpoint is asked again that could not be reached or was busy."""

from __future__ import annotations

import email.utils
from datetime import UTC, datetime
from typing import Final

FIRST_S: Final = 0.5
MOST_S: Final = 30.0
LONGEST_RETRY_AFTER_S: Final = 60.0  # an endpoint that asks for more counts as unreachable


def backoff_s(retry: int, uniform: float, asked_for_s: float | None = None) -> float:
    """The wait before retry 0, 1, 2 …: exponential, between half and all of it by `uniform`, and
    not less than the endpoint asked for.
    """
    wait_s = min(MOST_S, FIRST_S * 2**retry) * (0.5 + 0.5 * uniform)
    return max(wait_s, asked_for_s or 0.0)


def retry_after_s(header: str | None, now: datetime | None = None) -> float | None:
    """The seconds of a Retry-After header, a number or a date (RFC 9110, 10.2.3); None where it
    says nothing that can be read.
    """
    if header is None:
        return None
    text = header.strip()
    if text.isdecimal() and len(text) <= 9:
        return float(text)
    try:
        when = email.utils.parsedate_to_datetime(text)
    except ValueError:
        return None
    if when.tzinfo is None:
        when = when.replace(tzinfo=UTC)
    return max(0.0, (when - (now or datetime.now(UTC))).total_seconds())
