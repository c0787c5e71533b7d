"""`captains setup` and `captains deploy`: what a Prefect server needs of this project."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.captains import CaptainSpec
from flows import catalogue, settings
from flows.cli.terminal import BadInput, Exit, answer_json, note, note_server, say
from flows.deployments.declared import SHIPPED, endpoints_of, known_captains, read_declared
from flows.deployments.prefect_file import prefect_file, read_prefect_file
from flows.deployments.reading import BadFile
from flows.deployments.tournament_file import read_tournament_file
from flows.server import server
from flows.work import captains_of

if TYPE_CHECKING:
    from prefect.client.orchestration import PrefectClient

    from flows.deployments.lines import Line
    from flows.deployments.wanted import WantedDeployment

Work = Callable[["PrefectClient"], Coroutine[Any, Any, list["Line"]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How both commands are run."""

    runs: Path
    dry_run: bool
    as_json: bool


def run_setup(file: Path | None, presets: Sequence[Path], manner: Manner) -> int:
    """`captains setup`. Raises `BadFile`, `BadPreset`, `ServerUnavailable`."""
    declared = read_declared(file or SHIPPED)
    endpoints = {*endpoints_of(known_captains(presets))}

    async def work(client: PrefectClient) -> list[Line]:
        from flows.deployments.setting_up import set_up

        return await set_up(client, declared, endpoints, dry_run=manner.dry_run)

    return _told(manner, work)


def run_deploy(files: Sequence[str], manner: Manner, *, prune: bool) -> int:
    """`captains deploy`. Raises `BadFile`, `BadTournamentFile`, `ServerUnavailable`."""
    wanted = wanted_of(files)
    endpoints = {*endpoints_of([*known_captains(), *_playing(files)])}

    async def work(client: PrefectClient) -> list[Line]:
        from flows.deployments.automating import automate
        from flows.deployments.deploying import deploy
        from flows.deployments.setting_up import set_up_pools

        lines = await set_up_pools(client, endpoints=endpoints, dry_run=manner.dry_run)
        lines += await deploy(
            client,
            wanted,
            folder=Path.cwd(),
            everything=not files,
            prune=prune,
            dry_run=manner.dry_run,
        )
        return lines + await automate(client, dry_run=manner.dry_run)

    return _told(manner, work)


def wanted_of(files: Sequence[str]) -> tuple[WantedDeployment, ...]:
    """The deployments of tournament files; of `prefect.yaml` where there are none."""
    if not files:
        return read_prefect_file(prefect_file())
    wanted = tuple(map(read_tournament_file, dict.fromkeys(files)))
    first = _declared_names()
    for one in wanted:
        other = first.setdefault(one.full_name, one.origin)
        if other != one.origin:
            raise BadInput(f"{one.origin}: {one.full_name} is what {other} declares")
    return wanted


def _declared_names() -> dict[str, str]:
    """Which deployment `prefect.yaml` declares; a file that is not ours declares none."""
    with suppress(BadFile):
        return {one.full_name: one.origin for one in read_prefect_file(prefect_file())}
    return {}


def _playing(files: Iterable[str]) -> Iterable[CaptainSpec]:
    for file in files:
        yield from captains_of(catalogue.load(file), catalogue.known()).values()


def _told(manner: Manner, work: Work) -> int:
    """Do the work on the server, and tell what was done."""
    home = settings.home(manner.runs)
    settings.apply(home)
    with server(home, meanwhile=_load, starting=note_server) as found:
        lines = asyncio.run(_with_client(work))
        if manner.as_json:
            told = [asdict(line) for line in lines]
            answer_json({"prefect": found.ui_url, "dry_run": manner.dry_run, "lines": told})
        else:
            for line in lines:
                say(str(line))
            note(f"at {found.ui_url}{'; nothing was written' if manner.dry_run else ''}")
    return Exit.DONE


async def _with_client(work: Work) -> list[Line]:
    from prefect.client.orchestration import get_client

    async with get_client() as client:
        return await work(client)


def _load() -> None:
    """While the server starts."""
    import flows.deployments.deploying  # noqa: F401
