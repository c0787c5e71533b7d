"""Whether two workers play twice as fast as one, where captains are waited for: a league of a
language model that answers after half a second, played by one worker and by two.

Each worker has a folder of its own and plays one shard at a time, eight episodes at once. The
endpoint, in a process of its own, bears as many as come. The matches are the same. Behind the
Prefect server is PostgreSQL where there is one, and else SQLite.
"""

from __future__ import annotations

import os
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

from bench.databases import postgresql
from bench.llm import endpoint
from flows.cli.session import Session, session
from flows.stage import Reporter
from tests.flows.working import worker

EPISODES: Final = 240
LATENCY_S: Final = 0.5
ROOT: Final = Path(__file__).resolve().parents[1]


def measure(episodes: int = EPISODES) -> dict[str, Any]:
    with (
        postgresql() as postgres,
        tempfile.TemporaryDirectory() as name,
        endpoint(LATENCY_S) as url,
        session(Path(name), quiet=True, bus=False, reporter=Reporter()) as opened,
    ):
        pairs = episodes // 2
        took = {number: _played_by(opened, number, Path(name), url, pairs) for number in (1, 2)}
    return {
        "episodes": 2 * pairs,
        "database": "postgresql" if postgres else "sqlite",
        "one_worker_s": took[1],
        "two_workers_s": took[2],
        "two_over_one": took[1] / took[2],
        "load_after": round(os.getloadavg()[0], 2),
    }


def _played_by(opened: Session, workers: int, home: Path, url: str, pairs: int) -> float:
    from bench import workers_league as prefects  # Prefect reads its environment when it is loaded

    opened.call(lambda: prefects.deployed(ROOT))
    with ExitStack() as stack:
        for number in range(workers):
            folder = home / f"worker-{workers}-{number}"
            folder.mkdir()
            own = {"CAPTAINS_HOME": str(folder / "home"), "PYTHONPATH": str(ROOT)}
            hired = worker(opened.server, folder, own, limit=1, pool=prefects.POOL)
            stack.enter_context(hired)
        opened.call(lambda: prefects.ready(workers))
        spec = prefects.league(f"bench-{workers}", url, pairs)
        return opened.call(lambda: prefects.played(spec, home / "runs"))
