"""`captains up` in the background, its worker, and what `status` and `down` say of it: all as
processes of their own.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from prefect.client.orchestration import get_client

from flows.cli.background import detached
from flows.cli.terminal import WorkFailed
from flows.server import Server
from tests.flows.here import commanded
from tests.flows.support import DEADLINE_S, captains, command_of
from tests.flows.upping import QUICK, Up, until_gone, up
from tests.spectator.test_spool import files_of_at_most

pytestmark = [
    *(pytest.mark.prefect, pytest.mark.slow),
    pytest.mark.usefixtures("on_server"),
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),  # Prefect's, at a test's end
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    code: int
    told: Any
    err: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Commands:
    """`captains` with a home folder of its own."""

    folder: Path
    environment: dict[str, str]

    async def __call__(self, *arguments: str) -> Answer:
        code, out, err = await commanded(self._with_options(arguments), self._around())
        return Answer(code=code, told=json.loads(out), err=err)

    async def detached(self, *arguments: str) -> Answer:
        """By a process of its own, as what it starts outlives it."""
        command = ["up", "--detach", "--no-worker", *arguments]
        process = captains(self._with_options(command), self._around())
        out, err = await asyncio.to_thread(process.communicate, timeout=DEADLINE_S)
        return Answer(code=process.returncode, told=json.loads(out), err=err)

    def _with_options(self, arguments: Sequence[str]) -> list[str]:
        return [*arguments, "--json", "--runs", str(self.folder / "runs")]

    def _around(self) -> dict[str, str]:
        return {"CAPTAINS_HOME": str(self.folder / "home")} | self.environment


@pytest.fixture
async def command(tmp_path: Path, environment: dict[str, str]) -> AsyncIterator[Commands]:
    """Nothing is left up."""
    found = Commands(folder=tmp_path, environment=environment)
    yield found
    await found("down")


def states(parts: Sequence[dict[str, str]]) -> dict[str, str]:
    return {part["part"]: part["state"] for part in parts}


async def test_it_runs_on_in_the_background_until_it_is_ended(command: Commands) -> None:
    begun = await command.detached("--port", "0")
    assert begun.code == 0, begun.err
    well = await command("status")
    assert (well.code, well.told["up"]["page"]) == (0, begun.told["page"])
    ended = await command("down")
    assert (ended.code, ended.told["pid"]) == (0, begun.told["pid"])
    assert command_of(begun.told["pid"]) == b""
    again = await command("down")
    assert (again.code, again.told["pid"]) == (0, None)


async def test_a_start_that_fails_ends_with_the_end_of_its_log(command: Commands) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        failed = await command.detached("--port", str(taken.getsockname()[1]))
    assert failed.code == 1
    assert "in use" in failed.told["error"]


def test_a_start_that_can_write_nothing_says_so_and_what_the_disk_has_left(tmp_path: Path) -> None:
    (tmp_path / "up.log").write_text("of an earlier start\n", encoding="utf-8")
    with files_of_at_most(0), pytest.raises(WorkFailed) as failed:
        detached(tmp_path, ["--no-worker", "--runs", str(tmp_path / "runs")])
    assert "it wrote nothing to its log" in str(failed.value)
    assert "MB left" in str(failed.value)
    assert "earlier" not in str(failed.value)


async def test_status_says_what_is_down(command: Commands) -> None:
    said = await command("status")
    assert (said.code, said.told["well"], said.told["up"]) == (1, False, None)
    assert states(said.told["parts"])["bus and page"] == "down"


async def test_its_worker_is_kept_up_and_ends_with_it_and_with_what_it_plays(
    on_server: Server, command: Commands, environment: dict[str, str]
) -> None:
    async with up(command.folder, environment, worker=True) as found:
        (first,) = await worker_of(found)
        os.kill(first, signal.SIGKILL)
        await until_gone(first)
        (second,) = await worker_of(found)
        assert (await command("up")).told["page"] == found.page  # once everything is up
        said = await command("status")
        assert (said.code, {*states(said.told["parts"]).values()}) == (0, {"ok"}), said.told
        match = await found.until(await found.start(QUICK), "ended", "failed")
        assert (match["state"], match["where"]) == ("ended", "here"), match  # not by the worker
        records = command.folder / "runs" / "play" / "records"
        await order({"home": {"name": "ada"}, "away": "random", "overs": 1}, command.folder)
        await until_one(lambda: [*records.glob("ada-*.part")])
        os.kill(second, signal.SIGKILL)
        await until_gone(second)
        (third,) = await worker_of(found)
        assert [*records.glob("ada-*.part")]  # goes on without the worker that has begun it
        found.process.kill()
        await until_gone(third)
    assert not [*records.glob("ada-*.part")]  # the run has closed it


async def order(match: dict[str, Any], folder: Path) -> None:
    """Through the deployment, as from the Prefect UI."""
    async with get_client() as client:
        deployment = await client.read_deployment_by_name("episode/episode")
        config = {"seed": 1, "runs": str(folder / "runs"), **match}
        await client.create_flow_run_from_deployment(deployment.id, parameters={"config": config})


async def until_one(found: Callable[[], Sequence[Any]]) -> None:
    async with asyncio.timeout(DEADLINE_S):
        while not found():  # noqa: ASYNC110 - another process makes it
            await asyncio.sleep(0.1)


async def worker_of(found: Up) -> list[int]:
    await until_one(lambda: found.children(b"flows.worker_child"))
    return found.children(b"flows.worker_child")
