"""What Prefect costs: a tournament of 1,000 T5 episodes against the same in a bare loop."""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from flows.cli.session import Session, session
from flows.config import TournamentConfig
from flows.opening import open_run
from flows.order import Order
from flows.play import Job, play_job, warm_up
from flows.pool import ProcessPool
from flows.summary import summary_of
from tournaments import TournamentSpec

PAIRS = 500
ROUNDS = 3


def measure() -> dict[str, Any]:
    """The same batches in the same number of processes, with and without Prefect around them."""
    with _folder() as home, session(home, quiet=True, bus=False) as opened:
        rounds = [
            (_bare(home / f"bare-{number}"), _under_prefect(opened, home / f"flow-{number}"))
            for number in range(ROUNDS)
        ]
    bare, flow = (median(each) for each in zip(*rounds, strict=True))
    return {
        "episodes": 2 * PAIRS,
        "bare_s": bare,
        "prefect_s": flow,
        "prefect_over_bare": median(with_ / without for without, with_ in rounds),
    }


def _spec() -> TournamentSpec:
    return TournamentSpec.model_validate(
        {
            "name": "bench",
            "seed": 1,
            "match": {"format": "T5", "pairs": PAIRS},
            "captains": ["heuristic", "cautious"],
            "spectate": {"episodes": "none"},
        }
    )


def _bare(runs: Path) -> float:
    """Batch after batch in a pool: records and ledger, but no Prefect, no bus, no artifacts."""
    started = time.perf_counter()
    with (
        open_run(Order.of(_spec(), "1"), runs) as run,
        ProcessPool(run.processes, warm_up) as pool,
    ):
        todo = run.batches()

        async def player() -> None:
            for batch in todo:
                job = Job(folder=run.folder.path, episodes=batch.episodes, attempts=1)
                run.add(await pool.run(play_job, job))

        async def all_of_them() -> None:
            await asyncio.gather(*(player() for _ in range(run.processes + 1)))

        asyncio.run(all_of_them())
        summary_of(run, 0.0)
    return time.perf_counter() - started


def _under_prefect(opened: Session, runs: Path) -> float:
    from flows.tournament import tournament

    config = TournamentConfig(tournament=_spec(), runs=str(runs))
    started = time.perf_counter()
    opened.call(lambda: tournament(config))
    return time.perf_counter() - started


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        before = dict(os.environ)
        try:
            yield Path(name)
        finally:
            os.environ.clear()
            os.environ.update(before)
