"""`prefect.yaml`, read strictly: Prefect ignores what it does not know, a misspelt limit too.

What is taken is what both `prefect deploy --all` and `captains deploy` make the same deployments
of: no templates, no steps, no anchors.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

from pydantic import (
    BaseModel,
    Field,
    StringConstraints,
    ValidationError,
    field_validator,
    model_validator,
)

from engine.yamlfile import Document, Fault, Where
from flows.config import EpisodeConfig, TournamentConfig, spec_of
from flows.deployments.reading import BadFile, read_model
from flows.deployments.wanted import (
    EPISODE,
    FIXTURES,
    OURS,
    TOURNAMENT,
    Entrypoint,
    WantedDeployment,
    WantedSchedule,
)
from tournaments.errors import BadTournamentFile
from tournaments.explaining import Explainer
from tournaments.fields import Strict, broken_rule
from tournaments.schedule_spec import CalendarSchedule
from tournaments.text import shown

FILE: Final = "prefect.yaml"
SHIPPED: Final = Path(__file__).with_name(FILE)  # in a wheel; a checkout has it in its root
ROOT: Final = Path(__file__).resolve().parents[2]
CONFIGS: Final[Mapping[str, type[BaseModel]]] = {
    EPISODE: EpisodeConfig,
    TOURNAMENT: TournamentConfig,
}
ANCHOR: Final = "2026-01-01T00:00:00Z"
MOST_INTERVAL_S: Final = 365 * 86_400
NAME_RULE: Final = "Small letters, digits and single hyphens inside, such as nightly-ladder."
Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
Tag = Annotated[str, StringConstraints(min_length=1, max_length=60)]


class ConcurrencyLimit(Strict):
    """How many runs of a deployment at once."""

    limit: int = Field(ge=1, description="How many runs at once: a number from 1.")
    collision_strategy: Literal["ENQUEUE", "CANCEL_NEW"] = Field(
        description="What becomes of one more: ENQUEUE or CANCEL_NEW."
    )
    grace_period_seconds: int | None = Field(
        default=None, ge=60, le=86_400, description="60 to 86400 seconds for a run to begin."
    )


class PrefectSchedule(CalendarSchedule):
    """A schedule as Prefect writes it."""

    slug: Name = Field(description=NAME_RULE)
    interval: int | None = Field(
        default=None, ge=60, le=MOST_INTERVAL_S, description="60 to 31536000 seconds."
    )
    anchor_date: str | None = Field(
        default=None,
        pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)$",
        description=f"The time from which an interval is counted, such as {ANCHOR}.",
    )
    active: bool | None = Field(
        default=None, description="true or false; left out: as it was left on the server."
    )
    parameters: dict[str, Any] = Field(
        default_factory=dict, description="Parameters of its own: {config: {…}}."
    )

    @field_validator("anchor_date")
    @classmethod
    def _is_a_time(cls, anchor: str | None) -> str | None:
        try:
            datetime.fromisoformat(anchor or ANCHOR)
        except ValueError:
            raise broken_rule(
                f"there is no time {shown(anchor)}; allowed: such as {ANCHOR}"
            ) from None
        return anchor

    @model_validator(mode="after")
    def _has_a_beginning(self) -> Self:
        if (self.interval is None) != (self.anchor_date is None):
            raise broken_rule(
                "interval and anchor_date go together; without one each deploy would begin anew"
            )
        return self


class WorkPool(Strict):
    """Who plays it."""

    name: str = Field(min_length=1, description="A work pool, such as captains-cpu.")
    work_queue_name: str | None = Field(default=None, description="A queue of that pool.")
    job_variables: dict[str, Any] = Field(
        default_factory=dict, description="A mapping such as {env: {NAME: value}}."
    )


class Deployment(Strict):
    """One entry of `deployments`."""

    name: Name = Field(description=NAME_RULE)
    description: str = Field(min_length=1, description="A text that says what it runs.")
    version: str = Field(min_length=1, description="A quoted text such as '0.1.0'.")
    tags: list[Tag] = Field(description="A list of texts that has captains in it.")
    entrypoint: Entrypoint = Field(description=f"{EPISODE}, {TOURNAMENT} or {FIXTURES}.")
    parameters: dict[str, Any] = Field(description="A mapping: {config: {…}}.")
    enforce_parameter_schema: Literal[True] = Field(
        description="true: wrong parameters are refused before a run is made."
    )
    concurrency_limit: ConcurrencyLimit | None = Field(
        default=None, description="A mapping such as {limit: 1, collision_strategy: CANCEL_NEW}."
    )
    schedules: list[PrefectSchedule] = Field(
        default_factory=list, description="A list of schedules with a slug each."
    )
    pull: Annotated[list[Any], Field(max_length=0)] | None = Field(
        default=None, description="[]: its runs need no folder of their own; or left out."
    )
    paused: bool | None = Field(default=None, description="true or false.")
    work_pool: WorkPool = Field(description="A mapping such as {name: captains-cpu}.")

    @model_validator(mode="after")
    def _is_ours(self) -> Self:
        if OURS not in self.tags:
            raise broken_rule(
                f"the tag {OURS} is missing; by it our deployments are known", ("tags",)
            )
        slugs = [schedule.slug for schedule in self.schedules]
        for number, slug in enumerate(slugs):
            if slug in slugs[:number]:
                raise broken_rule(f"the slug {slug} stands twice", ("schedules", number, "slug"))
        return self


class PrefectFile(Strict):
    """All of `prefect.yaml`."""

    name: str = Field(min_length=1, description="The project's name.")
    prefect_version: str = Field(
        alias="prefect-version", min_length=1, description="Prefect's version."
    )
    deployments: list[Deployment] = Field(description="A list of deployments.")


def prefect_file(folder: Path = Path()) -> Path:
    """The folder's, else the one that ships."""
    return next((path for path in (folder / FILE, SHIPPED) if path.exists()), ROOT / FILE)


def read_prefect_file(path: Path) -> tuple[WantedDeployment, ...]:
    """Every deployment that the file declares. Raises `BadFile`."""
    found, document = read_model(path, PrefectFile)
    faults = [
        fault
        for number, one in enumerate(found.deployments)
        for fault in _parameter_faults(one, number, document)
    ]
    names = [one.name for one in found.deployments]
    faults += [
        Fault(line=document.line(("deployments", number, "name")), message=f"`{name}` stands twice")
        for number, name in enumerate(names)
        if name in names[:number]
    ]
    if faults:
        raise BadFile.of(str(path), faults)
    return tuple(
        _wanted(one, str(path), document.line(("deployments", number, "work_pool", "name")))
        for number, one in enumerate(found.deployments)
    )


def _parameter_faults(one: Deployment, number: int, document: Document) -> Iterator[Fault]:
    at: Where = ("deployments", number)
    if one.entrypoint == FIXTURES:
        if one.parameters:
            message = "`parameters`: who hands a shard out says what is played; allowed: {}"
            yield Fault(line=document.key_line((*at, "parameters")), message=message)
        return
    places = {(*at, "parameters"): one.parameters}
    for index, schedule in enumerate(one.schedules):
        if schedule.parameters:
            places[(*at, "schedules", index, "parameters")] = schedule.parameters
    for where, parameters in places.items():
        yield from _config_faults(CONFIGS[one.entrypoint], parameters, where, document)


def _config_faults(
    model: type[BaseModel], parameters: Mapping[str, Any], at: Where, document: Document
) -> Iterator[Fault]:
    for name in parameters.keys() - {"config"}:
        message = f"`{name}` is unknown; allowed: config"
        yield Fault(line=document.key_line((*at, name)), message=message)
    where = (*at, "config")
    try:
        config = model.model_validate(parameters.get("config", {}))
    except ValidationError as error:
        explainer = Explainer(model, where)
        found = (explainer.fault(each, document) for each in error.errors())
        yield from (fault for fault in found if fault is not None)
        return
    if isinstance(config, TournamentConfig):
        try:
            spec_of(config)
        except BadTournamentFile as error:
            yield Fault(line=document.line(where), message=str(error))


def _wanted(one: Deployment, origin: str, pool_line: int) -> WantedDeployment:
    limit = one.concurrency_limit
    return WantedDeployment(
        name=one.name,
        entrypoint=one.entrypoint,
        description=one.description,
        version=one.version,
        tags=tuple(one.tags),
        parameters=one.parameters,
        schedules=tuple(map(_schedule, one.schedules)),
        runs=limit.limit if limit else None,
        on_collision=limit.collision_strategy if limit else "ENQUEUE",
        grace_s=limit.grace_period_seconds if limit else None,
        paused=one.paused,
        anywhere=one.pull is not None,
        work_pool=one.work_pool.name,
        work_queue=one.work_pool.work_queue_name,
        job_variables=one.work_pool.job_variables,
        origin=origin,
        pool_line=pool_line,
    )


def _schedule(one: PrefectSchedule) -> WantedSchedule:
    return WantedSchedule(
        slug=one.slug,
        timezone=one.timezone,
        cron=one.cron,
        rrule=one.rrule,
        interval_s=one.interval,
        anchor=one.anchor_date,
        parameters=one.parameters,
        active=one.active,
    )
