"""The processes of the bench: a server, and the program that stands for all viewers."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

HERE: Final = Path(__file__).parent
DEADLINE_S: Final = 600  # a machine that others use takes its time
_TICK_S: Final = 1 / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber:
    """How the viewers are started, and what they are written in."""

    kind: str
    command: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What all viewers together saw. `cpu_us` is the server's, for one delivery."""

    deliveries: int
    lost: int
    per_s: float
    cpu_us: float
    p50_ms: float
    p99_ms: float
    most_ms: float


PYTHON: Final = Subscriber(
    kind="Python, selectors", command=(sys.executable, str(HERE / "subscriber.py"))
)


def c_subscriber(compiler: str, folder: Path) -> Subscriber:
    program = folder / "subscriber"
    source = HERE / "subscriber.c"
    subprocess.run([compiler, "-O2", "-o", str(program), str(source)], check=True)
    return Subscriber(kind="C, epoll", command=(str(program),))


def built_subscriber(folder: Path) -> Subscriber:
    """The C program where it can be built, else the Python one, which may be the bottleneck."""
    compiler = shutil.which("cc")
    return PYTHON if compiler is None else c_subscriber(compiler, folder)


class Watching:
    """All viewers, connected."""

    def __init__(self, process: subprocess.Popen[str], server: Server, wanted: int) -> None:
        self._process, self._server, self._wanted = process, server, wanted
        self._cpu_s = server.cpu_s()

    def result(self) -> Watched:
        """What they saw, once they have seen everything or their time is over."""
        found: dict[str, Any] = json.loads(_line(self._process.stdout))
        deliveries = found["deliveries"]
        return Watched(
            deliveries=deliveries,
            lost=self._wanted - deliveries + found["holes"],
            per_s=deliveries / found["seconds"],
            cpu_us=(self._server.cpu_s() - self._cpu_s) * 1e6 / deliveries,
            p50_ms=found["p50_ms"],
            p99_ms=found["p99_ms"],
            most_ms=found["most_ms"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A server that runs, and who will watch it."""

    pid: int
    url: str
    port: int
    path: str
    subscriber: Subscriber

    def cpu_s(self) -> float:
        """What the process has taken, all of its threads together."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) * _TICK_S

    def memory_kib(self) -> int:
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))

    @contextmanager
    def watched_by(self, viewers: int, events: int) -> Iterator[Watching]:
        """So many viewers, each of whom wants to see so many events."""
        numbers = (self.port, self.path, viewers, events, DEADLINE_S)
        command = [*self.subscriber.command, *map(str, numbers)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            try:
                assert _line(process.stdout) == "ready\n"
                yield Watching(process, self, viewers * events)
            finally:
                process.kill()


@contextmanager
def serving(kind: str, subscriber: Subscriber) -> Iterator[Server]:
    """A server of that kind; ended by its id."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "bench.fanout.servers", kind, folder]
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, cwd=HERE.parents[1]
        ) as process:
            try:
                told = json.loads(_line(process.stdout))
                yield Server(pid=process.pid, subscriber=subscriber, **told)
            finally:
                process.kill()


def _line(stream: IO[str] | None) -> str:
    assert stream is not None
    return stream.readline()
