"""When a deployment runs by itself, as files say it."""

from __future__ import annotations

from typing import Final, Self
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator, model_validator

from tournaments.cron import cron_fault
from tournaments.fields import Strict, broken_rule
from tournaments.rrule import rrule_fault
from tournaments.text import shown

_SECONDS: Final = {"m": 60, "h": 3600, "d": 86_400}


class CalendarSchedule(Strict):
    """A time by the calendar of a time zone."""

    cron: str | None = Field(
        default=None,
        max_length=100,
        title="Cron",
        description="Five fields, minute hour day month weekday, as a quoted text.",
        examples=["0 20 * * 5"],
    )
    rrule: str | None = Field(
        default=None,
        max_length=500,
        title="Recurrence rule",
        description="A rule of RFC 5545, such as FREQ=WEEKLY;BYDAY=SA;BYHOUR=10.",
        examples=["FREQ=WEEKLY;BYDAY=SA;BYHOUR=10"],
    )
    timezone: str = Field(
        default="UTC",
        max_length=64,
        title="Time zone",
        description="A name of the IANA time zone database, such as Europe/London.",
        examples=["Europe/London"],
    )

    @field_validator("cron")
    @classmethod
    def _is_cron(cls, cron: str | None) -> str | None:
        if cron is not None and (fault := cron_fault(cron)):
            raise broken_rule(f'{shown(cron)}: {fault}; allowed: such as "0 20 * * 5"')
        return cron

    @field_validator("rrule")
    @classmethod
    def _is_rrule(cls, rule: str | None) -> str | None:
        if rule is not None and (fault := rrule_fault(rule)):
            allowed = "such as FREQ=WEEKLY;BYDAY=SA;BYHOUR=10"
            raise broken_rule(f"{shown(rule)}: {fault}; allowed: {allowed}")
        return rule

    @field_validator("timezone")
    @classmethod
    def _is_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ValueError, OSError, LookupError):
            raise broken_rule(
                f"unknown time zone {shown(name)}; allowed: an IANA name such as Europe/London"
            ) from None
        return name

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        kinds = ("cron", "rrule", "interval")
        given = [kind for kind in kinds if getattr(self, kind, None) is not None]
        if len(given) != 1:
            said = " and ".join(given) or "neither cron nor rrule nor interval"
            raise broken_rule(f"{said}; allowed: one of cron, rrule, interval")
        return self


class Schedule(CalendarSchedule):
    """When a deployment of this file runs by itself: one of `cron`, `rrule`, `interval`."""

    interval: str | None = Field(
        default=None,
        pattern=r"^[1-9][0-9]{0,4}[mhd]$",
        title="Interval",
        description="A whole number of minutes, hours or days, such as 90m, 6h or 2d, counted from "
        "the midnight at which 2026 began.",
        examples=["6h"],
    )

    @property
    def interval_s(self) -> int | None:
        if self.interval is None:
            return None
        return int(self.interval[:-1]) * _SECONDS[self.interval[-1]]
