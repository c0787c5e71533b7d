"""Creates what a Prefect server needs, and brings it up to date: pools, limits, automations.

A number that somebody has changed on the server stays. To tell his from one that we set and that
another version of the file declares differently, a Prefect variable keeps what we set last.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Final

import httpx
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.actions import (
    GlobalConcurrencyLimitCreate,
    GlobalConcurrencyLimitUpdate,
    VariableCreate,
    VariableUpdate,
    WorkPoolCreate,
    WorkPoolUpdate,
)
from prefect.client.schemas.objects import WorkPool
from prefect.client.schemas.responses import GlobalConcurrencyLimitResponse
from prefect.exceptions import ObjectAlreadyExists, PrefectException

from engine.errors import BadPreset
from flows.deployments.alone import alone
from flows.deployments.automating import automate
from flows.deployments.declared import (
    Declared,
    Limit,
    Pool,
    endpoints_of,
    known_captains,
    limits_of,
    shipped,
)
from flows.deployments.lines import Line, State
from flows.deployments.paging import all_of

SET_VARIABLE: Final = "captains_set"
PROCESS: Final = "process"

Kept = dict[str, int | None]


async def set_up(
    client: PrefectClient,
    declared: Declared | None = None,
    endpoints: Iterable[str] = (),
    *,
    dry_run: bool = False,
) -> list[Line]:
    """A line for each pool, limit and automation: what was created or changed, or would be where
    `dry_run`; `skipped` an automation of what is not there yet.

    `endpoints` are those whose limits are wanted. Where nothing is to be done the server is asked
    four times, and nothing is written.
    """
    lines = await set_up_pools(client, declared, endpoints, dry_run=dry_run)
    return lines + await automate(client, dry_run=dry_run)


async def set_up_pools(
    client: PrefectClient,
    declared: Declared | None = None,
    endpoints: Iterable[str] = (),
    *,
    dry_run: bool = False,
) -> list[Line]:
    """The same of pools and limits alone, which deployments need."""
    async with alone(is_wanted=not dry_run):
        return await _pools_and_limits(client, declared or shipped(), endpoints, dry_run=dry_run)


async def _pools_and_limits(
    client: PrefectClient, wanted: Declared, endpoints: Iterable[str], *, dry_run: bool
) -> list[Line]:
    before = await _kept(client)
    kept = dict(before or {})
    pools = {pool.name: pool for pool in await all_of(client.read_work_pools)}
    limits = await _limits(client)
    lines = []
    for name, pool in wanted.pools.items():
        lines.append(line := _pool_line(name, pool, pools.get(name), kept))
        if not dry_run:
            await _do_pool(client, line, pool)
    for name, limit in limits_of(wanted, endpoints).items():
        lines.append(line := _limit_line(name, limit, limits.get(name), kept))
        if not dry_run:
            await _do_limit(client, line, limit)
    if kept != before and not dry_run:
        was = before or {}
        new = {name: kept[name] for name in kept if name not in was or kept[name] != was[name]}
        await _keep(client, new, is_new=before is None)
    return lines


async def make_ready(client: PrefectClient, tell: Callable[[str], None]) -> list[Line]:
    """For commands that go on all the same where the server lets nobody set it up, or the
    environment names a model that cannot be: there are no lines then.
    """
    try:
        lines = await set_up(client, endpoints=endpoints_of(known_captains()))
    except (httpx.HTTPError, PrefectException, BadPreset) as error:
        tell(f"the Prefect server could not be set up: {error}")
        return []
    if new := [line.name for line in lines if line.state not in ("unchanged", "skipped")]:
        tell(f"set up on the Prefect server: {', '.join(new)}")
    return lines


async def was_set_up(client: PrefectClient) -> bool:
    """Whether any command of ours ever did."""
    return await _kept(client) is not None


async def _kept(client: PrefectClient) -> Kept | None:
    """What we set last, by name; None where nothing was ever set."""
    found = await client.read_variable_by_name(SET_VARIABLE)
    if found is None:
        return None
    return dict(found.value) if isinstance(found.value, dict) else {}


async def _keep(client: PrefectClient, new: Kept, *, is_new: bool) -> None:
    if is_new:
        with suppress(ObjectAlreadyExists):  # somebody else sets up the same just now
            await client.create_variable(VariableCreate(name=SET_VARIABLE, value=new))
            return
    kept = {**(await _kept(client) or {}), **new}  # with what others have set meanwhile
    await client.update_variable(VariableUpdate(name=SET_VARIABLE, value=kept))


async def _limits(client: PrefectClient) -> dict[str, GlobalConcurrencyLimitResponse]:
    found = await all_of(client.read_global_concurrency_limits)
    return {limit.name: limit for limit in found}


def _pool_line(name: str, pool: Pool, found: WorkPool | None, kept: Kept) -> Line:
    if found is None:
        return _set("work pool", name, "created", pool.runs, _as_allowed(pool.runs), kept)
    if found.type != PROCESS:
        said = f"of type {found.type}, yours"
        return Line(what="work pool", name=name, state="unchanged", said=said)
    if found.concurrency_limit == pool.runs:
        return _set("work pool", name, "unchanged", pool.runs, "", kept)
    said = f"{_as_allowed(found.concurrency_limit)} (declared: {_as_allowed(pool.runs)})"
    if name in kept and kept[name] == found.concurrency_limit:
        return _set("work pool", name, "changed", pool.runs, said, kept)
    return Line(what="work pool", name=name, state="unchanged", said=f"yours: {said}")


def _as_allowed(runs: int | None) -> str:
    return "as many runs as workers allow" if runs is None else f"{runs} runs at once"


def _limit_line(
    name: str, limit: Limit, found: GlobalConcurrencyLimitResponse | None, kept: Kept
) -> Line:
    if found is None:
        return _set("limit", name, "created", limit.slots, str(limit.slots), kept)
    if found.limit == limit.slots and found.active:
        return _set("limit", name, "unchanged", limit.slots, "", kept)
    now = f"{found.limit}{'' if found.active else ', switched off'}"
    if limit.fixed or (found.active and kept.get(name) == found.limit):
        return _set("limit", name, "changed", limit.slots, f"{now} → {limit.slots}", kept)
    said = f"yours: {now} (declared: {limit.slots})"
    return Line(what="limit", name=name, state="unchanged", said=said)


def _set(what: str, name: str, state: State, number: int | None, said: str, kept: Kept) -> Line:
    """What is set is kept."""
    kept[name] = number
    return Line(what=what, name=name, state=state, said=said)


async def _do_pool(client: PrefectClient, line: Line, pool: Pool) -> None:
    if line.state == "created":
        # The worker's own template: asked for by name, Prefect's server looks for it on the net.
        from prefect.workers.process import ProcessWorker

        created = WorkPoolCreate(
            name=line.name,
            description=pool.description,
            type=PROCESS,
            base_job_template=ProcessWorker.get_default_base_job_template(),
            concurrency_limit=pool.runs,
        )
        with suppress(ObjectAlreadyExists):  # somebody else created it just now
            await client.create_work_pool(created)
    elif line.state == "changed":
        changed = WorkPoolUpdate(concurrency_limit=pool.runs)
        await client.update_work_pool(line.name, changed)


async def _do_limit(client: PrefectClient, line: Line, limit: Limit) -> None:
    if line.state == "created":
        created = GlobalConcurrencyLimitCreate(name=line.name, limit=limit.slots)
        with suppress(ObjectAlreadyExists):
            await client.create_global_concurrency_limit(created)
    elif line.state == "changed":
        changed = GlobalConcurrencyLimitUpdate(active=True, limit=limit.slots)
        await client.update_global_concurrency_limit(line.name, changed)
