"""The automations that ship: what a Prefect server does by itself about our runs.

Some act on a thing that the server knows by a number: a deployment, which the file names, or the
notification block that a setting names. They are created once that thing is there, and put right
where what they point at is gone.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from prefect.client.orchestration import PrefectClient
from prefect.events.actions import RunDeployment, SendNotification
from prefect.events.schemas.automations import Automation, AutomationCore
from prefect.exceptions import ObjectNotFound

from engine.variables import NOTIFY_BLOCK
from engine.yamlfile import read_mapping
from flows.deployments.alone import alone
from flows.deployments.lines import Line
from flows.deployments.paging import all_of

SHIPPED: Final = Path(__file__).with_name("automations.yaml")
WHAT: Final = "automation"
NO_BLOCK: Final = (
    f"no notification block is named: {NOTIFY_BLOCK}=TYPE/NAME, such as slack-webhook/night-shift"
)


class Lacking(Exception):
    """What an automation acts on is not there: the message says what, and how it comes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipped:
    """An automation as the file has it: `deployment` and notification block are still names."""

    name: str
    description: str
    declared: Mapping[str, Any]

    async def core(self, ids: Ids) -> AutomationCore:
        """As the server takes it. Raises `Lacking`."""
        actions = [await _numbered(action, ids) for action in self.declared["actions"]]
        return AutomationCore.model_validate({**self.declared, "actions": actions})


def shipped_automations() -> tuple[Shipped, ...]:
    found: list[dict[str, Any]] = read_mapping(SHIPPED)["automations"]
    return tuple(
        Shipped(name=one["name"], description=one["description"], declared=one) for one in found
    )


async def automate(client: PrefectClient, *, dry_run: bool = False) -> list[Line]:
    """Create those that are missing and whose things are there. One that is there is whoever's it
    is by now, unless what it acts on is gone, or it is there twice, each like the other.
    """
    async with alone(is_wanted=not dry_run):
        there: dict[str, list[Automation]] = {}
        for found in await all_of(client.read_automations):
            there.setdefault(found.name, []).append(found)
        ids = Ids(client)
        return [
            await _line(client, one, there.get(one.name, []), ids, dry_run)
            for one in shipped_automations()
        ]


async def _line(
    client: PrefectClient, one: Shipped, found: Sequence[Automation], ids: Ids, dry_run: bool
) -> Line:
    try:
        core = await one.core(ids)
    except Lacking as why:
        return Line(what=WHAT, name=one.name, state="skipped", said=str(why))
    if not found:
        if not dry_run:
            await client.create_automation(core)
            await _leave_one(client, await client.read_automations_by_name(one.name))
        return Line(what=WHAT, name=one.name, state="created", said=one.description)
    lost = [each for each in found if await _points_at_nothing(each, ids)]
    doubled = _is_doubled(found)
    if not lost and not doubled:
        return Line(what=WHAT, name=one.name, state="unchanged")
    if not dry_run:
        for each in lost:
            await client.update_automation(each.id, core)
        if doubled:
            await _leave_one(client, found)
    said = "what it acted on is gone" if lost else f"it was there {len(found)} times"
    return Line(what=WHAT, name=one.name, state="changed", said=said)


def _is_doubled(found: Sequence[Automation]) -> bool:
    """Whether they are the same but for their number, as two who have not waited for each other
    make them. Somebody may want several that are not.
    """
    first, *more = (each.model_dump(exclude={"id"}) for each in found)
    return bool(more) and all(each == first for each in more)


async def _leave_one(client: PrefectClient, found: Sequence[Automation]) -> None:
    """That with the lowest number: whoever looks last at what several have made sees them all, and
    everybody leaves the same one.
    """
    for each in sorted(found, key=lambda each: each.id)[1:]:
        with suppress(ObjectNotFound):  # another was quicker
            await client.delete_automation(each.id)


async def _points_at_nothing(found: Automation, ids: Ids) -> bool:
    for action in found.actions:
        match action:
            case RunDeployment(deployment_id=UUID() as number):
                gone = not await ids.is_deployment(number)
            case SendNotification(block_document_id=number):
                gone = not await ids.is_block(number)
            case _:
                gone = False
        if gone:
            return True
    return False


async def _numbered(action: Mapping[str, Any], ids: Ids) -> dict[str, Any]:
    """An action of the file with the number of what it acts on. Raises `Lacking`."""
    found = dict(action)
    match found["type"]:
        case "run-deployment":
            number = await ids.deployment(found.pop("deployment"))
            return {**found, "source": "selected", "deployment_id": number}
        case "send-notification":
            return {**found, "block_document_id": await ids.notify_block()}
        case _:
            return found


class Ids:
    """The numbers of things that are known by name."""

    def __init__(self, client: PrefectClient) -> None:
        self._client = client

    async def deployment(self, name: str) -> UUID:
        """Raises `Lacking`."""
        try:
            return (await self._client.read_deployment_by_name(name)).id
        except ObjectNotFound:
            raise Lacking(f"there is no deployment {name}: `captains deploy` makes it") from None

    async def notify_block(self) -> UUID:
        """Of the block that the setting names. Raises `Lacking`."""
        named = NOTIFY_BLOCK.read()
        if named is None:
            raise Lacking(NO_BLOCK)
        kind, _, name = named.partition("/")
        try:
            return (await self._client.read_block_document_by_name(name, kind)).id
        except ObjectNotFound:
            raise Lacking(f"there is no block {named} ({NOTIFY_BLOCK})") from None

    async def is_deployment(self, number: UUID) -> bool:
        return await _is_there(self._client.read_deployment, number)

    async def is_block(self, number: UUID) -> bool:
        return await _is_there(self._client.read_block_document, number)


async def _is_there(read: Callable[[UUID], Awaitable[object]], number: UUID) -> bool:
    try:
        await read(number)
    except ObjectNotFound:
        return False
    return True
