"""What orchestration costs by where Prefect keeps its state and by who plays: a league of scripted
captains in T5 in the bare loop, then under a Prefect server on SQLite and on PostgreSQL, played by
the run itself, by one worker and by two.

Everything is on this machine: two workers share its cores with whoever hands out and with the
server. PostgreSQL is the tests' own, through a socket, and waits for the disk.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml
from prefect.client.orchestration import get_client
from prefect.settings import PREFECT_API_URL, temporary_settings

from bench.databases import postgresql
from bench.orchestration import CAPTAINS, EPISODES, bare, league, own_folder, spec_of
from bench.processes import cpu_s_of, resident_kib
from engine.variables import STORAGE
from flows import settings
from flows.deployments.deploying import deploy
from flows.deployments.prefect_file import read_prefect_file
from flows.deployments.setting_up import set_up
from flows.server import Server, server
from tests.flows.support import ROOT, captains
from tests.flows.working import worker
from tests.needed import POSTGRES
from tests.postgres import Postgres

WORKERS: Final = (0, 1, 2)
DATABASES: Final = ("sqlite", "postgresql")
SHARD: Final = "20s"  # of play: several for each worker also of a small league


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Of one run. CPU in seconds: of the command and what it starts, of Prefect's server, its
    database's included, of the workers. `grown_kib`: what the database took.
    """

    wall_s: float
    run_cpu_s: float
    server_cpu_s: float
    workers_cpu_s: float
    server_mib: float
    grown_kib: float

    def over(self, bare_cpu_s: float, episodes: int) -> dict[str, float]:
        """What it costs beside the play itself."""
        everything = self.run_cpu_s + self.server_cpu_s + self.workers_cpu_s
        return {
            "wall_s": self.wall_s,
            "cpu_ms_an_episode_beside_play": 1000 * (everything - bare_cpu_s) / episodes,
            "server_cpu_ms_an_episode": 1000 * self.server_cpu_s / episodes,
            "server_mib": self.server_mib,
            "database_kib_per_1000_episodes": 1000 * self.grown_kib / episodes,
        }


class Served:
    """A Prefect server that is measured, with its database."""

    def __init__(self, prefect: Server, home: Path, postgres: Postgres | None) -> None:
        self.prefect, self._home, self._postgres = prefect, home, postgres

    def cpu_s(self) -> float:
        database = cpu_s_of(self._postgres.pid) if self._postgres else 0.0
        return cpu_s_of(self._pid) + database

    def mib(self) -> float:
        return resident_kib(self._pid) / 1024

    def kib(self) -> float:
        """Of the database."""
        if self._postgres is not None:
            return int(self._postgres.execute("SELECT pg_database_size('captains')")) / 1024
        return sum(path.stat().st_size for path in self._home.glob("prefect/prefect.db*")) / 1024

    @property
    def _pid(self) -> int:
        return int(json.loads((self._home / "server.json").read_text(encoding="utf-8"))["pid"])


def measure(episodes: int = EPISODES, captains: int = CAPTAINS) -> dict[str, Any]:
    """Each way once; the whole takes seven times as long as the bare loop, and half a minute."""
    with own_folder() as folder:
        alone = bare(spec_of(episodes, captains), folder)
    found: dict[str, Any] = {"episodes": episodes, "captains": captains}
    found |= {"bare_s": alone.wall_s, "bare_cpu_s": alone.cpu_s}
    for database in DATABASES:
        with own_folder() as home, _served(database, home) as served:
            if served is None:
                found[database] = POSTGRES.missing
                continue
            for number in WORKERS:
                cost = _played(served, home / str(number), league(episodes, captains), number)
                by = f"{database}, {number} worker{'s' * (number > 1)}" if number else database
                told = cost.over(alone.cpu_s, episodes)
                found |= {f"{by}: {key}": value for key, value in told.items()}
    return found | {"load_after": round(os.getloadavg()[0], 2)}


@contextmanager
def _served(database: str, home: Path) -> Iterator[Served | None]:
    """None where there is no PostgreSQL. It changes the environment."""
    with ExitStack() as keeping:
        postgres = None
        if database != "sqlite":
            postgres = keeping.enter_context(postgresql())
            if postgres is None:
                yield None
                return
        settings.apply(home)
        os.environ["PREFECT_HOME"] = str(home / "prefect")
        prefect = keeping.enter_context(server(home))
        keeping.enter_context(temporary_settings({PREFECT_API_URL: prefect.api_url}))
        yield Served(prefect, home, postgres)


def _played(served: Served, where: Path, file: dict[str, Any], number: int) -> Cost:
    """By so many workers, each with one process; by the run itself where there is none."""
    where.mkdir(parents=True)
    if number:
        file = file | {"execution": {"mode": "workers", "processes": 1, "shard": SHARD}}
    path = where / "league.yaml"
    path.write_text(yaml.safe_dump(file), encoding="utf-8")
    environment = {"PREFECT_API_URL": served.prefect.api_url}
    environment[STORAGE.name] = (where / "storage").as_uri()
    with ExitStack() as keeping:
        workers: list[subprocess.Popen[str]] = []
        if number:
            asyncio.run(_deployed())
            for folder in [where / f"worker-{one}" for one in range(number)]:
                folder.mkdir()
                hired = worker(served.prefect, folder, environment, limit=1)
                workers.append(keeping.enter_context(hired))
        server_before, size_before = served.cpu_s(), served.kib()
        workers_before = sum(cpu_s_of(one.pid) for one in workers)
        began, run_before = time.perf_counter(), _ended_cpu_s()
        command = captains(["run", str(path), "--runs", str(where / "runs"), "--json"], environment)
        _, err = command.communicate()
        if command.returncode != 0:
            raise RuntimeError(err)
        return Cost(
            wall_s=time.perf_counter() - began,
            run_cpu_s=_ended_cpu_s() - run_before,
            server_cpu_s=served.cpu_s() - server_before,
            workers_cpu_s=sum(cpu_s_of(one.pid) for one in workers) - workers_before,
            server_mib=served.mib(),
            grown_kib=served.kib() - size_before,
        )


def _ended_cpu_s() -> float:
    """Of what this process has started and seen end."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


async def _deployed() -> None:
    async with get_client() as client:
        await set_up(client)
        wanted = read_prefect_file(ROOT / "prefect.yaml")
        await deploy(client, [one for one in wanted if one.anywhere], folder=ROOT)
