"""Whole runs against a real server. What is done to them in mid-run is in `recovery`."""

from __future__ import annotations

import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from flows import catalogue
from flows.ledger import RunFolder
from flows.order import Order
from tests.flows.here import played_here
from tests.flows.support import DEADLINE_S, EPISODES_OF_SMALL, captains, tournament_file
from tournaments import load_tournament

pytestmark = [
    pytest.mark.prefect,
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),  # Prefect's, at a test's end
]


def folder_of(file: Path, runs: Path) -> RunFolder:
    return Order.of(load_tournament(file, catalogue.known()), "1").folder(runs)


def stopped(
    file: Path,
    runs: Path,
    environment: Mapping[str, str],
    how: signal.Signals,
    at: str = "episodes",
) -> Any:
    """Start a run and send a signal once it has said so; exit code and stderr."""
    process = captains(["run", str(file), "--runs", str(runs)], environment)
    assert process.stderr is not None
    heard = []
    for line in process.stderr:
        heard.append(line)
        if at in line:
            break
    process.send_signal(how)
    _, err = process.communicate(timeout=DEADLINE_S)
    return process.returncode, "".join(heard) + err


def is_page(file: Path) -> bool:
    return file.read_text(encoding="utf-8").startswith("<!doctype html>")


@pytest.mark.usefixtures("on_server")
async def test_a_run_is_played_once_and_started_over_when_asked(
    tmp_path: Path,
) -> None:
    file, runs = tournament_file(tmp_path), tmp_path / "runs"
    first = await played_here(file, runs)
    assert first["episodes"] == {"played": 12, "resumed": 0, "void": 0, "forfeit": 0}
    assert sum(row["played"] for row in first["standings"]) == 2 * EPISODES_OF_SMALL
    assert is_page(Path(first["report"]))
    again = await played_here(file, runs)
    assert again["episodes"]["resumed"] == EPISODES_OF_SMALL
    assert again["standings"] == first["standings"]
    fresh = await played_here(file, runs, fresh=True)
    assert fresh["episodes"]["played"] == EPISODES_OF_SMALL
    assert fresh["standings"] == first["standings"]
    other = await played_here(file, runs, occasion="2")
    assert other["run_dir"] != first["run_dir"]


BRACKET = """\
name: cup
seed: 3
format: {kind: knockout, best_of: 9, extend_to: 11, third_place: true}
match: {overs: 5}
captains: [baseline, heuristic, cautious, random]
spectate: {episodes: none}
"""


@pytest.mark.slow
@pytest.mark.usefixtures("on_server")
async def test_a_bracket_that_was_killed_in_its_final_is_played_out_and_nothing_twice(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    """Semi-finals are half of it."""
    file, runs = tournament_file(tmp_path, BRACKET), tmp_path / "runs"
    stopped(file, runs, environment, signal.SIGKILL, at=": 4")
    folder = folder_of(file, runs)
    done = {path.name: path.stat().st_mtime_ns for path in folder.records.glob("*.jsonl")}
    end = await played_here(file, runs)
    assert end["episodes"]["resumed"] == len(done) >= 36
    for name, when in done.items():
        assert (folder.records / name).stat().st_mtime_ns == when
    ids = [result.episode_id for result in folder.attempts()]
    assert len(set(ids)) == len(ids) == end["episodes"]["played"] + end["episodes"]["resumed"]
    unbroken = await played_here(file, tmp_path / "others")
    assert unbroken["stages"] == end["stages"]
    assert unbroken["champion"] == end["champion"] is not None
