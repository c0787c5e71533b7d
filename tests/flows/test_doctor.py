"""What the doctor finds without a Prefect server: buses, voices, disks, what the killed left."""

from __future__ import annotations

import asyncio
import fcntl
import json
import socket
from collections.abc import AsyncIterator
from multiprocessing import Pipe
from pathlib import Path

import pytest

from engine.captains import resolve
from flows.cli.leftovers import HOUR_S, Leftover, left_behind
from flows.cli.verdict import Verdict
from flows.health import disks
from flows.health import storage as trial
from flows.health.bus import of_bus
from flows.health.repair import left_alone
from flows.health.storage import of_storage
from flows.health.voices import of_voices
from flows.needs import Finding
from flows.single import SingleMatch, singles_folder
from spectator import BusServer
from tests.flows.support import captains
from tests.llm.stub import Said, fails, says, stub

KEY = "sk-cartesia-1a2b3c"


@pytest.fixture
async def bus() -> AsyncIterator[BusServer]:
    async with BusServer() as running:
        yield running


async def bus_found(
    monkeypatch: pytest.MonkeyPatch, url: str, token: str, homes: tuple[Path, ...] = ()
) -> Finding:
    monkeypatch.setenv("CAPTAINS_BUS_URL", url)
    monkeypatch.setenv("CAPTAINS_BUS_TOKEN", token)
    (found,) = await asyncio.to_thread(lambda: [*of_bus(homes)])
    return found


# --- the bus -----------------------------------------------------------------------------------


async def test_a_bus_that_takes_the_token_is_well(
    bus: BusServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = await bus_found(monkeypatch, bus.url, bus.publish_token)
    assert (found.state, found.said) == ("ok", f"{bus.url} answers and takes the token")


async def test_a_token_that_is_refused_is_wrong_and_not_told(
    bus: BusServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = await bus_found(monkeypatch, bus.url, "another-token")
    assert (found.state, found.said) == ("wrong", f"{bus.url} does not take the token (401)")
    assert "another-token" not in str(found)


async def test_a_bus_that_is_not_there_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    found = await bus_found(monkeypatch, "http://127.0.0.1:9", "t")
    assert found.state == "wrong"
    assert "does not answer (ConnectError)" in found.said


async def test_a_bus_without_a_token_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    found = await bus_found(monkeypatch, "http://127.0.0.1:9", "")
    assert (found.state, found.mend.partition("=")[0]) == ("wrong", "export CAPTAINS_BUS_TOKEN")


def test_no_bus_is_needed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("CAPTAINS_BUS_URL", "CAPTAINS_BUS_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    assert [found.state for found in of_bus([tmp_path])] == ["ok"]


# --- voices ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "state", "said"),
    [
        (200, "ok", "answers (200)"),
        (401, "wrong", "does not take the key (401)"),
        (404, "note", "does not know the voice"),
        (503, "wrong", "answers with an error (503)"),
    ],
)
async def test_a_provider_of_speech_is_asked_for_its_voice(
    status: int, state: str, said: str
) -> None:
    async with stub(Said(status=status, body=KEY.encode())) as server:
        environ = {"CARTESIA_API_KEY": KEY, "CAPTAINS_CARTESIA_URL": server.url}
        _, found = await asyncio.to_thread(lambda: [*of_voices(environ, ask=True)])
    assert found.state == state
    assert said in found.said
    assert KEY not in str(found)


def test_a_provider_that_is_not_there_is_wrong_and_asked_only_when_wanted() -> None:
    environ = {"CARTESIA_API_KEY": KEY, "CAPTAINS_CARTESIA_URL": "http://127.0.0.1:9"}
    _, found = of_voices(environ, ask=True)
    assert (found.state, found.said) == (
        "wrong",
        "http://127.0.0.1:9 does not answer (ConnectError)",
    )
    assert len([*of_voices(environ, ask=False)]) == 1


# --- what killed commands left -----------------------------------------------------------------


def a_run(runs: Path, name: str = "small/0123456789ab-1") -> Path:
    """One with an unsealed record and a report that was being written anew."""
    folder = runs / name
    (folder / "records").mkdir(parents=True)
    (folder / "run.json").write_text("{}")
    (folder / "records" / "e1.jsonl").write_text("sealed")
    (folder / "records" / "e2.1.x1.part").write_text("begun")
    (folder / "report.html.part").write_text("half")
    return folder


def later(runs: Path) -> list[Leftover]:
    now = runs.stat().st_mtime + 2 * HOUR_S
    return [*left_behind(runs, runs / ".captains", now=lambda: now)]


def test_what_nobody_holds_is_cleared_and_every_record_stays(tmp_path: Path) -> None:
    folder = a_run(tmp_path)
    found = later(tmp_path)
    assert [one.check for one in found] == [
        "run small/0123456789ab-1",
        "half-written files",
    ]
    assert all(one.clear and one.clear() for one in found)
    left = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert left == {"run.json", "records/e1.jsonl", "records/void/e2.1.x1.part"}
    assert later(tmp_path) == []


def test_a_run_that_is_played_and_a_file_just_begun_are_no_leftovers(tmp_path: Path) -> None:
    part = a_run(tmp_path) / "records" / "e2.1.x1.part"
    with part.open() as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert [*left_behind(tmp_path, tmp_path / ".captains")] == []


def test_matches_that_captains_up_will_end_are_left_to_it(tmp_path: Path) -> None:
    a_run(tmp_path, "play/x").rename(tmp_path / "aside")
    (tmp_path / "play" / "records").mkdir()
    (tmp_path / "play" / "records" / "e1.1.x1.part").write_text("begun")
    (found,) = left_behind(tmp_path, tmp_path / ".captains")
    assert (found.clear, found.mend) == (None, "captains up")


def test_numbers_that_a_killed_up_had_claimed_are_told_as_such_and_stay_used(
    tmp_path: Path,
) -> None:
    folder = singles_folder(tmp_path)
    spec = SingleMatch(home=resolve("heuristic"), away=resolve("random"), overs=1, seed=3).spec()
    with folder.attempt(spec):
        (claim,) = folder.records.iterdir()
        assert [*left_behind(tmp_path, tmp_path / ".captains")] == []  # somebody lives
    claim.touch()
    (found,) = left_behind(tmp_path, tmp_path / ".captains")
    assert (found.check, found.said[:2]) == ("matches asked for", "1 ")
    assert found.said.endswith(f"; not played here: {spec.episode_id}/1")
    assert found.clear is not None
    assert found.clear().startswith("put 1 numbers aside")
    assert [*left_behind(tmp_path, tmp_path / ".captains")] == []
    with folder.attempt(spec) as again:
        assert again.attempt == 2


def test_the_token_of_a_killed_up_goes(tmp_path: Path) -> None:
    home = tmp_path / ".captains"
    home.mkdir()
    for name in ("bus.json", "up.lock"):
        (home / name).write_text(json.dumps({"url": "http://127.0.0.1:1", "token": "t"}))
    (found,) = left_behind(tmp_path, home)
    assert found.clear is not None
    assert found.clear().startswith("removed")
    assert [path.read_text() for path in home.iterdir()] == [""]
    assert [*left_behind(tmp_path, home)] == []


def test_a_captains_up_that_starts_is_not_disturbed(tmp_path: Path) -> None:
    home = tmp_path / ".captains"
    home.mkdir()
    (home / "bus.json").write_text("{}")
    (found,) = left_behind(tmp_path, home)
    with (home / "up.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert found.clear is not None
        assert found.clear() == "left alone: a captains up is just starting"
    assert (home / "bus.json").exists()


# --- disks and the storage ---------------------------------------------------------------------


def test_a_disk_that_is_short_is_told_for_each_folder_on_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(disks, "LEAST_FREE_MB", 10**12)  # more than any disk has
    monkeypatch.setattr(disks, "_device", hash)  # each on a disk of its own
    found = {one.check: one for one in disks.of_disks(tmp_path / "runs", tmp_path / "home")}
    assert [*found] == ["runs", "home", "temporary files"]
    assert {one.state for one in found.values()} == {"wrong"}
    assert found["home"].mend.startswith("export CAPTAINS_HOME=")


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("a file")
    (found,) = disks.of_disks(tmp_path / "runs", tmp_path / "home")
    assert (found.state, "cannot be written" in found.said) == ("wrong", True)


@pytest.mark.parametrize(
    ("named", "state"), [("memory://there/captains", "ok"), ("/proc/captains", "wrong")]
)
async def test_the_storage_that_is_named_is_tried(
    named: str, state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CAPTAINS_STORAGE", named)
    (found,) = await of_storage()
    assert found.state == state
    assert named in found.said


async def test_a_storage_that_does_not_answer_is_not_waited_for_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(trial, "TRIAL_S", 3.0)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("CAPTAINS_STORAGE", f"ftp://127.0.0.1:{silent.getsockname()[1]}/x")
        (found,) = await of_storage()
        silent.setblocking(False)
        silent.accept()[0].close()  # it was asked
    assert found.state == "wrong"
    assert found.said.endswith("has not answered in 3 s")


def test_a_trial_that_breaks_says_by_what(monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken() -> None:
        raise TypeError("no such\x1bsetting")

    monkeypatch.setattr(trial, "storage", broken)
    mine, theirs = Pipe(duplex=False)
    with mine:
        trial._tell(theirs)
        begins, found = mine.recv(), mine.recv()
    assert begins is None
    assert found.state == "wrong"
    assert found.said.endswith(r"cannot be tried: TypeError: no such\x1bsetting")


async def test_no_storage_need_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CAPTAINS_STORAGE", raising=False)
    assert await of_storage() == []


# --- the verdict -------------------------------------------------------------------------------


def test_what_is_found_is_told_with_why_and_the_command() -> None:
    found = Finding(check="bus", state="wrong", said="dead", why="unseen", mend="captains up")
    text = Verdict(findings=[found], repairs=[*left_alone([found])]).text()
    lines = [" ".join(line.split()) for line in text.splitlines()]
    assert lines[1:4] == ["wrong bus dead", "why: unseen", "mend: captains up"]
    assert lines[-1] == "left bus this is yours to mend"


def test_a_home_that_cannot_be_used_is_told_among_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PREFECT_API_URL", raising=False)  # of a server of earlier tests
    (tmp_path / "file").touch()
    home = {"CAPTAINS_HOME": str(tmp_path / "file" / "home")}
    process = captains(["doctor", "--json", "--no-ask", "--runs", str(tmp_path)], home)
    told, said = process.communicate()
    found = {one["check"]: one for one in json.loads(told)["checks"]}
    assert (process.returncode, found["files"]["state"]) == (1, "wrong"), said
    assert home["CAPTAINS_HOME"] in found["files"]["said"]
    assert "runs" in found


def test_what_may_not_be_looked_at_is_told_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "bus.json").mkdir()
    around = {"CAPTAINS_HOME": str(tmp_path), "PREFECT_API_URL": "http://127.0.0.1:9/api"}
    command = ["doctor", "--fix", "--json", "--no-ask", "--runs", str(tmp_path / "runs")]
    process = captains(command, around)
    told, said = process.communicate()
    answer = json.loads(told)
    found = {one["check"]: one for one in answer["checks"]}
    assert (process.returncode, found["files"]["state"]) == (1, "wrong"), said
    assert "files" in {one["check"] for one in answer["repairs"] if not one["done"]}


def test_a_server_that_is_not_there_fails_the_command(tmp_path: Path) -> None:
    nowhere = {"PREFECT_API_URL": "http://127.0.0.1:9/api"}
    process = captains(["doctor", "--json", "--runs", str(tmp_path)], nowhere)
    told, _ = process.communicate()
    (found,) = (one for one in json.loads(told)["checks"] if one["check"] == "Prefect")
    assert (process.returncode, found["state"]) == (1, "wrong")
    assert found["mend"].startswith("prefect server start")


async def test_a_server_that_asks_for_a_password_is_told_with_its_setting(tmp_path: Path) -> None:
    async with stub(says(True), fails(401)) as closed:
        command = ["doctor", "--json", "--no-ask", "--runs", str(tmp_path)]
        process = captains(command, {"PREFECT_API_URL": f"{closed.url}/api"})
        told, said = await asyncio.to_thread(process.communicate)
    found = {one["check"]: one for one in json.loads(told)["checks"]}
    assert found["Prefect"]["mend"].startswith("export PREFECT_API_AUTH_STRING="), said


async def test_versions_are_told_also_where_an_old_server_then_fails(tmp_path: Path) -> None:
    async with stub(says(True), says("3.7.0"), fails(500)) as old:
        command = ["doctor", "--json", "--no-ask", "--runs", str(tmp_path)]
        process = captains(command, {"PREFECT_API_URL": f"{old.url}/api"})
        told, said = await asyncio.to_thread(process.communicate)
    found = {one["check"]: one for one in json.loads(told)["checks"]}
    assert found["Prefect's versions"]["state"] == "wrong", said
    assert "answers, and not what was asked" in found["Prefect"]["said"]
