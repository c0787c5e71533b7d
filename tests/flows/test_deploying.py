"""Pools, limits and deployments on a real server: made once, left alone, brought up to date."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.actions import (
    DeploymentScheduleUpdate,
    GlobalConcurrencyLimitUpdate,
    WorkPoolUpdate,
)
from prefect.exceptions import ObjectNotFound

from engine.variables import LLM_BASE_URL, LLM_MODEL
from flows.deployments.automating import shipped_automations
from flows.deployments.comparing import shape_of
from flows.deployments.declared import shipped
from flows.deployments.deploying import deploy
from flows.deployments.prefect_file import read_prefect_file
from flows.deployments.reading import BadFile
from flows.deployments.setting_up import make_ready, set_up
from flows.deployments.tournament_file import read_tournament_file
from flows.deployments.wanted import WantedDeployment
from flows.limits import FEATURED
from flows.server import Server
from tests.flows.here import commanded
from tests.flows.setups import a_limit, declared, states
from tests.flows.support import DEADLINE_S, ROOT, SMALL, captains, tournament_file

pytestmark = [
    pytest.mark.prefect,
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),  # Prefect's, at a test's end
]


@pytest.fixture
async def client(on_server: Server) -> AsyncIterator[PrefectClient]:
    async with get_client() as found:
        yield found


@pytest.fixture
async def ready(client: PrefectClient) -> PrefectClient:
    """A server that is set up."""
    await set_up(client)
    return client


async def slots_of(client: PrefectClient, name: str) -> int:
    return (await client.read_global_concurrency_limit_by_name(name)).limit


# --- setup -------------------------------------------------------------------------------------


async def test_what_is_set_up_is_left_alone(ready: PrefectClient) -> None:
    again = states(await set_up(ready))
    automations = {one.name for one in shipped_automations()}
    assert again.keys() == {*shipped().pools, *shipped().limits, *automations}
    assert set(again.values()) <= {"unchanged", "skipped"}


async def test_a_dry_run_writes_nothing(client: PrefectClient) -> None:
    name = a_limit()
    for _ in range(2):
        assert states(await set_up(client, declared(3, name), dry_run=True))[name] == "created"


async def test_another_number_in_the_file_is_taken_over(client: PrefectClient) -> None:
    name = a_limit()
    found = [states(await set_up(client, declared(slots, name)))[name] for slots in (3, 5, 5)]
    assert found == ["created", "changed", "unchanged"]
    assert await slots_of(client, name) == 5


async def test_a_number_that_somebody_has_set_stays(client: PrefectClient) -> None:
    name = a_limit()
    await set_up(client, declared(3, name))
    await client.update_global_concurrency_limit(name, GlobalConcurrencyLimitUpdate(limit=2))
    for slots in (3, 5):
        (line, *_) = await set_up(client, declared(slots, name))
        assert (line.state, line.said) == ("unchanged", f"yours: 2 (declared: {slots})")


async def test_the_featured_channel_is_put_right(ready: PrefectClient) -> None:
    change = GlobalConcurrencyLimitUpdate(limit=3, active=False)
    await ready.update_global_concurrency_limit(FEATURED, change)
    assert states(await set_up(ready))[FEATURED] == "changed"
    assert await slots_of(ready, FEATURED) == 1


async def test_a_pools_own_size_stays(ready: PrefectClient) -> None:
    await ready.update_work_pool("captains-llm", WorkPoolUpdate(concurrency_limit=3))
    lines = {line.name: line for line in await set_up(ready)}
    assert lines["captains-llm"].said.startswith("yours: 3 runs at once (declared: as many")
    await ready.update_work_pool("captains-llm", WorkPoolUpdate(concurrency_limit=None))


async def test_an_endpoint_that_is_known_has_its_limit(client: PrefectClient) -> None:
    url = f"http://127.0.0.1:1/{uuid4().hex}"
    lines = states(await set_up(client, endpoints=[url]))
    assert lines[f"captains-llm-127.0.0.1-1-{url[-32:]}"] == "created"


async def test_a_model_that_cannot_be_is_told_and_keeps_nobody_from_going_up(
    client: PrefectClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(LLM_BASE_URL.name, "no address")
    monkeypatch.setenv(LLM_MODEL.name, "m")
    said: list[str] = []
    await make_ready(client, said.append)
    assert "could not be set up" in said[0]


# --- deploy ------------------------------------------------------------------------------------


def all_of_it() -> tuple[WantedDeployment, ...]:
    return read_prefect_file(ROOT / "prefect.yaml")


async def shapes(client: PrefectClient) -> dict[str, Any]:
    found = [await client.read_deployment_by_name(one.full_name) for one in all_of_it()]
    return {one.name: shape_of(one) for one in found}


async def test_what_is_deployed_is_left_alone(ready: PrefectClient, tmp_path: Path) -> None:
    await deploy(ready, all_of_it(), folder=tmp_path)
    again = await deploy(ready, all_of_it(), folder=tmp_path)
    assert {line.state for line in again} == {"unchanged"}, again


async def test_prefects_own_deploy_makes_the_same(ready: PrefectClient, tmp_path: Path) -> None:
    (tmp_path / "prefect.yaml").symlink_to(ROOT / "prefect.yaml")
    await deploy(ready, all_of_it(), folder=tmp_path)
    ours = await shapes(ready)
    for _ in range(2):  # over ours, and over its own
        await prefect_deploys(tmp_path)
        assert await shapes(ready) == ours
    again = await deploy(ready, all_of_it(), folder=tmp_path)
    assert {line.state for line in again} == {"unchanged"}, again


async def prefect_deploys(folder: Path) -> None:
    command = [sys.executable, "-m", "prefect", "--no-prompt", "deploy", "--all"]
    process = await asyncio.create_subprocess_exec(
        *command, cwd=folder, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    told, _ = await asyncio.wait_for(process.communicate(), DEADLINE_S)
    assert process.returncode == 0, told.decode()


def small(folder: Path, more: str = "") -> WantedDeployment:
    """A deployment of a file of its own."""
    name = f"name: small-{folder.name.replace('_', '-')[-30:]}"
    return read_tournament_file(
        str(tournament_file(folder, SMALL.replace("name: small", name) + more))
    )


async def test_a_schedule_that_is_deleted_from_a_file_is_gone(
    ready: PrefectClient, tmp_path: Path
) -> None:
    nightly = small(tmp_path, 'schedule: {cron: "0 1 * * *"}\n')
    await deploy(ready, [nightly], folder=tmp_path)
    (line,) = await deploy(ready, [replace(nightly, schedules=())], folder=tmp_path)
    assert (line.state, line.said) == ("changed", "schedule schedule is gone")
    found = await ready.read_deployment_by_name(nightly.full_name)
    assert found.schedules == []


async def test_a_work_pool_that_is_nowhere_is_told_before_anything_is_written(
    ready: PrefectClient, tmp_path: Path
) -> None:
    first = small(tmp_path, "")
    lost = replace(first, name=f"{first.name}-lost", work_pool="captains-lmm", pool_line=9)
    with pytest.raises(BadFile, match=r":9: work pool 'captains-lmm' .* allowed: .*captains-llm"):
        await deploy(ready, [first, lost], folder=tmp_path)
    with pytest.raises(ObjectNotFound):
        await ready.read_deployment_by_name(first.full_name)


@pytest.mark.parametrize(
    "schedule",
    ['{cron: "0 1 * * *"}', "{rrule: FREQ=DAILY}", "{interval: 6h, timezone: Asia/Tokyo}"],
)
async def test_every_kind_of_schedule_is_made_once(
    ready: PrefectClient, tmp_path: Path, schedule: str
) -> None:
    wanted = small(tmp_path, f"schedule: {schedule}\n")
    lines = [await deploy(ready, [wanted], folder=tmp_path) for _ in range(2)]
    assert [line.state for (line,) in lines] == ["created", "unchanged"], lines


async def test_a_schedule_that_somebody_paused_stays_paused(
    ready: PrefectClient, tmp_path: Path
) -> None:
    wanted = small(tmp_path, 'schedule: {cron: "0 1 * * *"}\n')
    await deploy(ready, [wanted], folder=tmp_path)
    found = await ready.read_deployment_by_name(wanted.full_name)
    await ready.update_deployment_schedule(
        found.id,
        found.schedules[0].id,
        **DeploymentScheduleUpdate(active=False).model_dump(exclude_unset=True),
    )
    (line,) = await deploy(ready, [replace(wanted, description="another")], folder=tmp_path)
    assert line.state == "changed"
    found = await ready.read_deployment_by_name(wanted.full_name)
    assert [schedule.active for schedule in found.schedules] == [False]


async def test_what_is_not_declared_any_more_is_told_and_pruned_only_when_asked(
    ready: PrefectClient, tmp_path: Path
) -> None:
    wanted = small(tmp_path)
    await deploy(ready, [wanted], folder=tmp_path)
    assert await deploy(ready, [], folder=tmp_path, everything=True) == []
    (tmp_path / "small.yaml").unlink()
    told = [await deploy(ready, [], folder=tmp_path, prune=prune) for prune in (False, True, True)]
    assert [[line.state for line in lines] for lines in told] == [["undeclared"], ["removed"], []]


async def test_another_folders_deployments_are_not_pruned(
    ready: PrefectClient, tmp_path: Path
) -> None:
    wanted = replace(small(tmp_path), tags=("captains",))
    await deploy(ready, [wanted], folder=tmp_path)
    assert await deploy(ready, [], folder=tmp_path / "other", everything=True, prune=True) == []


@pytest.mark.usefixtures("on_server")
async def test_the_command_says_what_it_would_do(
    environment: dict[str, str], tmp_path: Path
) -> None:
    file = tournament_file(tmp_path, SMALL.replace("name: small", "name: never-made"))
    command = ["deploy", str(file), "--dry-run", "--json"]
    _, told, said = await commanded(command, environment)
    (line,) = (each for each in json.loads(told)["lines"] if each["what"] == "deployment")
    assert (line["name"], line["state"]) == ("tournament/never-made", "created"), said


def test_a_wrong_file_is_told_before_any_server_is_asked(tmp_path: Path) -> None:
    file = tournament_file(tmp_path, SMALL + "shedule: {}\n")
    nowhere = {"PREFECT_API_URL": "http://127.0.0.1:9/api"}
    process = captains(["deploy", str(file)], nowhere)
    _, said = process.communicate()
    assert process.returncode == 2
    assert f"{file}:6: `shedule` is unknown (did you mean `schedule`?)" in said
