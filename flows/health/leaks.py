"""Slots of our limits that are counted as taken and that nobody holds any more.

Where Prefect keeps its leases in files that can be read here, what is taken and not leased has
leaked, to the slot. Elsewhere only a slot that is taken while no run is under way looks like one.
Whoever holds the featured channel says who he is, so a dead holder of this machine is known as one
before his lease has ended.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, Literal

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import FlowRunFilter
from prefect.client.schemas.responses import GlobalConcurrencyLimitResponse

from flows.deployments.paging import all_of
from flows.limits import FEATURED, current_featured, end_lease_of_dead, free_dead
from flows.slots import LEASE_S

PREFIX: Final = "captains-"
SWEEP_S: Final = 10.0  # Prefect takes a slot back up to this long after its lease has ended
LOOK_AGAIN_S: Final = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Leak:
    """`slots` of a limit. `sure`: nobody holds them. `likely`: no run is under way that could.
    `ends`: their holder is dead, and his lease ends within a minute. `stuck`: as `sure`, and
    Prefect takes none back while the limit is 0 or switched off.
    """

    limit: str
    slots: int
    kind: Literal["sure", "likely", "ends", "stuck"]
    said: str


async def lease_folder(client: PrefectClient) -> Path | None:
    """Where this server, which is of this machine, keeps its leases; None where not in files. It is
    asked: whoever started it may have had another environment, and with a folder of no leases every
    slot would look leaked.
    """
    told = (await client.request("GET", "/admin/settings")).json()
    is_files = told["server"]["concurrency"]["lease_storage"].endswith("lease_storage.filesystem")
    return Path(told["home"]) / "concurrency_leases" if is_files else None


async def leaks(client: PrefectClient, leases: Path | None) -> list[Leak]:
    """Of all our limits. `leases`: the folder of leases of this very server, where it is known."""
    limits = await _taken(client)
    taken = {name: limit for name, limit in limits.items() if limit.active_slots}
    dead = await _dead_featured(client) if FEATURED in taken else None
    if leases is not None:
        found = await _unleased(client, taken, leases)
    elif await _is_any_under_way(client):
        found = []
    else:
        said = "taken, and no run is under way that could hold them"
        found = [
            Leak(limit=name, slots=limit.active_slots, kind="likely", said=said)
            for name, limit in sorted(taken.items())
        ]
    return _with_dead(found, dead)


async def free(client: PrefectClient, leak: Leak, leases: Path | None) -> None:
    """Give back what is known to be nobody's. `leases` as of `leaks`."""
    if leak.kind == "ends":
        await _free_dead(client, leases)
    elif leak.kind == "sure":
        # Taken away, not set: others may take and give back slots meanwhile.
        await client.release_concurrency_slots([leak.limit], leak.slots, LEASE_S)


async def _free_dead(client: PrefectClient, leases: Path | None) -> None:
    """Of the featured channel. The next holder may be on, and not have said so yet: his lease says
    it where leases can be read.
    """
    if leases is None:
        await free_dead(client)
        return
    await end_lease_of_dead(client)
    limits = await _taken(client)
    for left in await _unleased(client, {FEATURED: limits[FEATURED]}, leases):
        await free(client, left, leases)


async def _taken(client: PrefectClient) -> dict[str, GlobalConcurrencyLimitResponse]:
    found = await all_of(client.read_global_concurrency_limits)
    return {limit.name: limit for limit in found if limit.name.startswith(PREFIX)}


def _with_dead(found: list[Leak], dead: Leak | None) -> list[Leak]:
    """That the holder is dead says more than that nothing is under way; not where it is known that
    he has no lease any more, which would end.
    """
    if dead is None or any(leak.limit == FEATURED and leak.kind != "likely" for leak in found):
        return found
    return [dead, *(leak for leak in found if leak.limit != FEATURED)]


async def _dead_featured(client: PrefectClient) -> Leak | None:
    match = await current_featured(client)
    if match is None or not match.lost:
        return None
    said = f"held by the dead process of {match.title} ({match.episode_id})"
    return Leak(limit=FEATURED, slots=1, kind="ends", said=said)


async def _unleased(
    client: PrefectClient, taken: dict[str, GlobalConcurrencyLimitResponse], leases: Path
) -> list[Leak]:
    """What is taken and not leased now and, as a lease is written after the slot is taken, at a
    second look.
    """
    first = _over(taken.values(), leases)
    if not first:
        return []
    await asyncio.sleep(LOOK_AGAIN_S)
    limits = await _taken(client)
    again = _over(limits.values(), leases)
    said = "taken, and nobody has a lease of them"
    return [
        Leak(
            limit=name,
            slots=min(slots, again[name]),
            kind="sure" if limits[name].active and limits[name].limit else "stuck",
            said=said,
        )
        for name, slots in sorted(first.items())
        if again.get(name)
    ]


def _over(limits: Iterable[GlobalConcurrencyLimitResponse], leases: Path) -> dict[str, int]:
    held = _held(leases, datetime.now(UTC))
    over = {limit.name: limit.active_slots - held[str(limit.id)] for limit in limits}
    return {name: slots for name, slots in over.items() if slots > 0}


def _held(leases: Path, now: datetime) -> Counter[str]:
    """The slots that are leased of each limit, by its id."""
    held: Counter[str] = Counter()
    for file in leases.glob("*-*.json"):
        with suppress(OSError, ValueError, KeyError, TypeError):  # one that has just ended
            lease = json.loads(file.read_text(encoding="utf-8"))
            ends = datetime.fromisoformat(lease["expiration"]) + timedelta(seconds=SWEEP_S)
            if ends > now:
                held.update(dict.fromkeys(lease["resource_ids"], lease["metadata"]["slots"]))
    return held


async def _is_any_under_way(client: PrefectClient) -> bool:
    """Whether a run of whatever flow could hold a slot, one that has just been killed too."""
    since = datetime.now(UTC) - timedelta(seconds=LEASE_S + SWEEP_S)
    under_way = {"state": {"type": {"any_": ["RUNNING", "PENDING", "CANCELLING"]}}}
    ended = {"end_time": {"after_": since.isoformat()}}
    for wanted in (under_way, ended):
        if await client.read_flow_runs(
            flow_run_filter=FlowRunFilter.model_validate(wanted), limit=1
        ):
            return True
    return False
