"""The template of a captain in a package of its own: built, installed, listed and played."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.architecture.source import ROOT
from tests.flows.support import DEADLINE_S, PROGRAM

TEMPLATE = ROOT / "examples" / "own_captain"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that pip put the template into, without asking any network."""
    folder = tmp_path_factory.mktemp("site")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    offline = ["--no-index", "--no-deps", "--no-build-isolation"]
    subprocess.run(
        [*pip, *offline, "--target", str(folder), str(TEMPLATE)], check=True, timeout=DEADLINE_S
    )
    return folder


def ran(installed: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(installed), str(ROOT)])
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={"PYTHONPATH": path, "PATH": os.environ["PATH"], "HOME": str(folder)},
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        check=False,
    )


def command(installed: Path, folder: Path, *arguments: str) -> Any:
    done = ran(installed, folder, "-c", PROGRAM, *arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_it_plays_a_match_on_the_command_line(installed: Path, tmp_path: Path) -> None:
    again = [
        command(installed, tmp_path, "play", "saver", "heuristic", "--overs", "1") for _ in range(2)
    ]
    assert again[0] == again[1]
    assert (again[0]["home"], again[0]["end_reason"]) == ("saver", "completed")
    assert again[0]["fallbacks"] == 0


def test_its_record_replays_where_it_is_not_installed(installed: Path, tmp_path: Path) -> None:
    played = command(installed, tmp_path, "play", "saver", "random", "--overs", "1")
    assert command(tmp_path, tmp_path, "replay", played["record"])["identical"]


def test_it_is_listed_with_its_source(installed: Path, tmp_path: Path) -> None:
    told = command(installed, tmp_path, "presets")
    assert told["sources"]["saver"] == "captains-saver 1.0.0"
    assert told["sources"]["heuristic"] == "captains"
    assert "little risk" in told["kinds"]["saver"]


def test_a_tournament_file_may_name_it(installed: Path, tmp_path: Path) -> None:
    entries = "[saver, {name: hasty, kind: saver, late: 0.9}, heuristic]"
    (tmp_path / "t.yaml").write_text(f"name: t\nmatch: {{overs: 1}}\ncaptains: {entries}\n")
    told = command(installed, tmp_path, "check", "t.yaml")
    assert told["captains"] == ["saver", "hasty", "heuristic"]


def test_its_own_tests_pass(installed: Path, tmp_path: Path) -> None:
    tests = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(tmp_path)]
    done = ran(installed, tmp_path, *tests, str(TEMPLATE / "tests"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 passed" in done.stdout
