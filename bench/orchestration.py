"""What Prefect costs: a tournament of scripted captains in T5 against the same in a bare loop, and
what its memory does while it goes on.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from statistics import median
from typing import Any, Final

from bench.processes import Watching, cpu_s, server_cpu_s
from bench.report import report_of
from flows.cli.session import Session, session
from flows.config import TournamentConfig
from flows.ledger import RunFolder
from flows.opening import open_run
from flows.order import Order
from flows.play import Job, play_timed, warm_up
from flows.pool import ProcessPool
from flows.summary import summary_of
from tournaments import TournamentSpec

EPISODES: Final = 1_000
CAPTAINS: Final = 2
FEW: Final = 2_000  # episodes: of more one round is enough
ROUNDS: Final = 3
PRESETS: Final = ("heuristic", "cautious", "aggressive", "baseline", "empirical", "random")
TUNED: Final = ("heuristic", "cautious", "aggressive")  # the others have nothing to set


@dataclass(frozen=True, slots=True, kw_only=True)
class Took:
    """Seconds, on the clock and of CPU: in all processes, and in those two of them that a bare loop
    does not have.
    """

    wall_s: float
    cpu_s: float
    flow_cpu_s: float = 0.0
    server_cpu_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """The same tournament under Prefect, its server included, and in the bare loop."""

    prefect: Took
    bare: Took

    @property
    def ratio(self) -> float:
        return self.prefect.wall_s / self.bare.wall_s

    @property
    def cpu_ratio(self) -> float:
        """Steadier where others use the machine."""
        return self.prefect.cpu_s / self.bare.cpu_s


def measure(episodes: int = EPISODES, captains: int = CAPTAINS) -> dict[str, Any]:
    """The same batches in the same number of processes, with and without Prefect around them. The
    bare loop has a process of its own, so that the flow does not grow into what it left.
    """
    spec, watching = spec_of(episodes, captains), Watching()
    with own_folder() as home, session(home, quiet=True, bus=False, reporter=watching) as opened:
        rounds = [
            Round(
                prefect=under_prefect(opened, spec, home / f"flow-{number}"),
                bare=bare(spec, home / f"bare-{number}"),
            )
            for number in range(ROUNDS if episodes <= FEW else 1)
        ]
        folder = Order.of(spec, "1").folder(home / "flow-0")
        report = _report_of(folder)
    return {
        "episodes": watching.held[-1].done,
        "captains": captains,
        "bare_s": median(one.bare.wall_s for one in rounds),
        "prefect_s": median(one.prefect.wall_s for one in rounds),
        "prefect_over_bare": median(one.ratio for one in rounds),
        "prefect_over_bare_cpu": median(one.cpu_ratio for one in rounds),
        "flow_cpu_s": median(one.prefect.flow_cpu_s for one in rounds),
        "server_cpu_s": median(one.prefect.server_cpu_s for one in rounds),
        "batches": len(watching.held),
        "flow_mib_at_end": watching.held[-1].flow_kib / 1024,
        "flow_grows_kib_per_1000_episodes": watching.grown(lambda held: held.flow_kib),
        "players_grow_kib_per_1000_episodes": watching.grown(lambda held: held.players_kib),
        **report,
        "load_after": round(os.getloadavg()[0], 2),
    }


def spec_of(episodes: int, captains: int) -> TournamentSpec:
    """A league of so many captains, with about so many episodes."""
    return TournamentSpec.model_validate(league(episodes, captains))


def league(episodes: int, captains: int) -> dict[str, Any]:
    """The same as a tournament file has it."""
    return {
        "name": "bench",
        "seed": 1,
        "match": {"format": "T5", "pairs": max(1, episodes // (captains * (captains - 1)))},
        "captains": list(islice(_captains(), captains)),
        "spectate": {"episodes": "none"},
    }


def _captains() -> Iterator[str | dict[str, Any]]:
    """The presets, then variations of those that have settings."""
    yield from PRESETS
    for number, preset in enumerate(cycle(TUNED), 1):
        yield {
            "name": f"{preset}-{number}",
            "preset": preset,
            "boldness": round(-0.3 + 0.05 * (number % 13), 2),
        }


def bare(spec: TournamentSpec, runs: Path) -> Took:
    """In a process of its own; the seconds are those of the loop alone."""
    spawned = multiprocessing.get_context("spawn")
    told, tells = spawned.Pipe(duplex=False)
    process = spawned.Process(target=_bare_loop, args=(spec, runs, tells))
    process.start()
    tells.close()
    try:
        took: Took = told.recv()
    finally:
        process.join()
    return took


def _bare_loop(spec: TournamentSpec, runs: Path, tells: Any) -> None:
    """Batch after batch in a pool: records and ledger, but no Prefect, no bus, no artifacts."""
    started, began = time.perf_counter(), cpu_s()
    with (
        open_run(Order.of(spec, "1"), runs) as run,
        ProcessPool(run.processes, warm_up) as pool,
    ):
        todo = run.batches()

        async def player() -> None:
            for batch in todo:
                job = Job(folder=run.folder.path, episodes=batch.episodes, attempts=1, cards=False)
                played = await pool.run(play_timed, job)
                run.lengths.note(len(played.results), played.cpu_s)
                run.add(played.results)

        async def all_of_them() -> None:
            await asyncio.gather(*(player() for _ in range(run.processes + 1)))

        asyncio.run(all_of_them())
        summary_of(run, 0.0)
    tells.send(Took(wall_s=time.perf_counter() - started, cpu_s=cpu_s() - began))


def under_prefect(opened: Session, spec: TournamentSpec, runs: Path) -> Took:
    from flows.tournament import tournament

    config = TournamentConfig(tournament=spec, runs=str(runs))
    started, began = time.perf_counter(), cpu_s()
    flow_began, server_began = time.process_time(), server_cpu_s()
    opened.call(lambda: tournament(config))
    return Took(
        wall_s=time.perf_counter() - started,
        cpu_s=cpu_s() - began,
        flow_cpu_s=time.process_time() - flow_began,
        server_cpu_s=server_cpu_s() - server_began,
    )


def _report_of(folder: RunFolder) -> dict[str, float]:
    """Of the whole command."""
    started = time.perf_counter()
    usage = report_of(folder)
    return {
        "report_s": time.perf_counter() - started,
        "report_cpu_s": usage.ru_utime + usage.ru_stime,
    }


@contextmanager
def own_folder() -> Iterator[Path]:
    """One to be thrown away; the environment is afterwards as it was."""
    with tempfile.TemporaryDirectory() as name:
        before = dict(os.environ)
        try:
            yield Path(name)
        finally:
            os.environ.clear()
            os.environ.update(before)
