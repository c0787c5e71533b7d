"""A deployment of a tournament file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from engine.captains import is_scripted
from engine.version import project_version
from flows import catalogue
from flows.config import SCHEDULED
from flows.deployments.wanted import (
    CPU,
    FROM_FILE,
    JOB_VARIABLES,
    LLM,
    OURS,
    TOURNAMENT,
    WantedDeployment,
    WantedSchedule,
)
from flows.work import captains_of
from tournaments.schedule_spec import Schedule

SLUG: Final = "schedule"
ANCHOR: Final = "2026-01-01T00:00:00"  # by the clock of the schedule's time zone


def read_tournament_file(named: str) -> WantedDeployment:
    """The deployment `tournament/<name>` of a file or of a bracket that ships. Raises
    `BadTournamentFile`.

    The file is named, not copied: a captain who is added to it plays the next time. One with a
    schedule plays new matches each time, one without is resumed.
    """
    spec, path = catalogue.load(named), catalogue.path_of(named)
    captains = captains_of(spec, catalogue.known())
    file = named if str(path) != named else _as_found(path)
    config = {"file": file} | ({"occasion": SCHEDULED} if spec.schedule else {})
    return WantedDeployment(
        name=spec.name,
        entrypoint=TOURNAMENT,
        description=f"The tournament of {file}: {', '.join(captains)}.",
        version=project_version(),
        tags=(OURS, FROM_FILE),
        parameters={"config": config},
        schedules=(_schedule(spec.schedule),) if spec.schedule else (),
        runs=1,
        on_collision="CANCEL_NEW",
        work_pool=CPU if all(map(is_scripted, captains.values())) else LLM,
        job_variables=JOB_VARIABLES,
        origin=named,
    )


def _as_found(path: Path) -> str:
    """As the runs find it, which work in this folder."""
    whole, here = path.resolve(), Path.cwd().resolve()
    return os.path.relpath(whole, here) if whole.is_relative_to(here) else str(whole)


def _schedule(schedule: Schedule) -> WantedSchedule:
    return WantedSchedule(
        slug=SLUG,
        timezone=schedule.timezone,
        cron=schedule.cron,
        rrule=schedule.rrule,
        interval_s=schedule.interval_s,
        anchor=ANCHOR if schedule.interval else None,
    )
