"""What captains need is told before a run: keys by their names alone, prices, endpoints."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from engine.captains import resolve
from engine.errors import MissingSecret
from engine.tool_captains.services import EnvironmentSecrets
from flows.cli import main
from flows.cli.doctor import Examined
from flows.health.endpoints import blocks_of, endpoints_of
from flows.lending import BlockSecrets
from flows.needs import needs_of
from flows.server import Server
from tests.flows.support import DEADLINE_S, tournament_file
from tests.llm.stub import fails, says, stub

KEY = "sk-test-9f8e7d6c5b4a"
URL = "http://127.0.0.1:9/v1"


def llm(**settings: Any) -> Any:
    return resolve({"name": "q", "kind": "llm", "model": "m", "base_url": URL, **settings})


def told(captain: Any, **known: Any) -> dict[str, tuple[str, str]]:
    return {f.check: (f.state, f.said) for f in needs_of([captain], **known)}


def test_a_key_that_is_set_is_told_by_its_name_alone() -> None:
    found = told(llm(api_key_env="MY_KEY"), environ={"MY_KEY": KEY})
    assert found["q: key"] == ("ok", "the variable MY_KEY is set")


def test_a_key_that_is_not_set_is_wrong() -> None:
    found = told(llm(api_key_env="MY_KEY"), environ={"MY_KEY": ""})
    assert found["q: key"] == ("wrong", "the variable MY_KEY is not set")


def test_a_program_has_its_token() -> None:
    remote = resolve({"name": "r", "kind": "remote", "url": URL, "token_env": "T"})
    assert told(remote, environ={})["r: key"] == ("wrong", "the variable T is not set")


def test_who_plays_from_the_cache_needs_nothing() -> None:
    states = {state for state, _ in told(llm(mode="cached", api_key_env="X"), environ={}).values()}
    assert states == {"ok"}


@pytest.mark.parametrize(
    ("settings", "in_dollars", "state"),
    [
        ({"price": {"input": 1.0, "output": 2.0}}, True, "ok"),
        ({"base_url": "https://api.openai.com/v1", "model": "gpt-4o"}, True, "ok"),
        ({}, False, "note"),
        ({}, True, "wrong"),
        ({"budget": {"usd": 1.0}}, False, "wrong"),
    ],
)
def test_an_unknown_price_is_wrong_where_dollars_are_limited(
    settings: dict[str, Any], in_dollars: bool, state: str
) -> None:
    assert told(llm(**settings), in_dollars=in_dollars)["q: price"][0] == state


def test_scripted_captains_need_nothing() -> None:
    assert told(resolve("heuristic")) == {}


class _NoBlocks(EnvironmentSecrets):
    async def from_block(self, block: str) -> str:
        raise MissingSecret(block, "there is no Prefect Secret block of that name")


async def test_a_block_that_is_not_there_is_wrong() -> None:
    (found,) = await blocks_of([llm(api_key_block="my-key")], _NoBlocks())
    assert found.state == "wrong"
    assert "secret my-key: there is no Prefect Secret block" in found.said


MODELS = {"data": [{"id": "m"}, {"id": "n"}]}


@pytest.mark.parametrize(
    ("said", "settings", "state", "word"),
    [
        (says(MODELS), {}, "ok", "answers (200)"),
        (says(MODELS), {"model": "other"}, "note", "does not list 'other'"),
        (says([1]), {}, "ok", "answers (200)"),
        (fails(404), {}, "ok", "answers (404)"),
        (fails(401, f"bad key {KEY}"), {}, "wrong", "does not take the key (401)"),
        (fails(503), {}, "wrong", "(503)"),
        (fails(307), {}, "note", "a redirect (307)"),
        (None, {}, "wrong", "does not answer"),
    ],
)
async def test_an_endpoint_is_asked_once(
    said: Any, settings: dict[str, Any], state: str, word: str
) -> None:
    async with stub(said) as endpoint:
        captain = llm(**{"base_url": endpoint.url, "api_key_env": "MY_KEY", **settings})
        (found,) = await endpoints_of([captain], EnvironmentSecrets({"MY_KEY": KEY}))
    assert (found.state, word in found.said) == (state, True)
    assert KEY not in str(found)


async def test_an_answer_that_does_not_end_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("flows.health.endpoints.ASK_TIMEOUT_S", 0.3)

    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n")
        with suppress(ConnectionError):
            while not writer.is_closing():
                writer.write(b" ")
                await writer.drain()
                await asyncio.sleep(0.05)
        writer.close()
        hung_up.set()

    hung_up = asyncio.Event()
    server = await asyncio.start_server(drip, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    async with server, asyncio.timeout(DEADLINE_S):
        (found,) = await endpoints_of([llm(base_url=url)], EnvironmentSecrets({}))
        await hung_up.wait()
    assert (found.state, found.said) == (
        "wrong", f"{url}/models does not answer (no answer within 0.3 s)",
    )  # fmt: skip


async def test_an_endpoint_that_is_not_there_is_wrong() -> None:
    (found,) = await endpoints_of([llm()], EnvironmentSecrets({}))
    assert (found.check, found.state) == ("q: endpoint", "wrong")
    assert found.said == f"{URL}/models does not answer (ConnectError)"
    assert found.mend == f"start it, or see `curl -i {URL}/models`"


FILE = f"""\
name: small
match: {{overs: 1}}
captains:
  - heuristic
  - {{name: q, kind: llm, model: m, base_url: "{URL}", api_key_env: MY_KEY}}
limits: {{usd: 1}}
"""


def test_check_tells_what_is_missing_here(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_KEY", KEY)
    assert main(["check", str(tournament_file(tmp_path, FILE)), "--json"]) == 0
    out = capsys.readouterr().out
    states = {need["check"]: need["state"] for need in json.loads(out)["needs"]}
    assert states == {"q: key": "ok", "q: price": "wrong"}
    assert KEY not in out


def test_the_doctor_looks_after_files_and_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CAPTAINS_LLM_BASE_URL", URL)
    monkeypatch.setenv("CAPTAINS_LLM_MODEL", "m")
    mine = tmp_path / "mine.yaml"
    mine.write_text(f'own: {{kind: remote, url: "{URL}"}}\n')
    examined = Examined.of(str(tournament_file(tmp_path, FILE)), [mine], ask=False)
    assert [captain.name for captain in examined.captains] == ["llm_live", "own", "heuristic", "q"]
    assert examined.in_dollars


@pytest.mark.prefect
async def test_a_block_that_is_there_is_told_by_its_name_alone(on_server: Server) -> None:
    from prefect.blocks.system import Secret

    await Secret(value=SecretStr(KEY)).save("my-key", overwrite=True)
    captains = [llm(api_key_block="my-key"), llm(api_key_block="no-such-key")]
    there, missing = await blocks_of(captains, BlockSecrets())
    assert there.said == "the Prefect Secret block my-key holds one"
    assert (there.state, missing.state) == ("ok", "wrong")
    assert KEY not in str(there)
