"""Several who set up one Prefect server at one instant."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, cast

import pytest
from prefect.client.orchestration import PrefectClient, get_client
from prefect.events.schemas.automations import AutomationCore

from flows.deployments import alone as waiting
from flows.deployments.automating import automate
from flows.deployments.setting_up import set_up
from flows.server import Server
from tests.flows.setups import a_limit, declared, states

pytestmark = [
    pytest.mark.prefect,
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),  # Prefect's, at a test's end
]

Somebody = Callable[[], Awaitable[object]]


@pytest.fixture
async def client(on_server: Server) -> AsyncIterator[PrefectClient]:
    async with get_client() as found:
        yield found


class Meanwhile:
    """A client at whose first call of that name somebody else comes between."""

    def __init__(self, client: PrefectClient, name: str, somebody: Somebody) -> None:
        self._client, self._name, self._somebody = client, name, [somebody]

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._client, name)
        if name != self._name:
            return found

        async def after(*args: Any, **kwargs: Any) -> Any:
            if self._somebody:
                await self._somebody.pop()()
            return await found(*args, **kwargs)

        return after


async def test_two_who_set_up_at_once_from_two_machines_make_each_automation_once(
    client: PrefectClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "WAIT_S", 0.0)  # as another machine does
    for one in await client.read_automations():
        await client.delete_automation(one.id)
    first = Meanwhile(client, "create_automation", lambda: automate(client))
    await automate(cast("PrefectClient", first))
    names = [one.name for one in await client.read_automations()]
    assert sorted(names) == sorted({*names})
    assert names


async def test_an_automation_that_was_doubled_before_is_there_once_and_one_that_was_altered_twice(
    client: PrefectClient,
) -> None:
    await set_up(client)
    one, other = (await client.read_automations())[:2]
    await client.create_automation(AutomationCore.model_validate(one.model_dump(exclude={"id"})))
    altered = other.model_dump(exclude={"id"}) | {"enabled": not other.enabled}
    theirs = await client.create_automation(AutomationCore.model_validate(altered))
    for dry_run, state in ((True, "changed"), (False, "changed"), (False, "unchanged")):
        lines = states(await automate(client, dry_run=dry_run))
        assert (lines[one.name], lines[other.name]) == (state, "unchanged")
    assert len(await client.read_automations_by_name(other.name)) == 2
    await client.delete_automation(theirs)


async def test_what_another_has_set_meanwhile_is_known_as_set_by_us(
    client: PrefectClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "WAIT_S", 0.0)
    theirs = a_limit()
    first = Meanwhile(
        client, "read_global_concurrency_limits", lambda: set_up(client, declared(3, theirs))
    )
    await set_up(cast("PrefectClient", first), declared(3, a_limit()))
    assert states(await set_up(client, declared(5, theirs)))[theirs] == "changed"


async def test_who_sets_up_the_same_home_waits_for_who_does_it_now() -> None:
    came: list[str] = []

    async def other() -> None:
        async with waiting.alone():
            came.append("other")

    async with waiting.alone():
        task = asyncio.create_task(other())
        for _ in range(10):
            await asyncio.sleep(0)
        came.append("first")
    await task
    assert came == ["first", "other"]
