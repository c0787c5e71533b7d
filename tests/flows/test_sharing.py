"""A tournament that workers play: the same results as where it is played here, whoever is killed.

Two workers, each with a folder of its own. What travels between them and who runs the tournament
goes by a URL; behind the Prefect server are PostgreSQL and Redis.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.filters import FlowRunFilter, LogFilter
from prefect.client.schemas.objects import FlowRun
from prefect.states import Crashed

from engine.record import ending_of
from engine.variables import STORAGE
from flows.deployments.deploying import deploy
from flows.deployments.prefect_file import read_prefect_file
from flows.deployments.setting_up import set_up
from flows.server import Server
from flows.settings import SHARED
from tests.flows.conftest import served
from tests.flows.here import played_here
from tests.flows.support import ROOT, captains, tournament_file
from tests.flows.waiting import Waiting, installed
from tests.flows.working import until, worker
from tests.postgres import Postgres
from tests.redis import Redis

Process = subprocess.Popen[str]
Workers = tuple[Process, ...]

pytestmark = [
    pytest.mark.prefect,
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),  # Prefect's, at a test's end
]

DUEL = """\
name: NAME
seed: 3
match: {format: T5, pairs: 4}
captains: [heuristic, random]
spectate: {episodes: none}
execution: {mode: MODE, processes: 1, shard: 4s}
"""
# Played by him who waits: a shard that goes home in four parcels, and two of them.
SHARD = DUEL.replace("MODE", "workers").replace("heuristic", "WAITING")
TWO_SHARDS = SHARD.replace("T5", "T20").replace("pairs: 4", "pairs: 8").replace("4s", "1s")
EPISODES = 8  # of a shard


@pytest.fixture(scope="module")
def prefect_server(
    postgres: Postgres, redis: Redis, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """One with PostgreSQL and Redis behind it, as deploy/compose.yaml has it."""
    postgres.execute("CREATE DATABASE prefect", "postgres")
    url = postgres.address("prefect").replace("postgresql://", "postgresql+asyncpg://")
    addresses = {
        "PREFECT_API_DATABASE_CONNECTION_URL": url,
        "PREFECT_REDIS_MESSAGING_HOST": "127.0.0.1",
        "PREFECT_REDIS_MESSAGING_PORT": str(redis.port),
        "PREFECT_SERVER_DOCKET_URL": f"redis://127.0.0.1:{redis.port}/0",
    }
    shared = {setting.name: setting.value for setting in SHARED} | addresses
    with served(tmp_path_factory.mktemp("captains-home"), shared) as found:
        yield found


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return {STORAGE.name: tmp_path_factory.mktemp("storage").as_uri()}


@pytest.fixture(scope="module")
def waiting(tmp_path_factory: pytest.TempPathFactory) -> Waiting:
    return installed(tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="module")
def workers(
    prefect_server: Server,
    place: dict[str, str],
    waiting: Waiting,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Workers]:
    folders = [tmp_path_factory.mktemp("worker") for _ in range(2)]
    more = place | waiting.environment
    with (
        worker(prefect_server, folders[0], more, limit=1) as one,
        worker(prefect_server, folders[1], more, limit=1) as another,
    ):
        yield one, another


@pytest.fixture
async def client(
    on_server: Server,
    workers: Workers,
    place: dict[str, str],
    waiting: Waiting,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[PrefectClient]:
    """Of a server that hands out shards, which somebody takes."""
    monkeypatch.setenv(STORAGE.name, place[STORAGE.name])
    async with get_client() as found:
        await set_up(found)
        wanted = read_prefect_file(ROOT / "prefect.yaml")
        await deploy(found, [one for one in wanted if one.anywhere], folder=ROOT)
    with waiting.known_here():
        yield get_client()


async def shards(name: str) -> list[FlowRun]:
    """The flow runs that were made for this tournament."""
    tagged = FlowRunFilter.model_validate({"tags": {"all_": ["shard", name]}})
    async with get_client() as client:
        return await client.read_flow_runs(flow_run_filter=tagged)


def written(folder: Path, name: str, text: str) -> Path:
    return tournament_file(folder, text.replace("NAME", name))


def told(run_dir: str) -> dict[str, object]:
    """What must be the same wherever it is played."""
    folder = Path(run_dir)
    found: dict[str, object] = {
        name: (folder / name).read_text() for name in ("standings.csv", "pairs.csv")
    }
    for path in folder.glob("records/*.jsonl"):
        found[path.name] = ending_of(path).data.record_digest
    return found


@pytest.mark.usefixtures("client")
async def test_workers_play_what_would_be_played_here(tmp_path: Path) -> None:
    runs: list[Any] = []
    for mode in ("local", "workers"):
        file = written(tmp_path, "duel", DUEL.replace("MODE", mode))
        runs.append(await played_here(file, tmp_path / mode))
    assert len(await shards("duel")) == 1
    here, there = (told(run["run_dir"]) for run in runs)
    assert here == there
    assert len(there) == 2 + 8


@pytest.mark.usefixtures("client")
async def test_who_runs_a_tournament_may_be_killed(
    tmp_path: Path, waiting: Waiting, environment: dict[str, str], place: dict[str, str]
) -> None:
    file, runs = written(tmp_path, "orphan", waiting.in_file(TWO_SHARDS)), tmp_path / "runs"
    mine = environment | place | waiting.environment

    with waiting.shut():
        process = captains(["run", str(file), "--runs", str(runs)], mine)
        await until(partial(some_home, runs))
        process.kill()
        process.communicate()
    before = {run.id for run in await shards("orphan")}
    again = await played_here(file, runs)
    assert {run.id for run in await shards("orphan")} == before  # they were found again
    assert len(before) == 2
    assert again["episodes"]["resumed"] > 0
    assert again["episodes"]["played"] > 0  # it was killed before its end
    assert len(told(again["run_dir"])) == 2 + 2 * EPISODES


async def test_a_worker_may_be_killed(
    tmp_path: Path, client: PrefectClient, workers: Workers, waiting: Waiting
) -> None:
    file, runs = written(tmp_path, "robbed", waiting.in_file(SHARD)), tmp_path / "runs"
    with waiting.shut():
        playing = asyncio.create_task(played_here(file, runs))
        await until(partial(some_home, runs))
        (run_id,) = [run.id for run in await shards("robbed")]
        (robbed,) = [one for one in workers if run_id in played_by(one.pid)]
        for pid in [robbed.pid, *below(robbed.pid)]:
            os.kill(pid, signal.SIGKILL)
        async with client:  # as the automation does when its heartbeats stay away
            await client.set_flow_run_state(run_id, Crashed(message="killed"), force=True)
    summary = await playing
    assert summary["episodes"] == {"played": EPISODES, "resumed": 0, "void": 0, "forfeit": 0}
    assert len(await shards("robbed")) == 2


@pytest.mark.usefixtures("client")
async def test_who_hands_out_waits_for_a_storage_that_goes_away(
    tmp_path: Path, waiting: Waiting, environment: dict[str, str], place: dict[str, str]
) -> None:
    """What has been played is not lost where nobody can tell that it is there."""
    link, runs = tmp_path / "link", tmp_path / "runs"
    link.symlink_to(local(place))
    file = written(tmp_path, "forsaken", waiting.in_file(SHARD))
    # A folder's own name is resolved.
    mine = environment | waiting.environment | {STORAGE.name: f"local://{link}"}
    with ExitStack() as away:
        with waiting.shut():
            process = captains(["run", str(file), "--runs", str(runs)], mine)
            await until(partial(some_home, runs))
            away.enter_context(taken_away(link))
        await asyncio.to_thread(read_until, process, "it is waited for")
        states = [run.state for run in await shards("forsaken")]
    assert any(state is not None and state.is_completed() for state in states)
    said = (await asyncio.to_thread(process.communicate))[1]
    assert process.returncode == 0, said
    assert len(states) == len(await shards("forsaken")) == 1
    assert len(told(run_in(runs))) == 2 + EPISODES


async def test_who_plays_waits_for_a_storage_that_goes_away(
    tmp_path: Path, client: PrefectClient, waiting: Waiting, place: dict[str, str]
) -> None:
    file, runs = written(tmp_path, "alone", waiting.in_file(SHARD)), tmp_path / "runs"
    async with client:
        with ExitStack() as away:
            with waiting.shut():
                playing = asyncio.create_task(played_here(file, runs))
                await until(partial(some_home, runs))
                away.enter_context(taken_away(local(place)))
            await until(partial(somebody_waits, client, await shards("alone")))
    summary = await playing
    assert summary["episodes"]["played"] == EPISODES
    assert len(await shards("alone")) == 1


async def some_home(runs: Path) -> bool | None:
    """While he waits who plays the rest."""
    found = await asyncio.to_thread(lambda: [*runs.glob("*/*/records/*.jsonl")])
    return any(found) or None


async def somebody_waits(client: PrefectClient, runs: list[FlowRun]) -> bool | None:
    ours = LogFilter.model_validate({"flow_run_id": {"any_": [run.id for run in runs]}})
    lines = await client.read_logs(log_filter=ours)
    return any("it is waited for" in line.message for line in lines) or None


def run_in(runs: Path) -> str:
    (found,) = runs.glob("*/*/run.json")
    return str(found.parent)


def local(place: dict[str, str]) -> Path:
    return Path(place[STORAGE.name].removeprefix("file://"))


@contextmanager
def taken_away(folder: Path) -> Iterator[None]:
    """As where a disk that is mounted goes, and comes back."""
    folder.rename(folder.with_suffix(".away"))
    folder.touch()
    try:
        yield
    finally:
        folder.unlink()
        folder.with_suffix(".away").rename(folder)


def read_until(process: Process, words: str) -> None:
    assert process.stderr is not None
    assert any(words in line for line in process.stderr)


def played_by(pid: int) -> Iterator[UUID]:
    """The flow runs of the processes that a worker has started."""
    for child in below(pid):
        with suppress(OSError):
            environ = Path(f"/proc/{child}/environ").read_bytes().split(b"\0")
            name = b"PREFECT__FLOW_RUN_ID="
            found = (line.removeprefix(name) for line in environ if line.startswith(name))
            yield from (UUID(one.decode()) for one in found)


def below(pid: int) -> Iterator[int]:
    """Every process that this one has started, and those of these."""
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            for child in map(int, task.read_text(encoding="ascii").split()):
                yield child
                yield from below(child)
