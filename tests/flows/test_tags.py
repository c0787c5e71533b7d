"""By which tags a run is found in Prefect's UI."""

from __future__ import annotations

from pathlib import Path

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowRunFilter

from flows import catalogue, tags
from flows.config import TournamentConfig
from flows.tournament import tournament
from tests.flows.support import SMALL
from tournaments import parse_tournament


def test_a_small_field_is_tagged_by_its_captains() -> None:
    spec = parse_tournament(SMALL, catalogue.known())
    assert tags.of_tournament(spec) == (
        "tournament:small",
        "kind:round_robin",
        "format:1-over",
        "captain:heuristic",
        "captain:random",
        "captain:baseline",
    )


def test_a_large_field_is_not() -> None:
    more = "baseline, cautious, aggressive]"
    spec = parse_tournament(SMALL.replace("baseline]", more), catalogue.known())
    assert not any(tag.startswith("captain:") for tag in tags.of_tournament(spec))


def test_a_match_is_tagged_by_its_format_and_both_captains_once() -> None:
    told = tags.of_match("qwen", "qwen", 20)
    assert told == ("kind:match", "format:t20", "captain:qwen")


@pytest.mark.prefect
@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")  # Prefect's, at a test's end
@pytest.mark.usefixtures("on_server")
async def test_a_run_is_found_by_its_tag_beside_its_own(tmp_path: Path) -> None:
    from prefect import tags as with_tags

    text = SMALL.replace("name: small", "name: found-by-tag")
    with with_tags("captains"):
        await tournament(TournamentConfig(yaml=text, runs=str(tmp_path)))
    wanted = FlowRunFilter.model_validate({"tags": {"all_": ["tournament:found-by-tag"]}})
    async with get_client() as client:
        (run,) = await client.read_flow_runs(flow_run_filter=wanted)
    assert {"captains", "format:1-over"} <= {*run.tags}
    assert run.state is not None
    assert run.state.is_completed()
