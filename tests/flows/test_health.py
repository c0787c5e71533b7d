"""What the doctor finds on a real server with real faults, and what he puts right."""

from __future__ import annotations

import json
import socket
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.actions import (
    DeploymentScheduleUpdate,
    GlobalConcurrencyLimitCreate,
    GlobalConcurrencyLimitUpdate,
    WorkPoolCreate,
)
from prefect.client.schemas.objects import State
from prefect.concurrency.asyncio import concurrency
from prefect.states import Scheduled

from flows.deployments.deploying import deploy, deployed
from flows.deployments.online import online
from flows.deployments.paging import all_of
from flows.deployments.parts import deployments
from flows.deployments.prefect_file import read_prefect_file
from flows.deployments.setting_up import set_up
from flows.health.deployments import of_deployments, of_pool, of_schedules
from flows.health.leaks import free, leaks, lease_folder
from flows.health.repairs import mended
from flows.health.server import Place, of_leak, of_set_up, of_shards, of_versions
from flows.limits import FEATURED, FeaturedMatch, end_lease_of_dead, featured_slot
from flows.server import Server
from tests.flows.here import commanded
from tests.flows.support import ROOT, pid_of_the_dead

pytestmark = [
    pytest.mark.prefect,
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),  # Prefect's, at a test's end
]


@pytest.fixture
async def client(on_server: Server) -> AsyncIterator[PrefectClient]:
    async with get_client() as found:
        await set_up(found)
        yield found


@pytest.fixture
async def leases(client: PrefectClient) -> Path:
    """Where the server of the tests keeps its leases."""
    found = await lease_folder(client)
    assert found is not None
    return found


async def a_limit(client: PrefectClient, slots: int = 5) -> str:
    """One that nobody else uses."""
    name = f"captains-test-{uuid4().hex}"
    await client.create_global_concurrency_limit(
        GlobalConcurrencyLimitCreate(name=name, limit=slots)
    )
    return name


async def taken(client: PrefectClient, name: str) -> int:
    return (await client.read_global_concurrency_limit_by_name(name)).active_slots


# --- versions ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("server", "state"),
    [
        ("3.8.8", "ok"),
        ("3.8.7", "note"),
        ("3.9.1", "note"),
        ("3.7.9", "wrong"),
        ("2.20.1", "wrong"),
    ],
)
def test_a_server_that_is_behind_is_wrong(server: str, state: str) -> None:
    assert of_versions(server, "3.8.8").state == state


async def test_shards_of_another_version_are_told(client: PrefectClient, tmp_path: Path) -> None:
    await deploy(client, read_prefect_file(ROOT / "prefect.yaml"), folder=tmp_path)
    there = await deployed(client)
    (found,) = of_shards(there, "0.2.0")
    assert (found.state, found.said) == ("note", "apart: deployed by 0.1.0, here 0.2.0")
    assert not [*of_shards(there, "0.1.0")]


# --- slots -------------------------------------------------------------------------------------


async def test_a_slot_without_a_lease_has_leaked_and_is_given_back_alone(
    client: PrefectClient, leases: Path
) -> None:
    name = await a_limit(client)
    await client.increment_concurrency_slots_with_lease([name], 2, "concurrency", 60.0)
    await client.increment_concurrency_slots([name], 1, "concurrency")
    (found,) = (leak for leak in await leaks(client, leases) if leak.limit == name)
    assert (found.kind, found.slots, of_leak(found).state) == ("sure", 1, "wrong")
    await free(client, found, leases)
    assert await taken(client, name) == 2
    assert name not in {leak.limit for leak in await leaks(client, leases)}


async def test_leases_are_looked_for_where_the_server_has_its_home(
    client: PrefectClient, leases: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PREFECT_HOME", "~/of-another-shell")
    assert await lease_folder(client) == leases
    assert leases.parent.name == "prefect"
    assert leases.is_absolute()


async def test_a_slot_that_has_leaked_from_a_limit_of_nought_is_left_alone(
    client: PrefectClient, leases: Path
) -> None:
    name = await a_limit(client)
    await client.increment_concurrency_slots([name], 1, "concurrency")
    await client.update_global_concurrency_limit(name, GlobalConcurrencyLimitUpdate(limit=0))
    (found,) = (leak for leak in await leaks(client, leases) if leak.limit == name)
    assert (found.kind, of_leak(found).mend.split()[:3]) == ("stuck", ["prefect", "gcl", "update"])
    await client.delete_global_concurrency_limit_by_name(name)


async def test_where_leases_cannot_be_read_a_slot_that_no_run_holds_looks_leaked(
    client: PrefectClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nothing(_: PrefectClient) -> bool:
        return False

    monkeypatch.setattr("flows.health.leaks._is_any_under_way", nothing)
    name = await a_limit(client)
    await client.increment_concurrency_slots([name], 1, "concurrency")
    (found,) = (leak for leak in await leaks(client, None) if leak.limit == name)
    assert (found.kind, of_leak(found).state, bool(of_leak(found).left)) == ("likely", "note", True)
    await client.delete_global_concurrency_limit_by_name(name)


async def test_a_dead_holder_of_the_featured_channel_is_known_and_freed_at_once(
    client: PrefectClient, leases: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dead = {"host": socket.gethostname(), "pid": pid_of_the_dead()}
    monkeypatch.setattr("flows.limits.this_process", lambda: dead)
    async with featured_slot(FeaturedMatch(episode_id="e1", title="a v b"), wait=False):
        (found,) = (leak for leak in await leaks(client, leases) if leak.limit == FEATURED)
        assert (found.kind, found.said) == ("ends", "held by the dead process of a v b (e1)")
        await free(client, found, leases)
        assert await taken(client, FEATURED) == 0


async def test_a_dead_holder_without_a_lease_is_not_waited_for(
    client: PrefectClient, leases: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dead = {"host": socket.gethostname(), "pid": pid_of_the_dead()}
    monkeypatch.setattr("flows.limits.this_process", lambda: dead)
    async with featured_slot(FeaturedMatch(episode_id="e1", title="a v b"), wait=False):
        await end_lease_of_dead(client)
        await client.increment_concurrency_slots([FEATURED], 1, "concurrency")
        (found,) = (leak for leak in await leaks(client, leases) if leak.limit == FEATURED)
        assert (found.kind, found.slots) == ("sure", 1)
        await free(client, found, leases)
        assert await taken(client, FEATURED) == 0


async def test_the_next_holder_who_has_not_said_so_yet_keeps_the_channel(
    client: PrefectClient, leases: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dead = {"host": socket.gethostname(), "pid": pid_of_the_dead()}
    monkeypatch.setattr("flows.limits.this_process", lambda: dead)
    async with featured_slot(FeaturedMatch(episode_id="e1", title="a v b"), wait=False):
        (found,) = (leak for leak in await leaks(client, leases) if leak.limit == FEATURED)
        await end_lease_of_dead(client)
        async with concurrency(FEATURED, strict=True, lease_duration=60):
            await free(client, found, leases)
            assert await taken(client, FEATURED) == 1


# --- limits, pools and automations -------------------------------------------------------------


async def test_what_is_missing_or_different_is_told_and_mended(
    client: PrefectClient, tmp_path: Path
) -> None:
    await client.delete_global_concurrency_limit_by_name("captains-tts-cartesia")
    await client.update_global_concurrency_limit(FEATURED, GlobalConcurrencyLimitUpdate(limit=3))
    found = {one.check: (one.state, one.said) for one in await of_set_up(client, [])}
    assert found["limit captains-tts-cartesia"] == ("wrong", "missing")
    assert found[f"limit {FEATURED}"] == ("wrong", "different: 3 → 1")
    repaired = {one.check for one in await mended(client, Place(folder=tmp_path)) if one.done}
    assert repaired == {"limit captains-tts-cartesia", f"limit {FEATURED}"}
    assert [one.state for one in await of_set_up(client, [])] == ["ok"]


async def test_a_list_of_the_server_is_read_to_its_end(client: PrefectClient) -> None:
    whole = {one.name for one in await client.read_automations()}
    assert len(whole) > 1
    assert {one.name for one in await all_of(client.read_automations, page=1)} == whole


# --- deployments, schedules, workers -----------------------------------------------------------


async def test_a_deployment_that_is_missing_is_made_again_where_others_are(
    client: PrefectClient, tmp_path: Path
) -> None:
    (tmp_path / "prefect.yaml").symlink_to(ROOT / "prefect.yaml")
    (none,) = await of_deployments(client, tmp_path / "elsewhere")
    assert (none.said, bool(none.left)) == ("none of this folder's", True)
    await deploy(client, read_prefect_file(ROOT / "prefect.yaml"), folder=tmp_path)
    await client.delete_deployment((await deployed(client))["tournament/smoke"].id)
    (found,) = await of_deployments(client, tmp_path)
    assert (found.state, found.said) == ("note", "missing: tournament/smoke")
    done = {one.check for one in await mended(client, Place(folder=tmp_path))}
    assert "deployment tournament/smoke" in done
    assert [one.state for one in await of_deployments(client, tmp_path)] == ["ok"]


async def test_a_work_pool_that_is_nowhere_is_told_and_not_made(
    client: PrefectClient, tmp_path: Path
) -> None:
    await set_up(client)
    text = (ROOT / "prefect.yaml").read_text(encoding="utf-8")
    (tmp_path / "prefect.yaml").write_text(text.replace("name: captains-llm", "name: captains-lmm"))
    (finding,) = await of_deployments(client, tmp_path)
    part = await deployments(client, tmp_path, make=True)
    assert (finding.state, part.state) == ("wrong", "down")
    assert "work pool 'captains-lmm' is not on the server" in finding.said == part.said


async def test_a_schedule_that_is_paused_is_told_with_its_command(
    client: PrefectClient, tmp_path: Path
) -> None:
    name = "tournament/nightly-ladder"
    wanted = {one.full_name: one for one in read_prefect_file(ROOT / "prefect.yaml")}[name]
    own = replace(wanted, name=f"test-{uuid4().hex[:8]}")
    await deploy(client, [own], folder=tmp_path)
    one = await client.read_deployment_by_name(own.full_name)
    off = DeploymentScheduleUpdate(active=False).model_dump(exclude_unset=True)
    await client.update_deployment_schedule(one.id, one.schedules[0].id, **off)
    one = await client.read_deployment_by_name(own.full_name)
    (found,) = of_schedules({own.full_name: one})
    command = f"prefect deployment schedule resume {own.full_name} {one.schedules[0].id}"
    assert (found.state, found.said, found.mend) == (
        "note",
        "its schedule nightly is paused",
        command,
    )


async def test_a_pool_that_is_not_there_has_no_worker(client: PrefectClient) -> None:
    assert await online(client, f"captains-{uuid4().hex}") == []


async def test_a_pool_without_a_worker_is_wrong_once_a_run_waits(
    client: PrefectClient, tmp_path: Path
) -> None:
    pool = await client.create_work_pool(WorkPoolCreate(name=f"test-{uuid4().hex}", type="process"))
    wanted = {one.name: one for one in read_prefect_file(ROOT / "prefect.yaml")}["smoke"]
    own = replace(wanted, name=f"test-{uuid4().hex[:8]}", work_pool=pool.name)
    await deploy(client, [own], folder=tmp_path)
    deployment = await client.read_deployment_by_name(own.full_name)
    (before,) = await of_pool(client, pool, {}, embedded=False)
    due: State[Any] = Scheduled(scheduled_time=datetime.now(UTC) - timedelta(minutes=5))
    await client.create_flow_run_from_deployment(deployment.id, state=due)
    (after,) = await of_pool(client, pool, {}, embedded=False)
    assert [before.state, after.state] == ["note", "wrong"]
    assert after.said == "none is online, and 1 of its runs wait"
    assert after.mend == f"prefect worker start --pool {pool.name}"


# --- the command -------------------------------------------------------------------------------


async def test_the_command_mends_and_says_what_it_left(
    client: PrefectClient, environment: dict[str, str], tmp_path: Path
) -> None:
    await client.delete_global_concurrency_limit_by_name("captains-shards")
    command = ["doctor", "--fix", "--json", "--no-ask", "--runs", str(tmp_path)]
    _, told, said = await commanded(command, environment)
    answer = json.loads(told)
    done = {one["check"] for one in answer["repairs"] if one["done"]}
    assert "limit captains-shards" in done, said
    left = {one["check"] for one in answer["repairs"] if not one["done"]}
    assert left == {one["check"] for one in answer["checks"] if one["state"] != "ok"}
