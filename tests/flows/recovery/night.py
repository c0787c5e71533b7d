"""A run as a process of its own, which a test disturbs, goes on with, and compares with one that
was left alone.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeVar

from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun
from prefect.client.schemas.sorting import FlowRunSort

from engine.record import PART
from flows import catalogue
from flows.exports import write_tables
from flows.ledger import RunFolder
from flows.order import Order
from flows.processes import marked
from flows.report import Material
from flows.server import Server
from tests.flows.here import played_here
from tests.flows.support import DEADLINE_S, captains, tournament_file
from tests.flows.waiting import Waiting
from tests.flows.working import POOL, prefect
from tournaments import load_tournament

NIGHT: Final = """\
name: night
seed: 3
match: {overs: 5, pairs: 4}
captains: [WAITING, random, baseline]
spectate: {episodes: none}
execution: {processes: 1}
"""
EPISODES: Final = 24  # in three batches
MARK: Final = "DISTURBED_BY_TEST"  # in the environment of a run and of whatever it starts

T = TypeVar("T")
Tables = tuple[bytes, bytes]


def tables(folder: RunFolder, out: Path) -> Tables:
    """`standings.csv` and `pairs.csv` of a run."""
    found = Material.of(folder)
    write_tables(out, found.table.standings(), found.results, found.pairs)
    return (out / "standings.csv").read_bytes(), (out / "pairs.csv").read_bytes()


@dataclass(slots=True, kw_only=True)
class Night:
    """`captains run` of `file`, with `environment` beside the test's own. It stands in its midst
    until it is let go on.
    """

    file: Path
    runs: Path
    folder: RunFolder
    episodes: int
    environment: Mapping[str, str]
    waiting: Waiting
    mark: str
    process: subprocess.Popen[str] = field(init=False)

    @classmethod
    def begun(
        cls, where: Path, environment: Mapping[str, str], waiting: Waiting, text: str = NIGHT
    ) -> AbstractContextManager[Night]:
        return cls._played_by(lambda night: night.again(), where, environment, waiting, text)

    @classmethod
    def ordered(
        cls, server: Server, where: Path, waiting: Waiting
    ) -> AbstractContextManager[Night]:
        """To be played by a worker, which is the process."""

        def worker(night: Night) -> subprocess.Popen[str]:
            start = ("worker", "start", "--pool", POOL)
            return prefect(*start, server=server, where=where, more=night.environment)

        return cls._played_by(worker, where, {}, waiting)

    @classmethod
    @contextmanager
    def _played_by(
        cls,
        start: Callable[[Night], subprocess.Popen[str]],
        where: Path,
        environment: Mapping[str, str],
        waiting: Waiting,
        text: str = NIGHT,
    ) -> Iterator[Night]:
        """Whatever becomes of the test, nothing that it started is left."""
        file, runs = tournament_file(where, waiting.in_file(text)), where / "runs"
        mark = uuid.uuid4().hex
        with waiting.known_here(), waiting.shut():
            order = Order.of(load_tournament(file, catalogue.known()), "1")
            night = cls(
                file=file,
                runs=runs,
                folder=order.folder(runs),
                episodes=len([*order.plan.episodes()]),
                environment={**waiting.environment, **environment, MARK: mark},
                waiting=waiting,
                mark=mark,
            )
            night.process = start(night)
            try:
                yield night
            finally:
                for pid in night.processes():
                    with suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
                night.process.communicate()

    def again(self) -> subprocess.Popen[str]:
        """The same command once more."""
        command = ["run", str(self.file), "--runs", str(self.runs), "--json"]
        return captains(command, self.environment)

    def sealed(self) -> dict[str, int]:
        """When each record that counts was written."""
        return {path.name: path.stat().st_mtime_ns for path in self._records("*.jsonl")}

    def parts(self) -> list[Path]:
        """What was begun and not sealed."""
        return self._records("*.part")

    async def until_mid_run(self) -> None:
        await self.until(self.sealed)

    async def until(self, found: Callable[[], T]) -> T:
        """What is found, once anything is, while it plays."""
        async with asyncio.timeout(DEADLINE_S):
            while not (one := found()):
                assert self.process.poll() is None, self.process.communicate()
                await asyncio.sleep(0.01)  # another process does it: there is no event to wait for
        return one

    async def ended(self) -> tuple[int, str, str]:
        """Exit code, stdout and stderr; nothing that it started is left."""
        told = await ended(self.process)
        await self.until_nobody_is_left()
        return told

    async def until_nobody_is_left(self) -> None:
        """Once whatever it started, and what that started, is over."""
        async with asyncio.timeout(DEADLINE_S):
            while self.processes():  # noqa: ASYNC110
                await asyncio.sleep(0.02)

    def processes(self) -> list[int]:
        """Those that it started, and itself."""
        return list(marked(MARK, self.mark))

    def writers(self) -> list[int]:
        """Those that write a record now."""
        return [pid for pid in self.processes() if any(_written(pid))]

    async def gone_on_with(self) -> Any:
        """What the same file again answers; in this process, which is spared the imports."""
        self.waiting.open()
        return await played_here(self.file, self.runs)

    def is_whole(self, undisturbed: Tables, before: Mapping[str, int]) -> None:
        """Every episode was played, and counts once; what was sealed before was left as it is; the
        tables are those of a run that nobody disturbed.
        """
        now = self.sealed()
        assert len(now) == self.episodes
        assert {name: now[name] for name in before} == before
        counted = [one.episode_id for one in self.folder.attempts() if not one.end_reason.is_void]
        assert len(counted) == len(set(counted)) == self.episodes
        assert self.parts() == []
        assert tables(self.folder, self.runs.parent / "tables") == undisturbed

    async def flow_runs(self) -> list[FlowRun]:
        """The first first, as Prefect has them."""
        async with get_client() as client:
            runs = await client.read_flow_runs(sort=FlowRunSort.START_TIME_ASC, limit=200)
        return [run for run in runs if run.parameters["config"].get("runs") == str(self.runs)]

    def _records(self, pattern: str) -> list[Path]:
        return list(self.folder.records.glob(pattern))


async def ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = await asyncio.to_thread(process.communicate, timeout=DEADLINE_S)
    return process.returncode, out, err


def _written(pid: int) -> Iterator[Path]:
    for handle in Path(f"/proc/{pid}/fd").glob("*"):
        with suppress(OSError):
            if (file := handle.readlink()).suffix == PART:
                yield file
