"""The log of a flow run: a line an episode, by Prefect's loggers."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from pathlib import Path

import pytest

from engine.episode import play_episode
from engine.result import EpisodeResult
from flows.config import TournamentConfig
from flows.log import line_of
from flows.server import Server
from flows.tournament import tournament
from tests.flows.support import EPISODES_OF_SMALL, episode, tournament_file


@pytest.fixture(scope="module")
def result() -> EpisodeResult:
    return asyncio.run(play_episode(episode()))


def test_a_line_is_keys_and_values(result: EpisodeResult) -> None:
    line = line_of(result)
    assert line.startswith("episode=e1 attempt=1 home=heuristic away=random end=completed result=")
    assert f"deliveries={result.deliveries}" in line


def test_whatever_a_captain_is_called_stays_on_his_line(result: EpisodeResult) -> None:
    line = line_of(replace(result, home='x" end=void\ny'))
    assert 'home="x\\" end=void\\ny"' in line
    assert "\n" not in line


@pytest.mark.prefect
@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")  # Prefect's, at a test's end
def test_a_run_logs_each_episode_once(
    on_server: Server, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    config = TournamentConfig(file=str(tournament_file(tmp_path)), runs=str(tmp_path / "runs"))
    with caplog.at_level(logging.INFO, logger="prefect"):
        asyncio.run(tournament(config))
    lines = [
        line
        for record in caplog.records
        if record.name.startswith(("prefect.task_runs", "prefect.flow_runs"))
        for line in record.getMessage().splitlines()
        if line.startswith("episode=")
    ]
    assert len(lines) == len(set(lines)) == EPISODES_OF_SMALL
