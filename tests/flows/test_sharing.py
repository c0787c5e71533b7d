"""A tournament that workers play: the same results as where it is played here."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from prefect.client.orchestration import get_client

from engine.record import ending_of
from flows.deployments.deploying import deploy
from flows.deployments.prefect_file import read_prefect_file
from flows.deployments.setting_up import set_up
from flows.server import Server
from flows.shards import FILE
from tests.flows.here import played_here
from tests.flows.support import ROOT, tournament_file
from tests.flows.working import worker

pytestmark = [
    pytest.mark.prefect,
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),  # Prefect's, at a test's end
]

DUEL = """\
name: duel
seed: 3
match: {format: T5, pairs: 4}
captains: [heuristic, random]
spectate: {episodes: none}
execution: {mode: MODE, processes: 1}
"""


@pytest.fixture(scope="module")
def a_worker(prefect_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with worker(prefect_server, tmp_path_factory.mktemp("worker")):
        yield


@pytest.fixture
async def shared(on_server: Server, a_worker: None) -> None:
    """A server that hands out shards, and who takes them."""
    async with get_client() as client:
        await set_up(client)
        wanted = read_prefect_file(ROOT / "prefect.yaml")
        await deploy(client, [one for one in wanted if one.anywhere], folder=ROOT)


def told(run_dir: str) -> dict[str, object]:
    """What must be the same wherever it is played."""
    folder = Path(run_dir)
    found: dict[str, object] = {
        name: (folder / name).read_text() for name in ("standings.csv", "pairs.csv")
    }
    for path in folder.glob("records/*.jsonl"):
        found[path.name] = ending_of(path).data.record_digest
    return found


async def played(mode: str, folder: Path) -> str:
    file = tournament_file(folder, DUEL.replace("MODE", mode))
    summary = await played_here(file, folder / mode)
    assert summary["episodes"]["void"] == 0
    return str(summary["run_dir"])


@pytest.mark.usefixtures("shared")
async def test_workers_play_what_would_be_played_here(tmp_path: Path) -> None:
    here, there = await played("local", tmp_path), await played("workers", tmp_path)
    assert (Path(there) / FILE).exists()
    assert told(there) == told(here)
    assert len(told(here)) == 2 + 8
