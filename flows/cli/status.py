"""`captains status`: how each part of the `captains up` of a home folder is. It starts nothing."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Final

import httpx

from flows import settings
from flows.cli.only import Document, is_ready, standing_up
from flows.cli.terminal import Exit, answer_json, note, say
from flows.deployments.part import Part
from flows.server import answers, standing_server

ASK_S: Final = 5.0


def run_status(runs: Path, *, as_json: bool) -> int:
    """Exit code 1 where a part is down."""
    home = settings.home(runs)
    settings.apply(home)
    document = standing_up(home)
    parts = _parts(home, document)
    is_well = all(part.state != "down" for part in parts)
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
    parts = [_server(api_url), _bus(told)]
    rest = ["limits"]
    if told.get("worker", True):
        rest += ["deployments", "worker"]
    if parts[0].state == "down" or not told:
        return parts + [Part(part=part, state="down", said="not known") for part in rest]
    parts += asyncio.run(_asked(home, told))
    if not told.get("worker", True):
        parts.append(Part(part="worker", state="off", said="left away (--no-worker)"))
    return parts


def _api_url(home: Path, document: Document | None) -> str | None:
    """Of the server that it uses, or else would join."""
    if document is not None and is_ready(document):
        return f"{document['prefect']}/api"
    if named := os.environ.get("PREFECT_API_URL"):
        return named.rstrip("/")
    found = standing_server(home)
    return None if found is None else found.api_url


def _server(api_url: str | None) -> Part:
    if api_url is None or not answers(api_url):
        where = "" if api_url is None else f" at {api_url}"
        return Part(part="Prefect server", state="down", said=f"none answers{where}")
    return Part(part="Prefect server", state="ok", said=api_url.removesuffix("/api"))


def _bus(told: Mapping[str, str]) -> Part:
    url = told.get("bus")
    if url is not None:
        with suppress(httpx.HTTPError):
            if httpx.get(f"{url}/healthz", timeout=ASK_S, trust_env=False).is_success:
                return Part(part="bus and page", state="ok", said=told["page"])
    where = "" if url is None else f" at {url}"
    return Part(part="bus and page", state="down", said=f"none answers{where}")


async def _asked(home: Path, told: Document) -> list[Part]:
    """What Prefect's server says."""
    from prefect.client.orchestration import get_client

    from flows.crew import worker_name
    from flows.deployments.parts import deployments, limits, workers

    with settings.asking_once():
        async with get_client() as client:
            parts = [await limits(client)]
            if told.get("worker", True):
                folder = Path(str(told.get("folder", ".")))
                parts.append(await deployments(client, folder, make=False))
                parts.append(await workers(client, worker_name(home)))
    return parts
