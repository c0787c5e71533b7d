"""What the report of ten thousand matches takes, as a command of its own: CPU time and memory.

Some matches are played; their lines are written again and again under other ids and seeds, as what
a report reads of a match is the same.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import orjson

from flows.gists import FILE
from flows.ledger import RunFolder
from flows.opening import open_run
from flows.order import Order
from flows.play import Job, play_job
from tournaments import TournamentSpec

MATCHES: Final = 10_080
PAIRS: Final = 4  # of each of the 6 fixtures
PROGRAM: Final = "import sys; from flows.cli import main; sys.exit(main())"
_KIB: Final = 1024


def measure() -> dict[str, Any]:
    """The whole command, with its start and the page."""
    with tempfile.TemporaryDirectory(prefix="captains-bench-") as home:
        folder = _played(Path(home))
        small = report_of(folder)
        _grow(folder)
        large = report_of(folder)
    return {
        "matches": MATCHES,
        "cpu_s": large.ru_utime + large.ru_stime,
        "peak_mib": large.ru_maxrss / _KIB,
        "peak_mib_of_few_matches": small.ru_maxrss / _KIB,
    }


def _played(runs: Path) -> RunFolder:
    spec = TournamentSpec.model_validate(
        {
            "name": "bench",
            "match": {"format": "T5", "pairs": PAIRS},
            "captains": ["heuristic", "cautious", "aggressive", "baseline"],
        }
    )
    with open_run(Order.of(spec, "1"), runs) as run:
        specs = tuple(run.missing.values())
        play_job(Job(folder=run.folder.path, episodes=specs, attempts=1))
        return run.folder


def _grow(folder: RunFolder) -> None:
    for path in (folder.ledger, folder.path / FILE):
        lines = path.read_bytes().splitlines()
        path.write_bytes(b"".join(_copies(lines)))


def _copies(lines: list[bytes]) -> Iterator[bytes]:
    for number in range(MATCHES // len(lines)):
        for line in lines:
            told = orjson.loads(line)
            fixture, _, leg = told["episode_id"].rpartition("-")
            told["episode_id"] = f"{fixture}x{number}-{leg}"
            if "seed" in told:
                told |= {"seed": told["seed"] + number, "record_digest": f"{number}{leg}{fixture}"}
            yield orjson.dumps(told) + b"\n"


def report_of(folder: RunFolder) -> Any:
    """What a process that makes the report takes."""
    command = [sys.executable, "-c", PROGRAM, "report", str(folder.path), "--json"]
    started = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(started.pid, 0)
    started.returncode = os.waitstatus_to_exitcode(status)
    if started.returncode:
        raise RuntimeError(f"the report failed: exit code {started.returncode}")
    return usage
