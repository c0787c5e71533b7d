"""What `captains status` says of a Prefect server that does not answer."""

from __future__ import annotations

import asyncio
import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.cli import status
from flows.cli.only import take_now
from flows.cli.status import run_status
from flows.server import Health, ServerUnavailable, health, server
from flows.server_keeper import Known
from tests.flows.support import captains, pid_of_the_dead
from tests.llm.stub import fails, says, stub


@pytest.fixture
def silent(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of what takes connections and never answers, which is not waited for."""
    monkeypatch.setattr(status, "HEALTH_TIMEOUT_S", 0.2)
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/api"


def told(folder: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    """The part that is the server."""
    assert run_status(folder / "runs", as_json=True) == 1
    return dict(json.loads(capsys.readouterr().out)["parts"][0])


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CAPTAINS_HOME", str(tmp_path))
    return tmp_path


def test_an_embedded_server_that_lives_and_is_silent_is_slow(
    silent: str, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Known(pid=os.getpid(), api_url=silent).write(home)
    part = told(home, capsys)
    assert part["state"] == "slow"
    assert part["said"].endswith(f"{silent}, but its process {os.getpid()} lives")


def test_one_whose_process_is_gone_is_down_though_its_socket_is_there(
    silent: str, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Known(pid=pid_of_the_dead(), api_url=silent).write(home)
    monkeypatch.setenv("PREFECT_API_URL", silent)
    assert told(home, capsys)["state"] == "down"


async def test_a_server_that_lets_nobody_in_leaves_what_is_known_of_the_other_parts(
    tmp_path: Path,
) -> None:
    hold = take_now(tmp_path)
    assert hold is not None
    async with stub(says(True), fails(401)) as closed:
        root = closed.url.removesuffix("/v1")
        hold.tell({"pid": 1, "page": "p", "bus": "http://127.0.0.1:9", "prefect": root})
        command = ["status", "--json", "--runs", str(tmp_path / "runs")]
        process = captains(command, {"CAPTAINS_HOME": str(tmp_path)})
        out, err = await asyncio.to_thread(process.communicate)
    hold.leave()
    parts = {part["part"]: part for part in json.loads(out)["parts"]}
    assert (process.returncode, parts["Prefect server"]["state"]) == (1, "ok"), err
    assert "PREFECT_API_AUTH_STRING" in parts["worker"]["said"]


def test_no_second_server_is_started_beside_one_that_is_slow(
    silent: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.server.HEALTH_TIMEOUT_S", 0.2)
    Known(pid=os.getpid(), api_url=silent).write(home)
    lives = f"its process {os.getpid()} lives"
    with pytest.raises(ServerUnavailable, match=lives) as told, server(home):
        pass
    assert told.value.mend.startswith(f"kill {os.getpid()} ")
    assert Known.read(home) == Known(pid=os.getpid(), api_url=silent)


def test_where_nobody_listens_it_is_gone() -> None:
    assert health("http://127.0.0.1:9/api", timeout_s=0.2) is Health.GONE
