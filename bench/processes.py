"""How much memory and CPU this process and those that it started take while a run goes on."""

from __future__ import annotations

import os
import resource
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

from flows.run import Run
from flows.stage import Reporter

_KIB: Final = 1024
_NEAR: Final = 0.1  # of all episodes: one reading is noisy


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Resident memory after so many episodes, in KiB: of the flow, of the processes that play."""

    done: int
    flow_kib: int
    players_kib: int


class Watching(Reporter):
    """Reads the memory whenever episodes have ended."""

    def __init__(self) -> None:
        self.held: list[Held] = []
        self._of: Run | None = None

    def started(self, run: Run) -> None:
        """Of several runs the first is watched."""
        self._of = self._of or run

    def progress(self, run: Run) -> None:
        if run is not self._of:
            return
        players = [pid for pid in descendants(os.getpid()) if _is_player(pid)]
        self.held.append(
            Held(
                done=run.done,
                flow_kib=resident_kib(os.getpid()),
                players_kib=sum(map(resident_kib, players)),
            )
        )

    def around(self, done: float, what: Callable[[Held], int]) -> float:
        """In KiB, when about so many episodes had ended."""
        near = _NEAR * self.held[-1].done
        return median(what(one) for one in self.held if abs(one.done - done) <= near)

    def grown(self, what: Callable[[Held], int]) -> float:
        """From the first quarter to the end, in KiB for 1,000 episodes."""
        total = self.held[-1].done
        quarter, end = self.around(total / 4, what), self.around(total, what)
        return (end - quarter) / (0.75 * total / 1000)


def resident_kib(pid: int) -> int:
    """0 of a process that has ended."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE") // _KIB


def cpu_s() -> float:
    """Seconds of CPU that this process and all that it started have taken, those that have ended
    too.
    """
    ended = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    own = sum(usage.ru_utime + usage.ru_stime for usage in ended)
    return own + sum(map(_cpu_s_of, descendants(os.getpid())))


def cpu_s_of(pid: int) -> float:
    """The same of another process."""
    return _cpu_s_of(pid) + sum(map(_cpu_s_of, descendants(pid)))


def server_cpu_s() -> float:
    """Seconds of CPU that the Prefect servers have taken which this process has started."""
    return sum(_cpu_s_of(pid) for pid in descendants(os.getpid()) if _runs(pid, b"server_child"))


def _cpu_s_of(pid: int) -> float:
    """0 of a process that has ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    ticks = sum(map(int, fields[11:15]))  # its own and those of its children that have ended
    return ticks / os.sysconf("SC_CLK_TCK")


def descendants(pid: int) -> Iterator[int]:
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):  # it ends while it is read
            for child in map(int, task.read_text().split()):
                yield child
                yield from descendants(child)


def _is_player(pid: int) -> bool:
    """Whether it is one of a process pool's, and no server."""
    return _runs(pid, b"spawn_main")


def _runs(pid: int, what: bytes) -> bool:
    try:
        return what in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
