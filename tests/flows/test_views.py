"""What Prefect's page is shown of a run: all of it, in few versions."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterKey

from flows import catalogue
from flows.artifacts import MOST_SCORECARDS
from flows.order import Order
from flows.views import OFTEN_S, SELDOM_S, versions_apart_s
from tests.flows.here import played_here
from tests.flows.support import ALONE, tournament_file
from tournaments import load_tournament

LARGE = ALONE.replace("pairs: 2", "pairs: 34").replace("name: small", "name: large")


async def versions_of(key: str) -> list[object]:
    async with get_client() as client:
        found = await client.read_artifacts(
            artifact_filter=ArtifactFilter(key=ArtifactFilterKey(any_=[key]))
        )
    return [artifact.data for artifact in found]


@pytest.mark.prefect
@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")  # Prefect's, at a test's end
@pytest.mark.usefixtures("on_server")
async def test_each_match_of_a_large_run_is_listed_once(tmp_path: Path) -> None:
    file = tournament_file(tmp_path, LARGE)
    plan = Order.of(load_tournament(file, catalogue.known()), "1").plan
    await played_here(file, tmp_path / "runs")
    lists = await versions_of(f"results-{plan.run_id}")
    listed = [name for text in lists for name in re.findall(r"^\| `([^`]+)`", str(text), re.M)]
    assert sorted(listed) == sorted(str(one.episode_id) for one in plan.episodes())
    assert len(listed) > MOST_SCORECARDS
    assert await versions_of("progress-large") == [100.0]


def test_versions_come_often_at_first_and_seldom_in_a_long_run() -> None:
    assert versions_apart_s(0) == OFTEN_S
    assert versions_apart_s(300) == 30
    assert versions_apart_s(86_400) == SELDOM_S
