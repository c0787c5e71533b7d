"""The automations that ship: what a Prefect server does by itself about our runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from prefect.client.orchestration import PrefectClient
from prefect.events.schemas.automations import AutomationCore

from engine.yamlfile import read_mapping
from flows.deployments.lines import Line
from flows.deployments.paging import all_of

SHIPPED: Final = Path(__file__).with_name("automations.yaml")
WHAT: Final = "automation"


def shipped_automations() -> tuple[AutomationCore, ...]:
    found: list[dict[str, Any]] = read_mapping(SHIPPED)["automations"]
    return tuple(AutomationCore.model_validate(one) for one in found)


async def automate(client: PrefectClient, *, dry_run: bool = False) -> list[Line]:
    """Create those that are missing. One that is there is whoever's it is by now."""
    there = {one.name for one in await all_of(client.read_automations)}
    lines = []
    for one in shipped_automations():
        if one.name in there:
            lines.append(Line(what=WHAT, name=one.name, state="unchanged"))
            continue
        lines.append(Line(what=WHAT, name=one.name, state="created", said=one.description))
        if not dry_run:
            await client.create_automation(one)
    return lines
