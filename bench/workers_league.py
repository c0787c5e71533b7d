"""What `bench.workers` asks of Prefect, which must not be loaded before its server is there."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Final

from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import WorkerStatus

from flows.config import TournamentConfig
from flows.deployments.deploying import deploy
from flows.deployments.prefect_file import prefect_file, read_prefect_file
from flows.deployments.setting_up import set_up
from flows.tournament import tournament
from tournaments import TournamentSpec

POOL: Final = "captains-llm"
READY_S: Final = 120.0
AT_ONCE: Final = 8  # episodes of a shard


async def deployed(folder: Path) -> None:
    async with get_client() as client:
        await set_up(client)
        wanted = read_prefect_file(prefect_file(folder))
        await deploy(client, [one for one in wanted if one.anywhere], folder=folder)


async def ready(workers: int) -> None:
    """Wait for them; those of before have been forgotten."""
    deadline_s = time.monotonic() + READY_S
    async with get_client() as client:
        while time.monotonic() < deadline_s:
            found = await client.read_workers_for_work_pool(POOL)
            if sum(one.status == WorkerStatus.ONLINE for one in found) == workers:
                return
    raise TimeoutError(f"{workers} workers are not there after {READY_S:g} s")


def league(name: str, url: str, pairs: int) -> TournamentSpec:
    qwen = {
        "name": "qwen",
        "kind": "llm",
        "model": "stub-1",
        "base_url": url,
        "tools": "committing",
    }
    return TournamentSpec.model_validate(
        {
            "name": name,
            "seed": 1,
            "match": {"overs": 1, "pairs": pairs},
            "captains": [qwen, "heuristic"],
            "spectate": {"episodes": "none"},
            "limits": {"llm": 64},
            "execution": {"mode": "workers", "open_episodes": AT_ONCE, "shard": "2m"},
        }
    )


async def played(spec: TournamentSpec, runs: Path) -> float:
    """Seconds of the flow, from opening the run to its report."""
    began_s = time.perf_counter()
    await tournament(TournamentConfig(tournament=spec, runs=str(runs)))
    return time.perf_counter() - began_s
