"""People in commands: a bus process, a `captains` process, and a person over HTTP."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from engine.replay import replay_record
from flows import settings
from flows.cli import main
from flows.people import player_url
from flows.play import BusAddress
from flows.standing import standing
from tests.flows.here import commanded
from tests.flows.support import DEADLINE_S, ROOT, captains, tournament_file
from tests.human.person import Person, present

TOKEN = "a-publish-token-of-the-test"
PRESETS = "ada: {kind: human}\nbob: {kind: human, deadline_s: 0.01, gone_after: 1}\n"
FILE = """\
name: asked
seed: 3
match: {overs: 1, pairs: 1}
captains: [heuristic, {name: ada, kind: human}]
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bus:
    url: str
    environment: dict[str, str]


@asynccontextmanager
async def bus_process(folder: Path) -> AsyncIterator[Bus]:
    """`python -m spectator`, with its events on disk."""
    environment = {"CAPTAINS_BUS_TOKEN": TOKEN, "CAPTAINS_HOME": str(folder / "home")}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "spectator", "--store", str(folder / "bus.sqlite")),
        stdout=subprocess.PIPE, cwd=ROOT, env={"PATH": "/usr/bin:/bin", **environment},
    )  # fmt: skip
    assert process.stdout is not None
    try:
        told = json.loads(await process.stdout.readline())
        yield Bus(url=told["url"], environment=environment)
    finally:
        process.terminate()
        await process.wait()


async def ended(process: subprocess.Popen[str]) -> tuple[str, str]:
    return await asyncio.to_thread(process.communicate, timeout=DEADLINE_S)


async def play(folder: Path, bus: Bus, *arguments: str) -> tuple[int, str, str]:
    presets = folder / "mine.yaml"
    presets.write_text(PRESETS, encoding="utf-8")
    options = ("--captains", str(presets), "--overs", "1", "--runs", str(folder / "runs"))
    return await commanded(["play", *arguments, *options], bus.environment)


async def test_a_person_plays_against_a_preset(tmp_path: Path) -> None:
    async with bus_process(tmp_path) as bus:
        async with present(Person(bus.url, TOKEN, "ada")):
            code, out, err = await play(
                tmp_path, bus, "ada", "heuristic", "--bus", bus.url, "--json"
            )
        assert code == 0, err
        report = json.loads(out)
        assert report["end_reason"] == "completed"
        assert report["fallbacks"] == 0
        async with httpx.AsyncClient(base_url=bus.url, trust_env=False, timeout=DEADLINE_S) as http:
            shown = (await http.get(f"/api/streams/{report['episode_id']}/1")).json()
    assert shown["state"] == "ended"
    assert (await replay_record(Path(report["record"]))).identical


async def test_the_token_is_told_to_the_terminal_and_kept_nowhere(tmp_path: Path) -> None:
    async with bus_process(tmp_path) as bus:
        ada = Person(bus.url, TOKEN, "ada")
        async with present(ada):
            code, out, err = await play(tmp_path, bus, "ada", "bob", "--bus", bus.url)
    assert code == 0, err
    (line,) = [line for line in err.splitlines() if line.startswith("ada answers at ")]
    address = urlsplit(line.split()[-1])
    assert (address.path, address.fragment) == ("/play/ada", f"token={ada.token}")
    assert ada.token not in out
    assert "ada, batter: " in err
    assert "tokens" not in err
    assert "bus.sqlite" in {path.name for path in files(tmp_path)}
    assert any(path.suffix == ".jsonl" for path in files(tmp_path))
    assert files_with(tmp_path, ada.token) == files_with(tmp_path, TOKEN) == []


@pytest.mark.prefect
@pytest.mark.usefixtures("on_server")
@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")  # Prefect's, at a test's end
async def test_a_person_plays_a_tournament_and_his_token_is_in_no_artifact(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    async with bus_process(tmp_path) as bus:
        ada = Person(bus.url, TOKEN, "ada")
        async with present(ada):
            file, runs = tournament_file(tmp_path, FILE), str(tmp_path / "runs")
            code, out, err = await commanded(
                ["run", str(file), "--bus", bus.url, "--runs", runs, "--json"],
                {**bus.environment, **environment},
            )
    assert code == 0, err
    assert "Traceback" not in err
    (account,) = [one for one in json.loads(out)["captains"] if one["captain"] == "ada"]
    assert account["coverage"] == 1.0
    assert account["sources"] == {"human": account["decisions"]}
    assert account["timeouts"] == 0
    found = await said_by(environment["PREFECT_API_URL"])
    assert "standings-asked" in found
    assert ada.token not in found
    assert files_with(tmp_path, ada.token) == []


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def files_with(folder: Path, text: str) -> list[Path]:
    return [path for path in files(folder) if text.encode() in path.read_bytes()]


@pytest.mark.prefect
async def test_a_run_starts_a_bus_where_a_person_plays_and_tells_him_where(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    file = tournament_file(tmp_path, FILE + "spectate: {episodes: none}\n")
    home = {"CAPTAINS_HOME": str(tmp_path / "home")}
    arguments = ["run", str(file), "--runs", str(tmp_path / "runs"), "--json"]
    process = captains(arguments, {**environment, **home})
    assert process.stderr is not None
    while not (line := await asyncio.to_thread(process.stderr.readline)).startswith("ada answers"):
        assert line, "the run has ended"
    address = urlsplit(line.split()[-1])
    (token,) = parse_qs(address.fragment)["token"]
    async with present(Person(f"http://{address.netloc}", "", "ada", token)):
        out, err = await ended(process)
    assert process.returncode == 0, err
    (account,) = [one for one in json.loads(out)["captains"] if one["captain"] == "ada"]
    assert account["coverage"] == 1.0


async def said_by(server: str) -> str:
    """The latest artifacts and lines of log that the Prefect server has."""
    latest = {"limit": 200}  # the server's most
    async with httpx.AsyncClient(base_url=server, trust_env=False, timeout=DEADLINE_S) as http:
        artifacts = await http.post("/artifacts/filter", json=latest | {"sort": "CREATED_DESC"})
        logs = await http.post("/logs/filter", json=latest | {"sort": "TIMESTAMP_DESC"})
    assert artifacts.status_code == logs.status_code == 200
    return artifacts.text + logs.text


def answer(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> Any:
    assert main([*arguments, "--json"]) == code
    return json.loads(capsys.readouterr().out)


@pytest.fixture
def no_bus(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.delenv("CAPTAINS_BUS_URL", raising=False)
    monkeypatch.delenv("CAPTAINS_BUS_TOKEN", raising=False)
    return monkeypatch


def test_without_a_bus_a_person_is_refused_with_what_is_allowed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], no_bus: pytest.MonkeyPatch
) -> None:
    presets = tmp_path / "mine.yaml"
    presets.write_text(PRESETS, encoding="utf-8")
    play = ("play", "ada", "random", "--captains", str(presets), "--runs", str(tmp_path))
    told = answer(capsys, *play, code=2)["error"]
    assert told.startswith("captain 'ada': kind human is asked through a spectator bus")
    assert "--bus URL" in told
    assert "CAPTAINS_BUS_URL" in told


@pytest.mark.parametrize(
    ("url", "token", "said"),
    [
        ("ftp://x", TOKEN, "allowed: http://HOST:PORT"),
        ("http://[::1", TOKEN, "allowed: http://HOST:PORT"),
        ("http://x:99999", TOKEN, "allowed: http://HOST:PORT"),
        ("http://u:p@x", TOKEN, "allowed: http://HOST:PORT"),
        ("http://127.0.0.1:1", "", "CAPTAINS_BUS_TOKEN must hold its publish token"),
        (
            "http://127.0.0.1:1",
            "geheim-ü",
            "CAPTAINS_BUS_TOKEN: it holds what no header can",
        ),
    ],
)
def test_a_bus_that_cannot_be_one_is_refused(
    capsys: pytest.CaptureFixture[str],
    no_bus: pytest.MonkeyPatch,
    url: str,
    token: str,
    said: str,
) -> None:
    no_bus.setenv("CAPTAINS_BUS_TOKEN", token)
    told = answer(capsys, "token", "ada", "--bus", url, code=2)["error"]
    assert said in told
    assert "geheim" not in told


def test_the_token_follows_from_the_publish_token_and_the_name(
    capsys: pytest.CaptureFixture[str], no_bus: pytest.MonkeyPatch
) -> None:
    def token(captain: str, publish: str) -> str:
        no_bus.setenv("CAPTAINS_BUS_TOKEN", publish)
        told = answer(capsys, "token", captain, "--bus", "http://127.0.0.1:1")
        assert told["url"].endswith(f"/play/{captain}#token={told['token']}")
        return str(told["token"])

    assert token("ada", TOKEN) == token("ada", TOKEN)
    assert len({token("ada", TOKEN), token("bob", TOKEN), token("ada", TOKEN + "x")}) == 3


def test_a_token_is_that_of_the_bus_that_is_up_for_the_folder_of_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], no_bus: pytest.MonkeyPatch
) -> None:
    bus = BusAddress(url="http://127.0.0.1:1", token=TOKEN)
    home = settings.home(tmp_path)
    home.mkdir()
    with standing(home, bus):
        told = answer(capsys, "token", "ada", "--runs", str(tmp_path))
    assert told["url"] == player_url(bus, "ada")


def test_a_token_without_a_bus_says_what_is_allowed(
    capsys: pytest.CaptureFixture[str], no_bus: pytest.MonkeyPatch
) -> None:
    assert "--bus URL" in answer(capsys, "token", "ada", code=2)["error"]
