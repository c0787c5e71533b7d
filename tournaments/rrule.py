"""Whether a text is a recurrence rule: asked when the file is read, not when it is deployed.

Accepted are the rules of RFC 5545 §3.3.10 that say when in the calendar something happens, and
that Prefect can follow. `COUNT` is refused, as Prefect counts from its own beginning (2020), and so
is everything finer than an hour. `UNTIL` is by the clock of the schedule's time zone: of one in UTC
(`Z`) Prefect's scheduler makes an error each time. Places of `BYSETPOS` that a month has not, and
days that no month of `BYMONTH` has, would have it search all years for a day that never comes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

from tournaments.cron import ever_comes

_DAY: Final = "(?:MO|TU|WE|TH|FR|SA|SU)"
_PARTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "FREQ": "HOURLY|DAILY|WEEKLY|MONTHLY|YEARLY",
        "INTERVAL": "[1-9][0-9]{0,2}",
        "UNTIL": "[0-9]{8}(?:T[0-9]{6})?",
        "BYMONTH": "[1-9]|1[0-2]",
        "BYMONTHDAY": "-?(?:[1-9]|[12][0-9]|3[01])",
        "BYDAY": f"(?:-?[1-5])?{_DAY}",
        "BYHOUR": "1?[0-9]|2[0-3]",
        "BYMINUTE": "[1-5]?[0-9]",
        "BYSETPOS": "-?(?:[1-9]|[12][0-9]|3[01])",
        "WKST": _DAY,
    }
)
_SINGLE: Final = ("FREQ", "INTERVAL", "UNTIL", "WKST")


def rrule_fault(rule: str) -> str | None:
    """What is wrong with a recurrence rule, or None when it is sound."""
    given: dict[str, str] = {}
    for part in rule.removeprefix("RRULE:").split(";"):
        name, _, value = part.partition("=")
        if name not in _PARTS:
            return f"{name or 'nothing'} is none of {', '.join(_PARTS)}"
        if name in given:
            return f"{name} stands twice"
        given[name] = value
        values = [value] if name in _SINGLE else value.split(",")
        if not all(re.fullmatch(_PARTS[name], one) for one in values):
            return f"{name} cannot be {value or 'empty'}"
    return _fault_together(given)


def _fault_together(given: Mapping[str, str]) -> str | None:
    """What is wrong with parts that are sound one by one."""
    if "FREQ" not in given:
        return "FREQ is missing"
    if given["FREQ"] == "HOURLY" and {"INTERVAL", "BYHOUR"} <= given.keys():
        return "INTERVAL and BYHOUR of FREQ=HOURLY may never meet"
    if "BYSETPOS" in given and given["FREQ"] in ("HOURLY", "DAILY"):
        return "BYSETPOS needs a FREQ of WEEKLY, MONTHLY or YEARLY"
    days = [abs(int(day)) for day in given.get("BYMONTHDAY", "1").split(",")]
    months = map(int, given.get("BYMONTH", "1").split(","))
    if not ever_comes(days, months):
        return f"there is no day {min(days)} in such a month"
    return _fault_of_day(given["UNTIL"]) if "UNTIL" in given else None


def _fault_of_day(until: str) -> str | None:
    try:
        datetime.fromisoformat(until)
    except ValueError:
        return f"UNTIL cannot be {until}: there is no such time"
    return None
