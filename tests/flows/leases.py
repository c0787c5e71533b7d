"""Leases of the tests' Prefect server: the minute that each lasts need not be waited out."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from prefect.client.orchestration import get_client
from prefect.server.concurrency.lease_storage.filesystem import ConcurrencyLeaseStorage


async def minute_is_over(limit: str) -> float:
    """Every lease of that limit ends now, as those do whose holder has been gone for a minute; the
    server finds them in its own time. Gives the seconds after which the last of them would have.
    """
    left_s = 0.0
    async with get_client() as client:
        whose = (await client.read_global_concurrency_limit_by_name(limit)).id
    leases = ConcurrencyLeaseStorage(Path(os.environ["PREFECT_HOME"]) / "concurrency_leases")
    for lease_id in await leases.read_active_lease_ids():
        lease = await leases.read_lease(lease_id)
        if lease is not None and whose in lease.resource_ids:
            left_s = max(left_s, (lease.expiration - datetime.now(UTC)).total_seconds())
            await leases.renew_lease(lease_id, timedelta(0))
    return left_s
