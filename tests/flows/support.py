"""What the tests of this room share: small episodes, and the command line as a process."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from engine.captains import resolve
from engine.spec import EpisodeSpec
from flows import catalogue
from flows.ledger import RunFolder
from flows.opening import open_run
from flows.order import Order
from flows.play import Job, play_job
from tournaments import parse_tournament

ROOT = Path(__file__).resolve().parents[2]

SMALL = """\
name: small
seed: 3
match: {overs: 1, pairs: 2}
captains: [heuristic, random, baseline]
spectate: {episodes: none}
"""
EPISODES_OF_SMALL = 12
DEADLINE_S = 300.0  # for a machine that is stuck: what a process does takes seconds
# A second process takes longer to start than this file to play.
ALONE = SMALL + "execution: {processes: 1}\n"


class Clock:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.now_s = 1_000.0

    def __call__(self) -> float:
        return self.now_s


def episode(episode_id: str = "e1", *, seed: int = 1, overs: int = 1) -> EpisodeSpec:
    """A match of two scripted captains."""
    return EpisodeSpec(
        episode_id=episode_id,
        seed=seed,
        overs=overs,
        home=resolve("heuristic"),
        away=resolve("random"),
        max_super_overs=0,
    )


PROGRAM = "import sys; from flows.cli import command; sys.exit(command())"


def tournament_file(folder: Path, text: str = ALONE) -> Path:
    path = folder / "small.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def captains(arguments: Sequence[str], environment: Mapping[str, str]) -> subprocess.Popen[str]:
    """`captains …` as a process of its own; read both pipes with `communicate`."""
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, **environment},
    )


def ended(arguments: Sequence[str], environment: Mapping[str, str]) -> tuple[str, str]:
    """What `captains …`, which must do what it was asked, wrote to stdout and to stderr."""
    process = captains(arguments, environment)
    out, err = process.communicate(timeout=DEADLINE_S)
    assert process.returncode == 0, err
    return out, err


def players() -> list[int]:
    """Of the processes that this one has started, those that play."""
    threads = Path(f"/proc/{os.getpid()}/task").glob("*/children")
    pids = [int(pid) for started in threads for pid in _read(started).split()]
    return [pid for pid in pids if b"spawn_main" in command_of(pid)]


def command_of(pid: int) -> bytes:
    """Nothing where the process has ended."""
    return _read(Path(f"/proc/{pid}/cmdline"))


def _read(file: Path) -> bytes:
    """What the kernel says there; nothing where what it is about has ended."""
    try:
        return file.read_bytes()
    except OSError:
        return b""


def pid_of_the_dead() -> int:
    """The number of a process that is no more."""
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        gone.wait()
    return gone.pid


def played(runs: Path, text: str = SMALL, occasion: str = "1") -> RunFolder:
    """The folder of a run that has been played to its end in this process, without Prefect."""
    order = Order.of(parse_tournament(text, catalogue.known()), occasion)
    with open_run(order, runs) as run:
        while run.missing:
            specs = tuple(run.missing.values())
            run.missing.clear()
            run.add(play_job(Job(folder=run.folder.path, episodes=specs, attempts=1)))
            run.grow()
        return run.folder
