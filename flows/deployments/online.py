"""The workers that take the runs of a pool now."""

from __future__ import annotations

import httpx
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import Worker, WorkerStatus


async def online(client: PrefectClient, pool: str) -> list[Worker]:
    """A pool that nobody has set up has none."""
    try:
        found = await client.read_workers_for_work_pool(pool)
    except httpx.HTTPStatusError as error:  # of this route Prefect does not make a class
        if error.response.status_code != httpx.codes.NOT_FOUND:
            raise
        return []
    return [one for one in found if one.status == WorkerStatus.ONLINE]
