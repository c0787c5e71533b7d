"""`captains status`: how each part of the `captains up` of a home folder is. It starts nothing."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from flows import settings
from flows.cli import failures
from flows.cli.only import Document, is_ready, standing_up
from flows.cli.terminal import Exit, answer_json, note, say
from flows.deployments.part import Part
from flows.health.bus import is_there
from flows.server import HEALTH_TIMEOUT_S, Health, health
from flows.server_keeper import Known
from flows.trust import AUTHORITIES, REFUSED_URL, holds_password


def run_status(runs: Path, *, as_json: bool) -> int:
    """Exit code 1 where a part is down, or slow."""
    home = settings.home(runs)
    settings.apply(home)
    document = standing_up(home)
    parts = _parts(home, document)
    is_well = all(part.state in ("ok", "off") for part in parts)
    if as_json:
        answer_json({"well": is_well, "up": document, "parts": [asdict(part) for part in parts]})
        return Exit.DONE if is_well else Exit.FAILED
    for part in parts:
        say(str(part))
    if document is None:
        note(f"no captains up has the home folder {home}")
    elif not is_ready(document):
        note(f"process {document['pid']} is still starting")
    return Exit.DONE if is_well else Exit.FAILED


def _parts(home: Path, document: Document | None) -> list[Part]:
    api_url = _api_url(home, document)
    if api_url is not None:
        os.environ["PREFECT_API_URL"] = api_url  # before Prefect is imported
    told = document or {}
    parts = [_server(api_url, Known.read(home)), _bus(told)]
    rest = ["limits"]
    if told.get("worker", True):
        rest += ["deployments", "worker"]
    if parts[0].state != "ok" or not told:
        state = parts[0].state if told else "down"
        return parts + [Part(part=part, state=state, said="not known") for part in rest]
    parts += asyncio.run(_asked(home, told, rest))
    if not told.get("worker", True):
        parts.append(Part(part="worker", state="off", said="left away (--no-worker)"))
    return parts


def _api_url(home: Path, document: Document | None) -> str | None:
    """Of the server that it uses, or else would join."""
    if document is not None and is_ready(document):
        return f"{document['prefect']}/api"
    if named := os.environ.get("PREFECT_API_URL"):
        return named.rstrip("/")
    found = Known.read(home)
    return found.api_url if found is not None and found.is_alive() else None


def _server(api_url: str | None, embedded: Known | None) -> Part:
    part = "Prefect server"
    if api_url is None:
        return Part(part=part, state="down", said="none answers")
    if holds_password(api_url):
        return Part(part=part, state="down", said=REFUSED_URL)
    match health(api_url, HEALTH_TIMEOUT_S):
        case Health.WELL:
            return Part(part=part, state="ok", said=api_url.removesuffix("/api"))
        case Health.SILENT if (lives := _who_lives(api_url, embedded)) is not None:
            said = f"no answer in {HEALTH_TIMEOUT_S:g} s at {api_url}, but {lives}"
            return Part(part=part, state="slow", said=said)
        case Health.UNTRUSTED:
            said = f"the certificate at {api_url} is not trusted here ({AUTHORITIES})"
            return Part(part=part, state="down", said=said)
    return Part(part=part, state="down", said=f"none answers at {api_url}")


def _who_lives(api_url: str, embedded: Known | None) -> str | None:
    """Who is there that does not answer. The embedded server's socket outlives its process."""
    if embedded is None or embedded.api_url != api_url:
        return "something takes connections there"
    return f"its process {embedded.pid} lives" if embedded.is_alive() else None


def _bus(told: Mapping[str, str]) -> Part:
    url = told.get("bus")
    if url is not None and is_there(url):
        return Part(part="bus and page", state="ok", said=told["page"])
    where = "" if url is None else f" at {url}"
    return Part(part="bus and page", state="down", said=f"none answers{where}")


async def _asked(home: Path, told: Document, rest: Sequence[str]) -> list[Part]:
    """What Prefect's server says of the `rest`."""
    import httpx
    from prefect.exceptions import PrefectException

    parts: list[Part] = []
    try:
        await _ask(home, told, parts)
    except (httpx.HTTPError, PrefectException) as error:
        said = f"the server did not say: {failures.said(error)}"
        parts += [Part(part=part, state="down", said=said) for part in rest[len(parts) :]]
    return parts


async def _ask(home: Path, told: Document, parts: list[Part]) -> None:
    from prefect.client.orchestration import get_client

    from flows.crew import worker_name
    from flows.deployments.parts import deployments, limits, workers

    with settings.asking_once():
        async with get_client() as client:
            parts.append(await limits(client))
            if told.get("worker", True):
                folder = Path(str(told.get("folder", ".")))
                parts.append(await deployments(client, folder, make=False))
                parts.append(await workers(client, worker_name(home)))
