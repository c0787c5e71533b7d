"""`captains up` as a process of its own, and what a page sends it."""

from __future__ import annotations

import asyncio
import json
import subprocess
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from engine.record import record_path, void_path
from spectator.sending import tls_for
from tests.flows.support import DEADLINE_S, captains, command_of

FREE_S = 300.0  # a holder of the channel that was killed before has it for a minute yet
QUICK = {"captain": "heuristic", "opponent": "random", "overs": 1, "balls_per_s": 1000}
SLOW = {"captain": "heuristic", "opponent": "random", "overs": 2, "balls_per_s": 0.1}

Start = dict[str, Any]
Told = dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Up:
    """A `captains up` that runs: its page, and a client that may start matches."""

    process: subprocess.Popen[str]
    page: str
    url: str
    runs: Path
    http: httpx.AsyncClient

    async def post(self, wanted: Mapping[str, Any], **headers: str) -> httpx.Response:
        return await self.http.post("/custom/start_episode", json=wanted, headers=headers)

    async def start(self, wanted: Mapping[str, Any], **changes: Any) -> str:
        """The id of a match that was accepted."""
        answer = await self.post({**wanted, **changes})
        assert answer.status_code == 202, answer.text
        return str(answer.json()["id"])

    async def told(self, start_id: str) -> Start:
        return dict((await self.http.get(f"/custom/episodes/{start_id}")).json())

    async def until(self, start_id: str, *states: str) -> Start:
        """The start once it is in one of these states."""
        async with asyncio.timeout(DEADLINE_S):
            while (told := await self.told(start_id))["state"] not in states:  # noqa: ASYNC110
                await asyncio.sleep(0.1)  # another process is asked: there is no event to wait for
        return told

    async def until_shown(self, stream: str) -> dict[str, Any]:
        """A match as the bus lists it, once it has ended there."""
        async with asyncio.timeout(DEADLINE_S):
            while True:
                shown = (await self.http.get(f"/api/streams/{stream}")).json()
                if shown.get("state") == "ended":
                    return dict(shown)
                await asyncio.sleep(0.1)

    async def until_free(self) -> None:
        """Once nobody has the featured channel, which all of one Prefect server share."""
        async with asyncio.timeout(FREE_S):
            while (await self.http.get("/custom/episodes")).json()["on_air"] is not None:  # noqa: ASYNC110
                await asyncio.sleep(0.2)

    async def cancel(self, start_id: str) -> Start:
        answer = await self.http.post(f"/custom/episodes/{start_id}/cancel", json={})
        return dict(answer.json())

    async def cancelled(self, start_id: str) -> None:
        """Cancel it, and wait until it is over: the answer does not wait as long as it may take."""
        await self.cancel(start_id)
        await self.until(start_id, "cancelled")

    async def clear(self) -> None:
        """Cancel whatever is open, the queue from its end."""
        for start in (await self.http.get("/custom/episodes")).json()["episodes"]:
            if start["state"] in ("queued", "starting", "playing"):
                await self.cancel(start["id"])

    def record(self, start_id: str) -> Path:
        """Where the record of a match that counts is sealed."""
        return record_path(self.runs / "play" / "records", start_id.rpartition("/")[0])

    async def until_sealed(self, start_id: str) -> None:
        """Once all of a match is played, of which a viewer may have seen little yet."""
        async with asyncio.timeout(DEADLINE_S):
            while not self.record(start_id).exists():  # noqa: ASYNC110 - another process seals it
                await asyncio.sleep(0.05)

    def children(self, what: bytes = b"flows.match_child") -> list[int]:
        """The processes of its matches, the one that waits for the next too."""
        path = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        pids = [int(pid) for pid in path.read_text(encoding="ascii").split()]
        return [pid for pid in pids if what in command_of(pid)]

    def void_record(self, start_id: str) -> Path:
        """Where the record of a match that was cancelled is sealed."""
        episode_id, _, attempt = start_id.rpartition("/")
        return void_path(self.runs / "play" / "records", episode_id, int(attempt))


async def until_gone(*pids: int) -> None:
    async with asyncio.timeout(DEADLINE_S):
        while any(command_of(pid) for pid in pids):  # noqa: ASYNC110
            await asyncio.sleep(0.05)


def begin(
    folder: Path,
    environment: Mapping[str, str],
    port: int = 0,
    *more: str,
    worker: bool = False,  # it takes seconds of CPU that most tests need not pay for
) -> subprocess.Popen[str]:
    options = ["--json", "--no-browser", "--port", str(port), "--runs", str(folder / "runs"), *more]
    options += () if worker else ("--no-worker",)
    return captains(["up", *options], {"CAPTAINS_HOME": str(folder / "home"), **environment})


@contextmanager
def up_process(
    folder: Path, environment: Mapping[str, str], *, worker: bool = False
) -> Iterator[tuple[subprocess.Popen[str], Told]]:
    """The process, once it is up, and what it has told."""
    process = begin(folder, environment, worker=worker)
    try:
        yield process, _first_document(process)
    finally:
        process.terminate()
        process.communicate(timeout=DEADLINE_S)


@asynccontextmanager
async def joined(process: subprocess.Popen[str], told: Told, runs: Path) -> AsyncIterator[Up]:
    """A page of one that is up; what was started there is cancelled in the end."""
    token = told["page"].partition("#token=")[2]
    headers = {"authorization": f"Bearer {token}", "origin": told["bus"]}
    async with httpx.AsyncClient(
        base_url=told["bus"],
        headers=headers,
        trust_env=False,
        timeout=DEADLINE_S,
        verify=tls_for(told["bus"]),
    ) as http:
        found = Up(process=process, page=told["page"], url=told["bus"], runs=runs, http=http)
        await found.until_free()
        yield found
        if process.poll() is None:
            await found.clear()


@asynccontextmanager
async def up(
    folder: Path, environment: Mapping[str, str], *, worker: bool = False
) -> AsyncIterator[Up]:
    with up_process(folder, environment, worker=worker) as (process, told):
        async with joined(process, told, folder / "runs") as found:
            yield found


def _first_document(process: subprocess.Popen[str]) -> Told:
    assert process.stdout is not None
    assert process.stderr is not None
    text = ""
    for line in process.stdout:
        text += line
        if line.rstrip() == "}":
            return dict(json.loads(text))
    raise AssertionError(f"it has ended: {process.stderr.read()}")
