"""What `captains doctor --fix` puts right on a Prefect server. It deletes nothing but
automations that are there twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from prefect.client.orchestration import PrefectClient

from flows.deployments.automating import automate
from flows.deployments.deploying import deploy
from flows.deployments.lines import Line
from flows.deployments.prefect_file import prefect_file, read_prefect_file
from flows.deployments.reading import BadFile
from flows.deployments.setting_up import set_up_pools
from flows.health.deployments import is_deployed
from flows.health.leaks import free, leaks
from flows.health.repair import Repair
from flows.health.server import Place


async def mended(client: PrefectClient, place: Place) -> list[Repair]:
    """Do what is safe."""
    lines = await set_up_pools(client)  # those of endpoints are made by runs
    lines += await _made_again(client, place)
    lines += await automate(client)
    return [*_of_lines(lines), *await _freed(client, place)]


def _of_lines(lines: Sequence[Line]) -> Iterator[Repair]:
    for line in lines:
        if line.state not in ("unchanged", "skipped"):
            said = f"{line.state}: {line.said}" if line.said else line.state
            yield Repair(check=f"{line.what} {line.name}", done=True, said=said)


async def _freed(client: PrefectClient, place: Place) -> list[Repair]:
    done = []
    for leak in await leaks(client, place.leases):
        if leak.kind in ("sure", "ends"):
            await free(client, leak, place.leases)
            said = f"{leak.slots} given back, {leak.said}"
            done.append(Repair(check=f"slots of {leak.limit}", done=True, said=said))
    return done


async def _made_again(client: PrefectClient, place: Place) -> list[Line]:
    """Deployments that are missing, of a folder of which others are there. One that is different
    is whoever's it is by now.
    """
    if not await is_deployed(client, place.folder):
        return []
    try:
        wanted = read_prefect_file(prefect_file(place.folder))
        lines = await deploy(client, wanted, folder=place.folder, dry_run=True)
    except BadFile:
        return []
    missing = {line.name for line in lines if line.state == "created"}
    new = [one for one in wanted if one.full_name in missing]
    return await deploy(client, new, folder=place.folder) if new else []
