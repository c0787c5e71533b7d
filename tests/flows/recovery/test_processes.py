"""Processes of a run that are killed or ended in mid-run: what is missing is played, and nothing
twice.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
from pathlib import Path

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import StateType

from flows.deployments.deploying import deploy
from flows.deployments.prefect_file import read_prefect_file
from flows.deployments.setting_up import set_up
from flows.server import Server
from tests.flows.here import commanded
from tests.flows.recovery.night import EPISODES, NIGHT, Night, Tables
from tests.flows.support import DEADLINE_S, ROOT
from tests.flows.waiting import Waiting

pytestmark = [
    pytest.mark.prefect,
    pytest.mark.slow,
    pytest.mark.usefixtures("on_server"),
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),  # Prefect's, at a test's end
]


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
async def test_a_run_that_is_stopped_goes_on_where_it_was(
    how: signal.Signals,
    tmp_path: Path,
    environment: dict[str, str],
    waiting: Waiting,
    undisturbed: Tables,
) -> None:
    with Night.begun(tmp_path, environment, waiting) as night:
        await night.until_mid_run()
        night.process.send_signal(how)
        code, _, err = await night.ended()
        left = night.sealed()
        assert 0 < len(left) < EPISODES
        assert "Traceback" not in err
        if how is not signal.SIGKILL:
            assert (code, "the same command plays the rest" in err) == (130, True), err
        end = await night.gone_on_with()
        assert end["episodes"]["resumed"] == len(left)
        assert end["episodes"]["played"] == EPISODES - len(left)
        night.is_whole(undisturbed, left)
        first, second = await night.flow_runs()
        is_killed = how is signal.SIGKILL
        assert first.state_type is (StateType.CRASHED if is_killed else StateType.CANCELLED)
        assert second.state_type is StateType.COMPLETED
        assert "captains" in first.tags  # what the automation for killed ones looks for


async def test_a_run_goes_on_when_a_process_of_its_pool_is_killed(
    tmp_path: Path, environment: dict[str, str], waiting: Waiting, undisturbed: Tables
) -> None:
    text = NIGHT.replace("processes: 1", "processes: 2")
    with Night.begun(tmp_path, environment, waiting, text) as night:
        await night.until_mid_run()
        left = night.sealed()
        os.kill((await night.until(night.writers))[0], signal.SIGKILL)
        waiting.open()
        code, out, err = await night.ended()
        assert code == 0, err
        assert json.loads(out)["episodes"]["void"] == 0
        night.is_whole(undisturbed, left)


async def test_a_run_that_is_played_is_played_by_nobody_else(
    tmp_path: Path, environment: dict[str, str], waiting: Waiting, undisturbed: Tables
) -> None:
    """Nor while the one that plays it stands still."""
    with Night.begun(tmp_path, environment, waiting) as night:
        await night.until_mid_run()
        night.process.send_signal(signal.SIGSTOP)
        again = ["run", str(night.file), "--runs", str(night.runs), "--json"]
        code, out, _ = await commanded(again, environment)
        night.process.send_signal(signal.SIGCONT)
        waiting.open()
        assert (code, json.loads(out)["exit_code"]) == (1, 1)
        assert f"is being played by process {night.process.pid} " in json.loads(out)["error"]
        code, out, err = await night.ended()
        assert code == 0, err
        assert json.loads(out)["episodes"]["played"] == EPISODES
        night.is_whole(undisturbed, {})


async def test_a_run_below_a_worker_outlives_its_process_and_the_worker(
    on_server: Server, tmp_path: Path, waiting: Waiting, undisturbed: Tables
) -> None:
    with Night.ordered(on_server, tmp_path, waiting) as night:
        await order(night)
        await night.until_mid_run()
        os.kill(parent((await night.until(night.writers))[0]), signal.SIGKILL)
        await crashed(night)
        left = night.sealed()
        assert 0 < len(left) < EPISODES
        await order(night)
        await night.until(lambda: len(night.sealed()) > len(left))
        night.process.send_signal(signal.SIGKILL)
        waiting.open()
        await night.ended()
        states = [run.state_type for run in await night.flow_runs()]
        assert states == [StateType.CRASHED, StateType.COMPLETED]
        night.is_whole(undisturbed, left)


def parent(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(status.partition("PPid:")[2].split()[0])


async def crashed(night: Night) -> None:
    """Once the worker has seen it."""
    async with asyncio.timeout(DEADLINE_S):
        while [run.state_type for run in await night.flow_runs()] != [StateType.CRASHED]:  # noqa: ASYNC110
            await asyncio.sleep(0.2)


async def order(night: Night) -> None:
    """Through the deployment, as from the Prefect UI."""
    async with get_client() as client:
        await set_up(client)
        await deploy(client, read_prefect_file(ROOT / "prefect.yaml"), folder=night.file.parent)
        deployment = await client.read_deployment_by_name("tournament/tournament")
        config = {"file": str(night.file), "runs": str(night.runs)}
        await client.create_flow_run_from_deployment(deployment.id, parameters={"config": config})
