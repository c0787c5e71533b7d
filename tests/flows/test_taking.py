"""A run that is resumed before its process has ended waits, and its worker goes on."""

from __future__ import annotations

from pathlib import Path

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import StateType

from flows.deployments.deploying import deploy
from flows.deployments.prefect_file import read_prefect_file
from flows.deployments.setting_up import set_up
from flows.server import Server
from flows.taking import Taker
from tests.flows.support import ROOT
from tests.flows.working import POOL, forget

pytestmark = pytest.mark.prefect


async def test_a_run_whose_process_is_there_is_not_taken_again(
    on_server: Server, tmp_path: Path
) -> None:
    async with get_client() as client:
        await set_up(client)
        await deploy(client, read_prefect_file(ROOT / "prefect.yaml"), folder=tmp_path)
        deployment = await client.read_deployment_by_name("tournament/tournament")
        run = await client.create_flow_run_from_deployment(deployment.id)
        async with Taker(work_pool_name=POOL, name=tmp_path.name, limit=1) as worker:
            await worker.sync_with_backend()
            worker.limiter.acquire_on_behalf_of_nowait(run.id)
            taken = await worker.get_and_submit_flow_runs()
        forget(on_server, tmp_path.name)
        state = (await client.read_flow_run(run.id)).state
    assert taken == []
    assert state is not None
    assert state.type is StateType.SCHEDULED
