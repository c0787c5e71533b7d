"""The deployments of prefect.yaml on a real server: accepted, scheduled, and run by a worker."""

from __future__ import annotations

from pathlib import Path

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowRunFilter
from prefect.client.schemas.objects import FlowRun, StateType

from engine.record import ending_of
from flows.deployments.deploying import deploy
from flows.deployments.prefect_file import read_prefect_file
from flows.deployments.setting_up import set_up
from flows.server import Server
from tests.flows.support import ROOT
from tests.flows.upping import QUICK, up
from tests.flows.working import until, worker

pytestmark = [pytest.mark.prefect, pytest.mark.slow]

TOKEN = {"CAPTAINS_BUS_TOKEN": "a-publish-token-of-the-test"}


@pytest.fixture
async def deployed(on_server: Server, tmp_path: Path) -> Server:
    """The pools, and what `captains deploy` makes of `prefect.yaml`."""
    async with get_client() as client:
        await set_up(client)
        await deploy(client, read_prefect_file(ROOT / "prefect.yaml"), folder=tmp_path)
    return on_server


def records(folder: Path) -> list[Path]:
    return list(folder.glob("runs/play/records/*.jsonl"))


def only_void_record(folder: Path) -> Path:
    (found,) = folder.glob("runs/play/records/void/*.jsonl")
    return found


async def test_the_cron_schedule_makes_its_runs(deployed: Server) -> None:
    async with get_client() as client:
        nightly = await client.read_deployment_by_name("tournament/nightly-ladder")

        async def scheduled() -> list[FlowRun] | None:
            runs = await client.read_flow_runs(
                flow_run_filter=FlowRunFilter.model_validate(
                    {"state": {"type": {"any_": [StateType.SCHEDULED]}}}
                )
            )
            return [run for run in runs if run.deployment_id == nightly.id] or None

        runs = await until(scheduled)
    assert {run.expected_start_time.hour for run in runs if run.expected_start_time} <= {1, 2}


async def test_a_worker_plays_a_match(deployed: Server, tmp_path: Path) -> None:
    async with get_client() as client:
        deployment = await client.read_deployment_by_name("episode/episode")
        config = {"home": "heuristic", "away": "random", "overs": 1, "seed": 4}
        run = await client.create_flow_run_from_deployment(
            deployment.id, parameters={"config": config}
        )

        async def ended() -> FlowRun | None:
            found = await client.read_flow_run(run.id)
            return found if found.state and found.state.is_final() else None

        with worker(deployed, tmp_path):
            finished = await until(ended)
    assert finished.state is not None
    assert finished.state.type is StateType.COMPLETED, finished.state.message
    assert len(records(tmp_path)) == 1


async def test_a_match_from_the_page_is_played_by_a_worker(
    deployed: Server, tmp_path: Path
) -> None:
    environment = {"PREFECT_API_URL": deployed.api_url, **TOKEN}
    with worker(deployed, tmp_path, TOKEN):
        async with up(tmp_path / "up", environment) as running:

            async def has_a_worker() -> bool | None:
                told = (await running.http.get("/custom/options")).json()
                return told["where"] == "worker" or None

            await until(has_a_worker)
            played = await running.until(await running.start(QUICK), "ended", "failed")
            assert (played["state"], played["where"]) == ("ended", "worker")
            shown = (await running.http.get(f"/api/streams/{played['id']}")).json()
            assert shown["result"] == played["result"]["text"]
            waiting = await running.start(QUICK, captain={"person": "ada", "deadline_s": 600})
            await running.until(waiting, "playing")
            assert (await running.cancel(waiting))["state"] in ("cancelled", "playing")
            await running.until(waiting, "cancelled")
    assert len(records(tmp_path)) == 1
    assert ending_of(only_void_record(tmp_path)).data.end_reason == "cancelled"
