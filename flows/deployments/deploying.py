"""Makes the deployments that are declared, and tells of those that are not declared any more.

Where nothing is different nothing is written: Prefect deletes what a deployment has scheduled when
it is written. What is written replaces everything, so that a schedule that was deleted from a file
is gone from the server too; Prefect's own `deploy` never removes one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.actions import DeploymentScheduleCreate
from prefect.client.schemas.filters import DeploymentFilter, FlowFilter
from prefect.client.schemas.objects import ConcurrencyOptions
from prefect.client.schemas.responses import DeploymentResponse
from prefect.flows import Flow
from prefect.utilities.callables import parameter_schema

from engine.wording import printable
from flows.deployments.comparing import Shape, differences, schedule_of, shape_of, wanted_shape
from flows.deployments.declared import shipped
from flows.deployments.lines import Line, State
from flows.deployments.paging import all_of
from flows.deployments.reading import BadFile
from flows.deployments.wanted import (
    EPISODE,
    FIXTURES,
    FROM_FILE,
    OURS,
    TOURNAMENT,
    WantedDeployment,
)
from flows.episode import episode
from flows.fixtures import fixtures
from flows.tournament import tournament
from tournaments.brackets import bracket_names
from tournaments.errors import Problem
from tournaments.text import shown

FLOWS: Final[Mapping[str, Flow[..., Any]]] = {
    EPISODE: episode,
    TOURNAMENT: tournament,
    FIXTURES: fixtures,
}
WHAT: Final = "deployment"


async def deploy(
    client: PrefectClient,
    wanted: Sequence[WantedDeployment],
    *,
    folder: Path,
    everything: bool = False,
    prune: bool = False,
    dry_run: bool = False,
) -> list[Line]:
    """A line for each deployment: what was created or changed, or would be where `dry_run`. The
    runs work in `folder`. `everything`: `wanted` is all of that folder's `prefect.yaml`. What is
    not declared any more is told, and removed where `prune`.

    Raises `BadFile` for a work pool that is nowhere, before anything is written, and
    `httpx.HTTPStatusError` where Prefect refuses.
    """
    await _check_pools(client, wanted)
    there = await deployed(client)
    lines = []
    for one in wanted:
        found = there.get(one.full_name)
        lines.append(line := _line(one, found, folder))
        if line.state != "unchanged" and not dry_run:
            await _write(client, one, found, folder)
    declared = {one.full_name for one in wanted}
    for name in sorted(there.keys() - declared):
        left = there[name]
        if why := _undeclared(left, folder, wanted, everything=everything):
            state: State = "removed" if prune else "undeclared"
            lines.append(Line(what=WHAT, name=name, state=state, said=why))
            if prune and not dry_run:
                await client.delete_deployment(left.id)
    return lines


async def _check_pools(client: PrefectClient, wanted: Sequence[WantedDeployment]) -> None:
    """Those of ours are made where they are missing."""
    there = {pool.name for pool in await all_of(client.read_work_pools)} | {*shipped().pools}
    unknown = tuple(
        Problem(
            file=one.origin,
            line=one.pool_line,
            message=f"work pool {shown(one.work_pool)} is not on the server; "
            f"allowed: {', '.join(sorted(map(printable, there)))}",
        )
        for one in wanted
        if one.work_pool not in there
    )
    if unknown:
        raise BadFile(unknown)


async def _flow_ids(client: PrefectClient) -> dict[UUID, str]:
    """Our flows, as far as the server knows them."""
    named = {"name": {"any_": [flow.name for flow in FLOWS.values()]}}
    found = await client.read_flows(flow_filter=FlowFilter.model_validate(named))
    return {flow.id: flow.name for flow in found}


async def deployed(client: PrefectClient) -> dict[str, DeploymentResponse]:
    """Every deployment of our flows with our tag, by its full name, of every folder."""
    flow_ids = await _flow_ids(client)
    ours = DeploymentFilter.model_validate({"tags": {"all_": [OURS]}})
    found = await all_of(partial(client.read_deployments, deployment_filter=ours))
    return {f"{flow_ids[one.flow_id]}/{one.name}": one for one in found if one.flow_id in flow_ids}


def _line(one: WantedDeployment, found: DeploymentResponse | None, folder: Path) -> Line:
    if found is None:
        slugs = ", ".join(schedule.slug for schedule in one.schedules)
        said = f"{one.work_pool}{', schedule ' if slugs else ''}{slugs}"
        return Line(what=WHAT, name=one.full_name, state="created", said=said)
    changes = "; ".join(differences(shape_of(found), _shape(one, folder)))
    state: State = "changed" if changes else "unchanged"
    return Line(what=WHAT, name=one.full_name, state=state, said=changes)


def _shape(one: WantedDeployment, folder: Path) -> Shape:
    return wanted_shape(one, _pull(one, folder), _form(one))


def _form(one: WantedDeployment) -> dict[str, Any]:
    """What Prefect's run form is made from."""
    return parameter_schema(FLOWS[one.entrypoint]).model_dump(exclude_unset=True)


def _pull(one: WantedDeployment, folder: Path) -> list[dict[str, Any]]:
    """The steps before a run: none where it can be anywhere."""
    return [] if one.anywhere else works_in(folder)


def works_in(folder: Path) -> list[dict[str, Any]]:
    """The pull steps of a deployment of this folder: the one that Prefect takes where none is
    declared.
    """
    step = {"directory": str(folder.resolve())}
    return [{"prefect.deployments.steps.set_working_directory": step}]


async def _write(
    client: PrefectClient, one: WantedDeployment, found: DeploymentResponse | None, folder: Path
) -> None:
    left = {schedule.slug: schedule.active for schedule in found.schedules} if found else {}
    options = None
    if one.runs is not None:
        options = ConcurrencyOptions.model_validate(
            {"collision_strategy": one.on_collision, "grace_period_seconds": one.grace_s}
        )
    await client.create_deployment(
        flow_id=await client.create_flow_from_name(one.flow),
        name=one.name,
        version=one.version,
        description=one.description,
        tags=list(one.tags),
        schedules=[
            DeploymentScheduleCreate(
                schedule=schedule_of(each),
                active=left.get(each.slug, True) if each.active is None else each.active,
                parameters=dict(each.parameters),
                slug=each.slug,
            )
            for each in one.schedules
        ],
        concurrency_limit=one.runs,
        concurrency_options=options,
        parameters=dict(one.parameters),
        work_pool_name=one.work_pool,
        work_queue_name=one.work_queue,
        entrypoint=one.entrypoint,
        parameter_openapi_schema=_form(one),
        paused=one.paused,
        pull_steps=_pull(one, folder),
        enforce_parameter_schema=True,
        job_variables=dict(one.job_variables),
    )


def _undeclared(
    one: DeploymentResponse, folder: Path, wanted: Iterable[WantedDeployment], *, everything: bool
) -> str | None:
    """Why this folder declares it no more; None where it does, or it is not this folder's."""
    if one.pull_steps != works_in(folder):
        return None
    if FROM_FILE not in one.tags:
        return "not in prefect.yaml" if everything else None
    file = _file_of(one.parameters)
    for another in wanted:
        if FROM_FILE in another.tags and _file_of(another.parameters) == file:
            return f"{file} is {another.full_name} now"
    there = (folder / file).is_file() or file in bracket_names()
    return None if there else f"{file} is gone"


def _file_of(parameters: Mapping[str, Any]) -> str:
    config = parameters.get("config")
    return str(config.get("file")) if isinstance(config, Mapping) else ""
