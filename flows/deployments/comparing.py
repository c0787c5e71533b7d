"""A deployment as plain data, on the server and as it is wanted, and what is different."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from prefect.client.schemas.responses import DeploymentResponse
from prefect.client.schemas.schedules import (
    SCHEDULE_TYPES,
    CronSchedule,
    IntervalSchedule,
    RRuleSchedule,
)

from engine.wording import printable, shortened
from flows.deployments.wanted import WantedDeployment, WantedSchedule

Shape = Mapping[str, Any]
DEFAULT_QUEUE: Final = "default"
BEGINNING: Final = "DTSTART:20200101T000000\n"
JOB_VARIABLES: Final = "job variables"
LONGEST: Final = 60  # of a value that is told; of longer ones only that they are different


def schedule_of(wanted: WantedSchedule) -> SCHEDULE_TYPES:
    """As Prefect has it."""
    if wanted.cron is not None:
        return CronSchedule(cron=wanted.cron, timezone=wanted.timezone)
    if wanted.rrule is not None:
        return RRuleSchedule(rrule=wanted.rrule, timezone=wanted.timezone)
    anchor = datetime.fromisoformat(wanted.anchor or "")
    if anchor.tzinfo is None:  # by the clock of its time zone
        anchor = anchor.replace(tzinfo=ZoneInfo(wanted.timezone))
    return IntervalSchedule.model_validate(
        {"interval": wanted.interval_s, "anchor_date": anchor, "timezone": wanted.timezone}
    )


def wanted_shape(wanted: WantedDeployment, pull: list[dict[str, Any]], form: Any) -> Shape:
    """`pull`: the steps before a run. `form`: the schema of its parameters."""
    shape = {
        "description": wanted.description,
        "version": wanted.version,
        "tags": sorted(wanted.tags),
        "entrypoint": wanted.entrypoint,
        "parameters": wanted.parameters,
        "runs at once": wanted.runs,
        "collision strategy": wanted.on_collision if wanted.runs else None,
        "grace period": wanted.grace_s if wanted.runs else None,
        "work pool": wanted.work_pool,
        "work queue": wanted.work_queue or DEFAULT_QUEUE,
        JOB_VARIABLES: wanted.job_variables,
        "working folder": pull,
        "run form": form,
        "checks parameters": True,
    } | {
        f"schedule {each.slug}": _schedule(schedule_of(each), each.parameters)
        for each in wanted.schedules
    }
    shape |= {f"active {s.slug}": s.active for s in wanted.schedules if s.active is not None}
    return shape if wanted.paused is None else {**shape, "paused": wanted.paused}


def shape_of(found: DeploymentResponse) -> Shape:
    """As the server has it."""
    limit, options = found.global_concurrency_limit, found.concurrency_options
    schedules = {each.slug or f"without a slug, {each.id}": each for each in found.schedules}
    return {
        "description": found.description,
        "version": found.version,
        "tags": sorted(found.tags),
        "entrypoint": found.entrypoint,
        "parameters": found.parameters,
        "runs at once": limit.limit if limit else None,
        "collision strategy": str(options.collision_strategy.value) if limit and options else None,
        "grace period": options.grace_period_seconds if limit and options else None,
        "work pool": found.work_pool_name,
        "work queue": found.work_queue_name or DEFAULT_QUEUE,
        JOB_VARIABLES: found.job_variables,
        "working folder": found.pull_steps,
        "run form": found.parameter_openapi_schema,
        "checks parameters": found.enforce_parameter_schema,
        "paused": found.paused,
    } | {
        f"{what} {slug}": value
        for slug, each in schedules.items()
        for what, value in (
            ("schedule", _schedule(each.schedule, each.parameters)),
            ("active", each.active),
        )
    }


def _schedule(schedule: SCHEDULE_TYPES, parameters: Mapping[str, Any]) -> dict[str, Any]:
    plain = schedule.model_dump(mode="json")
    if isinstance(schedule, IntervalSchedule):  # one moment, in whatever zone it is written
        plain["anchor_date"] = schedule.anchor_date.timestamp()
    if isinstance(schedule, RRuleSchedule):  # the server writes its own beginning before the rule
        plain["rrule"] = schedule.rrule.removeprefix(BEGINNING)
    return plain | ({"parameters": dict(parameters)} if parameters else {})


def differences(found: Shape, wanted: Shape) -> Iterator[str]:
    """What is different, in words. Whether somebody has paused it is his where `wanted` does not
    say it.
    """
    for name in dict.fromkeys((*wanted, *found)):
        is_left = name not in wanted and name.startswith(("paused", "active "))
        if not is_left and found.get(name) != wanted.get(name):
            yield _difference(name, found.get(name), wanted.get(name))


def _difference(name: str, before: object, after: object) -> str:
    if before is None:
        return f"{name} is new"
    if after is None:
        return f"{name} is gone"
    if isinstance(before, dict) and isinstance(after, dict):
        return _inner(name, before, after)
    told = f"{name}: {before} → {after}"
    return printable(told) if len(told) <= LONGEST else name


def _inner(name: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """The first part of a mapping that is different, where it can be told in a few words."""
    for key in dict.fromkeys((*before, *after)):
        if before.get(key) != after.get(key):
            told = f"{name}: {key} {before.get(key)} → {after.get(key)}"
            if len(told) > LONGEST * 2 or name == JOB_VARIABLES:  # they may hold a key or a token
                told = shortened(f"{name}: {key}")
            return printable(told)
    return name
