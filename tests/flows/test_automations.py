"""The automations that ship, on a real server: each does what it says, all in one test, as most of
its time is waiting for the server's own clock.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID, uuid4

import pytest
from prefect.blocks.notifications import CustomWebhookNotificationBlock
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.client.schemas.filters import FlowRunFilter
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.events import emit_event
from prefect.states import Failed, Late, Running

from engine.variables import NOTIFY_BLOCK
from flows import happenings
from flows.deployments.automating import Ids, automate, shipped_automations
from flows.deployments.deploying import deploy
from flows.deployments.prefect_file import read_prefect_file
from flows.deployments.setting_up import set_up
from flows.newcomers import Newcomer
from flows.outside import Outside
from flows.server import Server
from tests.flows.support import DEADLINE_S, ROOT
from tests.llm.stub import Stub, says, stub

pytestmark = [
    pytest.mark.prefect,
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),  # Prefect's, at a test's end
]

T = TypeVar("T")
SOON = timedelta(seconds=10)  # the shortest silence that Prefect hears
SMOKE, GONE, UNTAKEN = (
    "a captain is added",
    "a run whose process is gone",
    "a run that nobody takes",
)
DRIFTED = Outside(captain="ada", tonight=80.0, before=0.0, low=-40.0, high=40.0, nights=9)


@pytest.fixture
async def client(on_server: Server) -> AsyncIterator[PrefectClient]:
    async with get_client() as found:
        await set_up(found)
        yield found


@pytest.fixture
async def webhook(client: PrefectClient, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stub]:
    """Hears what the notification block sends that the setting names."""
    async with stub(says({})) as heard:
        name = f"night-shift-{uuid4().hex[:8]}"
        block = CustomWebhookNotificationBlock(
            name=name,
            url=heard.url,
            json_data={"subject": "{{subject}}", "body": "{{body}}"},
            headers={},
            cookies={},
        )
        await block.save(name)
        monkeypatch.setenv(NOTIFY_BLOCK.name, f"custom-webhook/{name}")
        yield heard
        for one in await client.read_automations():
            if any(action.type == "send-notification" for action in one.actions):
                await client.delete_automation(one.id)


async def until(found: Callable[[], Awaitable[T | None]]) -> T:
    async with asyncio.timeout(DEADLINE_S):
        while (value := await found()) is None:  # noqa: ASYNC110
            await asyncio.sleep(0.3)  # another process is asked: there is no event to wait for
    return value


async def own_smoke(client: PrefectClient, folder: Path) -> UUID:
    """A deployment of ours whose runs no worker takes."""
    pool = await client.create_work_pool(WorkPoolCreate(name=f"test-{uuid4().hex}", type="process"))
    smoke = {one.name: one for one in read_prefect_file(ROOT / "prefect.yaml")}["smoke"]
    own = replace(smoke, name=f"test-{uuid4().hex[:8]}", work_pool=pool.name, runs=None)
    await deploy(client, [own], folder=folder)
    return (await client.read_deployment_by_name(own.full_name)).id


async def hastened(client: PrefectClient, name: str) -> UUID:
    """A copy of the automation that waits for `SOON` instead of minutes or hours."""
    (one,) = (one for one in shipped_automations() if one.name.endswith(name))
    core = await one.core(Ids(client))
    trigger = core.trigger.model_copy(update={"within": SOON})
    renamed = core.model_copy(update={"name": f"test {uuid4().hex}", "trigger": trigger})
    return await client.create_automation(renamed)


def beat(run: FlowRun) -> None:
    """As the process of a run does."""
    tag = {"prefect.resource.id": "prefect.tag.captains", "prefect.resource.role": "tag"}
    resource = {"prefect.resource.id": f"prefect.flow-run.{run.id}"}
    emit_event("prefect.flow-run.heartbeat", resource, related=[tag])


async def state_of(client: PrefectClient, run: FlowRun, wanted: StateType) -> State[Any] | None:
    found = (await client.read_flow_run(run.id)).state
    return found if found is not None and found.type is wanted else None


async def test_every_automation_does_what_it_says(
    client: PrefectClient, webhook: Stub, tmp_path: Path
) -> None:
    await deploy(client, read_prefect_file(ROOT / "prefect.yaml"), folder=tmp_path)
    await automate(client)
    made = [await hastened(client, name) for name in (GONE, UNTAKEN)]
    deployment = await own_smoke(client, tmp_path)
    failing, gone, late = [
        await client.create_flow_run_from_deployment(deployment, tags=["auto-scheduled"])
        for _ in range(3)
    ]
    newcomer = f"ada-{uuid4().hex[:8]}"

    happenings.captain_added(Newcomer(name=newcomer, entry={"name": newcomer}), "test")
    happenings.rating_outside(DRIFTED, "test")
    await client.set_flow_run_state(failing.id, Failed(message="no disk"), force=True)
    await client.set_flow_run_state(gone.id, Running(), force=True)
    beat(gone)
    due: State[Any] = Late(scheduled_time=datetime.now(UTC))
    await client.set_flow_run_state(late.id, due, force=True)

    async def smoked() -> FlowRun | None:
        wanted = FlowRunFilter.model_validate({"tags": {"all_": ["smoke"]}})
        runs = await client.read_flow_runs(flow_run_filter=wanted)
        return next((run for run in runs if newcomer in str(run.parameters)), None)

    async def told() -> str | None:
        bodies = " ".join(str(request) for request in webhook.requests)
        return bodies if "no disk" in bodies and str(DRIFTED) in bodies else None

    played = (await until(smoked)).parameters["config"]["tournament"]["captains"]
    assert played == [{"name": newcomer}, "random"]
    heard = await until(told)
    assert failing.name in heard
    assert str(failing.id) in heard  # by the run's address, or as it is
    crashed = await until(lambda: state_of(client, gone, StateType.CRASHED))
    assert (crashed.message or "").startswith("Its process has not been heard of")
    await until(lambda: state_of(client, late, StateType.CANCELLED))
    for one in made:
        await client.delete_automation(one)


async def test_an_automation_waits_for_what_it_acts_on(
    client: PrefectClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(NOTIFY_BLOCK.name, raising=False)
    said = {line.name: line.said for line in await automate(client) if line.state == "skipped"}
    assert [NOTIFY_BLOCK.name in why for name, why in said.items() if "rating" in name] == [True]
    monkeypatch.setenv(NOTIFY_BLOCK.name, "slack-webhook/nobody")
    said = {line.name: line.said for line in await automate(client) if line.state == "skipped"}
    assert "there is no block slack-webhook/nobody (CAPTAINS_NOTIFY_BLOCK)" in said.values()


async def test_an_automation_follows_its_deployment_that_was_made_anew(
    client: PrefectClient, tmp_path: Path
) -> None:
    everything = read_prefect_file(ROOT / "prefect.yaml")
    await deploy(client, everything, folder=tmp_path)
    await automate(client)
    smoke = await client.read_deployment_by_name("tournament/smoke")
    await client.delete_deployment(smoke.id)
    await deploy(client, everything, folder=tmp_path)
    states = [
        line.state for _ in range(2) for line in await automate(client) if line.name.endswith(SMOKE)
    ]
    assert states == ["changed", "unchanged"]
