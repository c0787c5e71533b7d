"""Keeps the worker of `captains up`: its process, started again where it dies, and what it tells.

The process ends when this one does (`flows.worker_child`), so that no run outlives its owner.
"""

from __future__ import annotations

import asyncio
import json
import os
import platform
import sys
import zlib
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final
from uuid import uuid4

from flows.deployments.part import Part
from flows.restarts import Restarts
from flows.workers import CREW, OURS

LOG: Final = "worker.log"
END_S: Final = 5.5  # its runs have 4 s of it
READY_S: Final = 90.0
_ROOT: Final = Path(__file__).resolve().parents[1]


def worker_name(home: Path) -> str:
    """As Prefect knows it: one for a home folder, however often it is started."""
    return f"{OURS}{platform.node()} {zlib.crc32(str(home).encode()):08x}"


class Crew:
    """`tell` hears of each part how it is; `environment` is what the worker needs beside ours."""

    def __init__(
        self, home: Path, environment: Mapping[str, str], tell: Callable[[Part], None]
    ) -> None:
        self._home, self._tell = home, tell
        self._environment = {**environment, CREW: uuid4().hex}
        self._process: Process | None = None
        self._task: asyncio.Task[None] | None = None
        self._settled = asyncio.Event()  # the worker is there, or there will be none

    def start(self) -> None:
        self._task = asyncio.create_task(self._keep())

    async def settled(self) -> None:
        """Wait for the worker, `READY_S` at most."""
        with suppress(TimeoutError):
            async with asyncio.timeout(READY_S):
                await self._settled.wait()

    def leave(self) -> None:
        """Ask it to end; `aclose` waits for it."""
        if self._task is not None:
            self._task.cancel()
        stdin = None if self._process is None else self._process.stdin
        if stdin is not None and not stdin.is_closing():
            stdin.write(b"hurry\n")
            stdin.close()

    async def aclose(self) -> None:
        self.leave()
        if self._task is not None:
            await asyncio.gather(self._task, return_exceptions=True)
        process = self._process
        if process is None or process.returncode is not None:
            return
        try:
            async with asyncio.timeout(END_S):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()

    async def _keep(self) -> None:
        restarts, is_begun = Restarts(), True
        while is_begun:
            self._process = await self._spawned()
            code = await self._heard(self._process)
            is_begun = restarts.again()
            then = "it is started again" if is_begun else "it is left down"
            said = f"ended with exit code {code}, see {self._home / LOG}; {then}"
            self._tell(Part(part="worker", state="down", said=said))
        self._settled.set()

    async def _spawned(self) -> Process:
        path = os.pathsep.join(filter(None, [str(_ROOT), os.environ.get("PYTHONPATH", "")]))
        own = {"PYTHONPATH": path, "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "WARNING"}
        with (self._home / LOG).open("ab") as log:
            return await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "flows.worker_child", worker_name(self._home)),
                stdin=PIPE,
                stdout=PIPE,
                stderr=log,
                env={**os.environ, **own, **self._environment},
                start_new_session=True,  # a Ctrl-C is for the command, which ends it in its own way
            )

    async def _heard(self, process: Process) -> int:
        assert process.stdout is not None
        async for line in process.stdout:
            with suppress(ValueError, TypeError):
                part = Part(**json.loads(line))
                self._tell(part)
                if part.part == "worker":
                    self._settled.set()
        return await process.wait()
