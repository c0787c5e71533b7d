"""What a Prefect server that answers has of what runs need: its version, pools, limits and
automations, slots, deployments and workers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import prefect
from packaging.version import InvalidVersion, Version
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.responses import DeploymentResponse

from engine.version import project_version
from flows.deployments.declared import shipped
from flows.deployments.deploying import deployed
from flows.deployments.lines import Line
from flows.deployments.setting_up import set_up, was_set_up
from flows.deployments.wanted import SHARDS
from flows.health.deployments import of_deployments, of_schedules, of_workers
from flows.health.leaks import Leak, leaks
from flows.needs import Finding

SETUP: Final = "captains setup"
FIX: Final = "captains doctor --fix"
_WHY: Final = {
    "work pool": "a run of a deployment in it cannot be made",
    "limit": "what it bounds is either refused or unbounded",
    "automation": "the server does not do it by itself: a killed run stays Running for ever",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where is looked. `folder`: whose `prefect.yaml` is deployed. `leases`: where this server
    keeps its leases, if that is known here. `embedded`: it is there for our commands alone.
    """

    folder: Path
    endpoints: tuple[str, ...] = ()
    leases: Path | None = None
    embedded: bool = False


async def examined(client: PrefectClient, place: Place) -> list[Finding]:
    """All but whether the server's version is ours, in the order in which it has to be there."""
    there = await deployed(client)
    return [
        *of_shards(there, project_version()),
        *await of_set_up(client, place.endpoints),
        *map(of_leak, await leaks(client, place.leases)),
        *await of_deployments(client, place.folder),
        *of_schedules(there),
        *await of_workers(client, there, embedded=place.embedded),
    ]


async def apart(client: PrefectClient) -> list[Finding]:
    """The server's version and that of the Prefect here."""
    return [of_versions(await client.api_version(), prefect.__version__)]


def of_versions(server: str, client: str) -> Finding:
    """A client may ask an older server for what it has not got."""
    said = f"server {server}, here {client}"
    if server == client:
        return Finding(check="Prefect's versions", state="ok", said=said)
    try:
        is_behind = Version(server).release[:2] < Version(client).release[:2]
    except InvalidVersion:
        is_behind = False
    return Finding(
        check="Prefect's versions",
        state="wrong" if is_behind else "note",
        said=f"apart: {said}",
        why="a client may ask for what the server has not got, or be answered in another way",
        mend=f"pip install prefect=={client}  # where the server runs",
        left="another program's packages",
    )


def of_shards(there: Mapping[str, DeploymentResponse], here: str) -> Iterator[Finding]:
    """Whether shards were deployed by this version of ours: any other refuses them."""
    names = sorted(there.keys() & {*SHARDS.values()})
    others = sorted({str(there[name].version) for name in names} - {here})
    if others:
        yield Finding(
            check="captains' versions",
            state="note",
            said=f"apart: deployed by {', '.join(others)}, here {here}",
            why="a worker plays shards of its own version alone, and refuses the others",
            mend="captains deploy  # or install here what the others have",
            left="which of them is meant is yours to say",
        )


async def of_set_up(client: PrefectClient, endpoints: Iterable[str]) -> list[Finding]:
    """Pools, limits and automations against what is declared."""
    lines = await set_up(client, endpoints=endpoints, dry_run=True)
    if not await was_set_up(client):
        return [
            Finding(
                check="limits",
                state="note",
                said="this server was never set up",
                why="pools, limits and automations are missing; commands that need some make them",
                mend=SETUP,
            )
        ]
    found = [finding for line in lines for finding in _of_line(line)]
    fine = f"{len(lines)} pools, limits and automations, {len(lines) - len(found)} as declared"
    return [*found, Finding(check="limits", state="ok", said=fine)]


def _of_line(line: Line) -> Iterator[Finding]:
    if line.state == "skipped" or (line.state == "unchanged" and not line.said):
        return  # what an automation needs is told elsewhere, or wanted by nobody
    what = f"{line.what} {line.name}"
    if line.state == "unchanged":
        yield Finding(check=what, state="ok", said=f"{line.said}; yours holds")
        return
    if _is_for_a_run(line):
        said = "not there yet: the first run makes it, with its `limits.llm`"
        yield Finding(check=what, state="note", said=said)
        return
    said = "missing" if line.state == "created" else f"different: {line.said}"
    yield Finding(
        check=what,
        state="note" if line.what == "automation" else "wrong",
        said=said,
        why=_WHY[line.what],
        mend=SETUP,
    )


def _is_for_a_run(line: Line) -> bool:
    """Whether it is the limit of an endpoint, which takes its number from the run's file."""
    is_declared = line.name in shipped().limits
    return line.what == "limit" and line.state == "created" and not is_declared


def of_leak(leak: Leak) -> Finding:
    count = f"{leak.slots} slot{'s' if leak.slots > 1 else ''} {leak.said}"
    reset = f"prefect gcl update {leak.limit} --active-slots 0"
    left, mend, said = "", FIX, count
    if leak.kind == "ends":
        said = f"{count}; free within 65 s"
    elif leak.kind == "likely":
        mend = reset
        left = "who holds them cannot be seen from here; look whether somebody does"
    elif leak.kind == "stuck":
        mend = f"{reset} --limit …"
        left = (
            "Prefect takes none back while the limit is 0 or switched off, as somebody has set it"
        )
    return Finding(
        check=f"slots of {leak.limit}",
        state="note" if leak.kind in ("ends", "likely") else "wrong",
        said=said,
        why="whoever wants them waits, for ever where no lease ends",
        mend=mend,
        left=left,
    )
