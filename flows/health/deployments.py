"""The deployments that a server has of a folder, what somebody has paused, who takes the runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import FlowRunFilter, WorkPoolFilter
from prefect.client.schemas.objects import FlowRun, WorkerStatus, WorkPool
from prefect.client.schemas.responses import DeploymentResponse

from flows.deployments.declared import shipped
from flows.deployments.deploying import deploy, deployed, works_in
from flows.deployments.lines import Line
from flows.deployments.paging import all_of
from flows.deployments.prefect_file import prefect_file, read_prefect_file
from flows.deployments.reading import BadFile
from flows.needs import Finding

YOURS: Final = "somebody has set it so"
Deployed = Mapping[str, DeploymentResponse]


async def of_deployments(client: PrefectClient, folder: Path) -> list[Finding]:
    """Those of the folder's `prefect.yaml`."""
    try:
        wanted = read_prefect_file(prefect_file(folder))
    except BadFile as error:
        said = str(error).splitlines()[0]
        return [Finding(check="deployments", state="note", said=said, left="it is no file of ours")]
    try:
        lines = await deploy(client, wanted, folder=folder, dry_run=True)
    except BadFile as error:  # a work pool that is nowhere
        why, said = "none of the file's deployments can be made", str(error).splitlines()[0]
        return [Finding(check="deployments", state="wrong", said=said, why=why)]
    return list(_of_deployments(lines, has_some=await is_deployed(client, folder)))


async def is_deployed(client: PrefectClient, folder: Path) -> bool:
    """Whether anything was ever deployed of this folder."""
    steps = works_in(folder)
    return any(one.pull_steps == steps for one in (await deployed(client)).values())


def _of_deployments(lines: Sequence[Line], *, has_some: bool) -> Iterator[Finding]:
    missing = [line.name for line in lines if line.state == "created"]
    other = [line.name for line in lines if line.state == "changed"]
    if not has_some:
        yield Finding(
            check="deployments",
            state="note",
            said="none of this folder's",
            why="nothing runs here by itself, or from the Prefect UI",
            mend="captains deploy",
            left="nothing was ever deployed of this folder, and a schedule would begin to play",
        )
        return
    if missing:
        yield Finding(
            check="deployments",
            state="note",
            said=f"missing: {', '.join(missing)}",
            why="their schedules play nothing, and nobody can start them in the Prefect UI",
            mend="captains deploy",
        )
    if other:
        yield Finding(
            check="deployments",
            state="note",
            said=f"not as declared: {', '.join(other)}",
            why="they play what an earlier file says, or another folder's, or what somebody set",
            mend="captains deploy",
            left="what somebody may have set in the Prefect UI would be written over",
        )
    if not missing and not other:
        yield Finding(check="deployments", state="ok", said=f"{len(lines)} as declared")


def of_schedules(there: Deployed) -> Iterator[Finding]:
    """What somebody has paused."""
    why, left = "it plays nothing until it is resumed", YOURS
    for name, one in sorted(there.items()):
        off = [each for each in one.schedules if not each.active]
        if one.paused:
            mend = "captains deploy  # with `paused: false` in its file; or its switch in the UI"
            yield Finding(check=name, state="note", said="paused", why=why, mend=mend, left=left)
        for each in off if not one.paused else []:
            yield Finding(
                check=name,
                state="note",
                said=f"its schedule {each.slug or each.id} is paused",
                why=why,
                mend=f"prefect deployment schedule resume {name} {each.id}",
                left=left,
            )


async def of_workers(client: PrefectClient, there: Deployed, *, embedded: bool) -> list[Finding]:
    """Whether somebody takes the runs of each pool that is there."""
    pools = [pool for pool in await all_of(client.read_work_pools) if pool.name in shipped().pools]
    return [
        finding
        for pool in pools
        for finding in await of_pool(client, pool, there, embedded=embedded)
    ]


async def _waiting(client: PrefectClient, pool: str) -> list[FlowRun]:
    """Runs that are due and that nobody has taken."""
    due = {
        "state": {"type": {"any_": ["SCHEDULED"]}},
        "expected_start_time": {"before_": datetime.now(UTC).isoformat()},
    }
    of_pool = WorkPoolFilter.model_validate({"name": {"any_": [pool]}})
    wanted = FlowRunFilter.model_validate(due)
    return await all_of(
        partial(client.read_flow_runs, flow_run_filter=wanted, work_pool_filter=of_pool)
    )


async def of_pool(
    client: PrefectClient, pool: WorkPool, there: Deployed, *, embedded: bool
) -> list[Finding]:
    """Whether it is paused, and whether a worker is online."""
    found = [_paused(pool.name)] if pool.is_paused else []
    workers = await all_of(partial(client.read_workers_for_work_pool, pool.name))
    online = sum(worker.status is WorkerStatus.ONLINE for worker in workers)
    if online:
        said = f"{online} online"
        return [*found, Finding(check=f"workers of {pool.name}", state="ok", said=said)]
    waiting = len(await _waiting(client, pool.name))
    is_scheduled = any(
        one.work_pool_name == pool.name
        and not one.paused
        and any(each.active for each in one.schedules)
        for one in there.values()
    )
    needed = waiting > 0 or (is_scheduled and not embedded)
    coming = ", and schedules will make some" if is_scheduled else ""
    return [
        *found,
        Finding(
            check=f"workers of {pool.name}",
            state="wrong" if needed else "note",
            said="none is online" + (f", and {waiting} of its runs wait" if waiting else ""),
            why=f"nobody takes the runs of its deployments{coming}",
            mend="captains up --detach" if embedded else f"prefect worker start --pool {pool.name}",
            left="a process that stays is yours to start",
        ),
    ]


def _paused(pool: str) -> Finding:
    return Finding(
        check=f"workers of {pool}",
        state="note",
        said="the pool is paused",
        why="no worker takes anything from it",
        mend=f"prefect work-pool resume {pool}",
        left=YOURS,
    )
