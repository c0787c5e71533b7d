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
from pathlib import Path
from statistics import median
from typing import Any

import httpx

from engine.captains import resolve
from engine.episode import EpisodeSpec
from flows.play import BusAddress, Job, play_job, warm_up

EPISODES = 60
ROUNDS = 7
TOKEN = "bench"


def measure() -> dict[str, Any]:
    """A process plays and publishes, the bus is a process of its own, as in a real run."""
    warm_up()
    with tempfile.TemporaryDirectory() as folder, bus(Path(folder) / "bus.db") as address:
        _seconds(Path(folder) / "warm", None)
        rounds = [
            (
                _seconds(Path(folder) / f"off-{number}", None),
                _seconds(Path(folder) / f"on-{number}", address),
            )
            for number in range(ROUNDS)
        ]
        streams = len(httpx.get(f"{address.url}/api/streams", trust_env=False).json()["streams"])
    return {
        "t5_episodes_per_s_off": EPISODES / median(off for off, _ in rounds),
        "t5_episodes_per_s_on": EPISODES / median(on for _, on in rounds),
        "on_over_off": median(on / off for off, on in rounds),
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


def _seconds(folder: Path, address: BusAddress | None) -> float:
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
    started = time.perf_counter()
    play_job(job)
    return time.perf_counter() - started
