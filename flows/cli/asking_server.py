"""What `captains doctor` asks a Prefect server: the one that PREFECT_API_URL names, or the embedded
one, which it starts.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from engine.captains import CaptainSpec
from flows.cli import failures
from flows.deployments.declared import endpoints_of as limited
from flows.health.endpoints import blocks_of, endpoints_of
from flows.health.repair import Repair
from flows.needs import Finding
from flows.server import Server, ServerUnavailable, server

if TYPE_CHECKING:
    from prefect.client.orchestration import PrefectClient

    from flows.health.server import Place

CHECK: Final = "Prefect"
_WHY: Final = "without it nothing is played but by `captains play`"


@dataclass(slots=True)
class Asked:
    findings: list[Finding] = field(default_factory=list)
    repairs: list[Repair] = field(default_factory=list)


def on_server(home: Path, captains: Sequence[CaptainSpec], *, ask: bool, fix: bool) -> Asked:
    """Look at the server, mend first where `fix`; it is also asked for keys that are Secret blocks,
    and endpoints are asked with those where `ask`.
    """
    asked = Asked()
    try:
        with server(home) as found:
            kind = "embedded" if found.embedded else "PREFECT_API_URL"
            said = f"{kind}, {found.api_url}"
            asked.findings.append(Finding(check=CHECK, state="ok", said=said))
            asyncio.run(_look(found, captains, asked, ask=ask, fix=fix))
    except ServerUnavailable as error:
        wrong = Finding(check=CHECK, state="wrong", said=str(error), why=_WHY, mend=error.mend)
        asked.findings.append(wrong)
    return asked


async def _look(
    found: Server, captains: Sequence[CaptainSpec], asked: Asked, *, ask: bool, fix: bool
) -> None:
    import httpx
    from prefect.client.orchestration import get_client
    from prefect.exceptions import PrefectException

    from flows.health.repairs import mended
    from flows.health.server import apart, examined
    from flows.health.storage import of_storage
    from flows.lending import BlockSecrets

    try:
        async with get_client() as client:
            asked.findings += await apart(client)  # it may be why the rest fails
            place = await _place(client, found, captains)
            if fix:
                asked.repairs += await mended(client, place)
            asked.findings += await examined(client, place)
        asked.findings += await blocks_of(captains, BlockSecrets())
    except (httpx.HTTPError, PrefectException) as error:
        said = f"{found.api_url} answers, and not what was asked: {failures.said(error)}"
        mend = f"curl -i {found.api_url}/health  # and see its log"
        if failures.is_no_entry(error):
            mend = "export PREFECT_API_AUTH_STRING=…  # USER:PASSWORD, as the server has it"
        wrong = Finding(check=CHECK, state="wrong", said=said, why=_WHY, mend=mend)
        asked.findings.append(wrong)
    if ask:
        asked.findings += await of_storage()
        asked.findings += await endpoints_of(captains, BlockSecrets())


async def _place(client: PrefectClient, found: Server, captains: Sequence[CaptainSpec]) -> Place:
    from flows.health.leaks import lease_folder
    from flows.health.server import Place

    return Place(
        folder=Path.cwd(),
        endpoints=tuple({*limited(captains)}),
        leases=await lease_folder(client) if found.embedded else None,
        embedded=found.embedded,
    )
