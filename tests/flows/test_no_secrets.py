"""A run that is told as loudly as can be tells no secret: not on the terminal, in files, in the
Prefect server or on the bus.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from prefect.blocks.system import Secret
from pydantic import SecretStr

from flows.server import Server
from spectator import BusServer
from tests.flows.support import DEADLINE_S, captains, tournament_file
from tests.llm.stub import Said, Stub, plays, says, stub

pytestmark = [
    pytest.mark.prefect,
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),  # Prefect's, at a test's end
]

IN_ENVIRONMENT, IN_BLOCK = "sk-environment-7d1f0a9c3b", "sk-block-5e2b8c4d6f"
BLOCK = "test-no-secrets"
FILE = """\
name: tells-nothing
match: {{overs: 1, pairs: 1}}
captains:
  - {{name: ada, kind: llm, model: m, base_url: "{url}", api_key_env: ADAS_KEY, cadence: over}}
  - {{name: bea, kind: llm, model: m, base_url: "{url}", api_key_block: {block}, cadence: over}}
spectate: {{episodes: all}}
"""
TOLD_BY_PREFECT = ("logs", "events", "artifacts", "flow_runs", "task_runs", "variables")


@asynccontextmanager
async def echoing() -> AsyncIterator[Stub]:
    """An endpoint whose right answers hold the key that it was sent, wherever they may."""

    async def answering(request: dict[str, Any]) -> Said:
        key = endpoint.headers[-1]["authorization"].removeprefix("Bearer ")
        answer = plays(request, reason=f"because {key}")
        answer["choices"][0]["message"]["content"] = key
        return says(answer)

    async with stub(answering=answering) as endpoint:
        yield endpoint


def written(folder: Path) -> str:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return "\n".join(path.read_bytes().decode("latin-1") for path in files)


async def told_by(server: Server) -> str:
    """The newest that the server has of everything that it lists."""
    async with httpx.AsyncClient(
        base_url=server.api_url, trust_env=False, timeout=DEADLINE_S
    ) as http:
        answers = [await http.post(f"/{what}/filter", json={}) for what in TOLD_BY_PREFECT]
    assert all(answer.is_success for answer in answers), answers
    return "\n".join(answer.text for answer in answers)


async def told_on(bus: BusServer) -> str:
    """Every event of every stream."""
    headers = {"authorization": f"Bearer {bus.publish_token}"}
    async with httpx.AsyncClient(
        base_url=bus.url, headers=headers, trust_env=False, timeout=DEADLINE_S
    ) as http:
        listed = [
            (await http.get(f"/api/{kind}")).json()["streams"] for kind in ("streams", "runs")
        ]
        streams = [one["stream"] for page in listed for one in page]
        exports = [await http.get(f"/api/streams/{one}/export.jsonl") for one in streams]
    assert streams
    return "\n".join(export.text for export in exports)


async def test_the_loudest_run_tells_no_secret(
    on_server: Server, environment: dict[str, str], tmp_path: Path
) -> None:
    await Secret(value=SecretStr(IN_BLOCK)).save(BLOCK, overwrite=True)
    async with BusServer() as bus, echoing() as endpoint:
        file = tournament_file(tmp_path, FILE.format(url=endpoint.url, block=BLOCK))
        loud = {
            "ADAS_KEY": IN_ENVIRONMENT,
            "PREFECT_LOGGING_LEVEL": "DEBUG",
            "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "DEBUG",
            "CAPTAINS_BUS_URL": bus.url,
            "CAPTAINS_BUS_TOKEN": bus.publish_token,
        }
        command = ["run", str(file), "--verbose", "--json", "--runs", str(tmp_path / "runs")]
        process = captains(command, {**environment, **loud})
        out, err = await asyncio.to_thread(process.communicate, timeout=DEADLINE_S)
        assert json.loads(out)["episodes"]["played"] == 2, err
        told = {
            "terminal": out + err,
            "files": written(tmp_path),
            "Prefect": await told_by(on_server),
            "bus": await told_on(bus),
        }
    sent = {headers["authorization"] for headers in endpoint.headers}
    assert sent == {f"Bearer {IN_ENVIRONMENT}", f"Bearer {IN_BLOCK}"}  # they were used
    assert "tells-nothing" in told["Prefect"]
    secrets = (IN_ENVIRONMENT, IN_BLOCK, bus.publish_token)
    assert [
        (where, secret) for where, text in told.items() for secret in secrets if secret in text
    ] == []
