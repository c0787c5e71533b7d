"""A single match that counts for nobody, on a real server."""

from __future__ import annotations

from pathlib import Path

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterName
from prefect.client.schemas.objects import State

from flows.config import EpisodeConfig
from flows.episode import report_of, run_name_of
from flows.server import Server
from tests.flows.here import commanded

pytestmark = [
    pytest.mark.prefect,
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),  # Prefect's, at a test's end
]


async def state_of(name: str) -> State:
    named = FlowRunFilter(name=FlowRunFilterName(any_=[name]))
    async with get_client() as client:
        (run,) = await client.read_flow_runs(flow_run_filter=named)
    assert run.state is not None
    return run.state


async def test_a_void_match_has_failed_in_prefect_and_gives_its_report(
    on_server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CAPTAINS_LLM_MODEL", "m")
    monkeypatch.setenv("CAPTAINS_LLM_BASE_URL", "http://127.0.0.1:1")
    config = EpisodeConfig(home="llm_cached", overs=1, seed=987, runs=str(tmp_path))
    report = await report_of(config)
    assert (report.end_reason, report.winner) == ("transport", None)
    state = await state_of(run_name_of(config))
    assert state.is_failed()
    assert state.message is not None
    assert state.message.startswith("void (transport): llm_cached plays from")


@pytest.mark.usefixtures("on_server")
async def test_a_featured_match_that_is_void_tells_why(
    environment: dict[str, str], tmp_path: Path
) -> None:
    own = {"CAPTAINS_LLM_MODEL": "m", "CAPTAINS_LLM_BASE_URL": "http://127.0.0.1:1"}
    match = ["play", "llm_cached", "heuristic", "--overs", "1", "--featured"]
    code, out, err = await commanded([*match, "--runs", str(tmp_path)], {**environment, **own})
    assert code == 1
    assert "\nvoid (transport)\n" in out
    assert "no answer is kept for decision" in err
