"""The flow run of a process that is gone, as the next process finds it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
from prefect import flow
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.objects import StateType
from prefect.states import Running

from flows import earlier
from flows.processes import this_process
from flows.server import Server
from tests.flows.support import pid_of_the_dead


@flow
def nothing() -> None:
    """What a flow run is made of."""


@pytest.fixture
async def client(on_server: Server) -> AsyncIterator[PrefectClient]:
    async with get_client() as made:
        yield made


async def killed(client: PrefectClient) -> dict[str, Any]:
    """A flow run whose process is gone and told nobody, as its run's folder knows it."""
    run = await client.create_flow_run(nothing, state=Running())
    return {**this_process(), "id": str(run.id), "pid": pid_of_the_dead()}


async def state_of(client: PrefectClient, flow_run: dict[str, Any]) -> StateType | None:
    state = (await client.read_flow_run(flow_run["id"])).state
    return None if state is None else state.type


async def test_whoever_goes_on_marks_it_as_crashed(client: PrefectClient) -> None:
    before = await killed(client)
    await earlier.close(before, {**this_process(), "id": str(uuid4())})
    assert await state_of(client, before) is StateType.CRASHED


async def test_one_that_is_resumed_after_a_pause_is_not_its_own_predecessor(
    client: PrefectClient,
) -> None:
    before = await killed(client)
    await earlier.close(before, {**this_process(), "id": before["id"]})
    assert await state_of(client, before) is StateType.RUNNING
