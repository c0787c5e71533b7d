"""What publishing every event costs the match: the same episodes, bus on and off in turn."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import httpx

from engine.captains import resolve
from engine.spec import EpisodeSpec
from flows.play import BusAddress, Job, play_job, warm_up

EPISODES = 60
ROUNDS = 7
TOKEN = "bench"


@dataclass(frozen=True, slots=True, kw_only=True)
class Took:
    """`cpu_s` of the playing process alone: the bus has a core of its own if there is one."""

    wall_s: float
    cpu_s: float


def measure() -> dict[str, Any]:
    """A process plays and publishes, the bus is a process of its own, as in a real run."""
    warm_up()
    with tempfile.TemporaryDirectory() as folder, bus(Path(folder) / "bus.db") as address:
        _play(Path(folder) / "warm", None)
        rounds = [
            (_play(Path(folder) / f"off-{n}", None), _play(Path(folder) / f"on-{n}", address))
            for n in range(ROUNDS)
        ]
        streams = len(httpx.get(f"{address.url}/api/streams", trust_env=False).json()["streams"])
    return {
        "t5_episodes_per_s_off": EPISODES / median(off.wall_s for off, _ in rounds),
        "t5_episodes_per_s_on": EPISODES / median(on.wall_s for _, on in rounds),
        "on_over_off": median(on.wall_s / off.wall_s for off, on in rounds),
        "on_over_off_cpu_of_the_match": median(on.cpu_s / off.cpu_s for off, on in rounds),
        "streams_listed": streams,
    }


@contextmanager
def bus(store: Path) -> Iterator[BusAddress]:
    """A bus process; ended by its id."""
    process = subprocess.Popen(
        [sys.executable, "-m", "spectator", "--port", "0", "--store", str(store)],
        stdout=subprocess.PIPE,
        env={**os.environ, "CAPTAINS_BUS_TOKEN": TOKEN},
    )
    try:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        yield BusAddress(url=told["url"], token=TOKEN)
    finally:
        process.terminate()
        process.wait()


def _play(folder: Path, address: BusAddress | None) -> Took:
    episodes = tuple(
        EpisodeSpec(
            episode_id=f"{folder.name}-{seed}",
            seed=seed,
            overs=5,
            home=resolve("heuristic"),
            away=resolve("random"),
        )
        for seed in range(EPISODES)
    )
    folder.mkdir()
    (folder / "records").mkdir()
    job = Job(folder=folder, episodes=episodes, attempts=1, bus=address)
    wall_s, cpu_s = time.perf_counter(), time.process_time()
    play_job(job)
    return Took(wall_s=time.perf_counter() - wall_s, cpu_s=time.process_time() - cpu_s)
