"""A deployment as it is declared, wherever it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

OURS: Final = "captains"
"""The tag by which our deployments are told from others."""
FROM_FILE: Final = "tournament-file"
"""The tag of those that are made from a tournament file."""

PoolName = Literal["captains-cpu", "captains-llm"]
CPU: Final = "captains-cpu"
LLM: Final = "captains-llm"

SHARDS: Final[Mapping[PoolName, str]] = {
    CPU: "fixtures/fixtures",
    LLM: "fixtures/fixtures-waiting",
}
"""The deployments that play shards."""

EPISODE: Final = "flows.episode.episode"
TOURNAMENT: Final = "flows.tournament.tournament"
FIXTURES: Final = "flows.fixtures.fixtures"
Entrypoint = Literal[
    "flows.episode.episode", "flows.tournament.tournament", "flows.fixtures.fixtures"
]

JOB_VARIABLES: Final[Mapping[str, Any]] = {
    "env": {
        "DO_NOT_TRACK": "1",
        "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    }
}
"""Of our settings those that matter to the process of a run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedSchedule:
    """One of `cron`, `rrule` and `interval_s`, which is counted from `anchor` (ISO 8601). `active`
    None: as somebody has left it on the server, at first on.
    """

    slug: str
    timezone: str
    cron: str | None = None
    rrule: str | None = None
    interval_s: int | None = None
    anchor: str | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    active: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedDeployment:
    """`runs`: how many at once; `on_collision` what becomes of one more, `grace_s` how long a run
    may take to begin. `anywhere`: its runs need no folder of their own. `origin`: the file that
    declares it, `pool_line` where it names the work pool.
    """

    name: str
    entrypoint: Entrypoint
    description: str
    version: str
    tags: tuple[str, ...]
    parameters: Mapping[str, Any]
    schedules: tuple[WantedSchedule, ...] = ()
    runs: int | None = None
    on_collision: Literal["ENQUEUE", "CANCEL_NEW"] = "ENQUEUE"
    grace_s: int | None = None
    paused: bool | None = None
    work_pool: str = CPU
    work_queue: str | None = None
    anywhere: bool = False
    job_variables: Mapping[str, Any] = field(default_factory=dict)
    origin: str = ""
    pool_line: int = 1

    @property
    def flow(self) -> str:
        """The flow's name, which is that of its function."""
        return self.entrypoint.rpartition(".")[2]

    @property
    def full_name(self) -> str:
        return f"{self.flow}/{self.name}"
