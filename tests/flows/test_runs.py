"""Whole runs against a real server: they resume, stop cleanly and leave nothing."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from flows import catalogue
from flows.ledger import RunFolder
from flows.order import Order
from tests.flows.here import played_here
from tests.flows.support import EPISODES_OF_SMALL, SMALL, captains, tournament_file
from tournaments import load_tournament

pytestmark = [
    pytest.mark.prefect,
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),  # Prefect's, at a test's end
]

LONG = SMALL.replace("overs: 1, pairs: 2", "overs: 5, pairs: 30")
EPISODES_OF_LONG = 180
SHORTER = LONG.replace("pairs: 30", "pairs: 12")
EPISODES_OF_SHORTER = 72


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
    _, err = process.communicate(timeout=120)
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


@pytest.mark.slow
@pytest.mark.usefixtures("on_server")
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
async def test_a_stopped_run_is_resumed_and_only_what_is_missing_is_played(
    tmp_path: Path, environment: dict[str, str], how: signal.Signals
) -> None:
    file, runs = tournament_file(tmp_path, SHORTER), tmp_path / "runs"
    code, err = stopped(file, runs, environment, how)
    folder = folder_of(file, runs)
    if how is not signal.SIGKILL:
        assert code == 130, err
        assert "the same command plays the rest" in err
    assert "Traceback" not in err
    done = {path.name: path.stat().st_mtime_ns for path in folder.records.glob("*.jsonl")}
    assert 0 < len(done) < EPISODES_OF_SHORTER
    end = await played_here(file, runs)
    assert end["episodes"]["played"] + end["episodes"]["resumed"] == EPISODES_OF_SHORTER
    assert end["episodes"]["resumed"] >= len(done)
    for name, when in done.items():
        assert (folder.records / name).stat().st_mtime_ns == when
    ids = [result.episode_id for result in folder.attempts()]
    assert len(set(ids)) == EPISODES_OF_SHORTER


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


def test_two_processes_do_not_play_one_run(tmp_path: Path, environment: dict[str, str]) -> None:
    file, runs = tournament_file(tmp_path), tmp_path / "runs"
    with folder_of(file, runs).held():
        process = captains(["run", str(file), "--runs", str(runs)], environment)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "is being played by process" in err
    assert "Traceback" not in err


@pytest.mark.slow
def test_a_run_outlives_its_embedded_server(tmp_path: Path) -> None:
    """A server that is killed in mid-run is started again, and the run goes on."""
    file, runs = tournament_file(tmp_path, LONG), tmp_path / "runs"
    process = captains(["run", str(file), "--runs", str(runs), "--json"], {"PREFECT_API_URL": ""})
    assert process.stderr is not None
    next(line for line in process.stderr if "episodes" in line)
    server = json.loads((runs / ".captains" / "server.json").read_text(encoding="utf-8"))["pid"]
    os.kill(server, signal.SIGKILL)
    out, err = process.communicate(timeout=240)
    assert process.returncode == 0, err
    assert json.loads(out)["episodes"]["played"] == EPISODES_OF_LONG
