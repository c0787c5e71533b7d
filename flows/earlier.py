"""The flow run of a process that was killed: for Prefect it stays Running, as nobody tells.

Whoever goes on with its run knows that it is over, as one process at a time plays a run; elsewhere
an automation finds it out after some minutes (`deployments/automations.yaml`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import suppress
from typing import Any, Final
from uuid import UUID

import httpx
from prefect import runtime
from prefect.client.orchestration import get_client
from prefect.exceptions import PrefectException
from prefect.states import Crashed

from flows import presumed
from flows.processes import is_dead, this_process

GONE: Final = "Its process ended before it had. The same run goes on in another flow run."


def this_flow_run() -> dict[str, Any]:
    """What a run's folder keeps of the flow run that plays it."""
    return {"id": runtime.flow_run.id, **this_process()}


async def close(flow_run: Mapping[str, Any] | None, me: Mapping[str, Any]) -> None:
    """Mark as crashed what `this_flow_run` was where its process is over and did not say so; never
    `me`, who was perhaps suspended and goes on in another process.
    """
    if flow_run is None or flow_run.get("id") in (None, me.get("id")):
        return
    if not is_dead(dict(flow_run)):
        return
    with suppress(httpx.HTTPError, PrefectException):  # of another server, or missed: a view
        async with get_client() as client:
            found = await client.read_flow_run(UUID(flow_run["id"]))
            if found.state is not None and found.state.is_running():
                await client.set_flow_run_state(found.id, Crashed(message=GONE), force=True)


async def recall(shards: Collection[str]) -> bool:
    """End the shards that an earlier start handed out, whose run was set aside; whether that is
    done.
    """
    if not shards:
        return True
    async with get_client() as client:
        return await presumed.recall(client, shards)
