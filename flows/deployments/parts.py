"""How the parts of `captains up` that a Prefect server keeps are: limits, deployments, workers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from prefect.client.orchestration import PrefectClient

from engine.errors import BadPreset
from flows.deployments.automating import automate
from flows.deployments.declared import endpoints_of, known_captains, shipped
from flows.deployments.lines import Line
from flows.deployments.online import online
from flows.deployments.part import Part
from flows.deployments.prefect_file import prefect_file, read_prefect_file
from flows.deployments.reading import BadFile
from flows.deployments.setting_up import set_up

NAMED: Final = 3  # of many things that are missing


async def limits(client: PrefectClient) -> Part:
    """Whether the server has every pool, limit and automation; nothing is written."""
    try:
        endpoints = [*endpoints_of(known_captains())]
    except BadPreset as error:
        return Part(part="limits", state="down", said=str(error))
    lines = await set_up(client, endpoints=endpoints, dry_run=True)
    return _part("limits", lines, "captains setup")


async def deployments(client: PrefectClient, folder: Path, *, make: bool) -> Part:
    """Those of the folder's `prefect.yaml`, whose runs work in the folder: whether each is there.
    Where `make`, one that is not is made; one that is there is left to `captains deploy`.
    """
    from flows.deployments.deploying import deploy  # it loads all that a tournament needs

    try:
        wanted = read_prefect_file(prefect_file(folder))
        lines = await deploy(client, wanted, folder=folder, dry_run=True)
    except BadFile as error:
        return Part(part="deployments", state="down", said=str(error).splitlines()[0])
    missing = {line.name for line in lines if line.state == "created"}
    if make and missing:
        new = [one for one in wanted if one.full_name in missing]
        await deploy(client, new, folder=folder)
        await automate(client)
        return Part(
            part="deployments", state="ok", said=f"{len(lines)}, of them new {_few(missing)}"
        )
    return _part("deployments", lines, "captains deploy")


async def workers(client: PrefectClient, name: str) -> Part:
    """Whether the worker called `name` takes the runs of every pool."""
    pools = tuple(shipped().pools)
    away = [pool for pool in pools if not await _is_online(client, pool, name)]
    if away:
        return Part(part="worker", state="down", said=f"does not take the runs of {_few(away)}")
    return Part(part="worker", state="ok", said=f"takes the runs of {_few(pools)}")


async def _is_online(client: PrefectClient, pool: str, name: str) -> bool:
    return any(one.name == name for one in await online(client, pool))


def _part(part: str, lines: Sequence[Line], mend: str) -> Part:
    """As far as they are all there; those that somebody has changed are his."""
    missing = [line.name for line in lines if line.state == "created"]
    if missing:
        said = f"{_few(missing)} missing of {len(lines)}; `{mend}` makes them"
        return Part(part=part, state="down", said=said)
    other = sum(line.state == "changed" for line in lines)
    said = f"{len(lines)}" + (f", {other} of them not as declared (`{mend}`)" if other else "")
    return Part(part=part, state="ok", said=said)


def _few(names: Iterable[str]) -> str:
    sorted_ = sorted(names)
    more = f" and {len(sorted_) - NAMED} more" if len(sorted_) > NAMED else ""
    return ", ".join(sorted_[:NAMED]) + more
