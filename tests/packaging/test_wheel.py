"""The wheel works outside the checkout: everything that the code reads is in it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from email.parser import Parser
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.architecture.source import ROOMS, ROOT

PROGRAM = "import sys; from flows.cli import command; sys.exit(command())"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
BOUNDED = {"prefect", "fastapi", "sqlalchemy"}  # docs/adr/0005: what else is not bounded works


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built by the backend alone, as `pip install .` has it built; nothing is downloaded."""
    folder = tmp_path_factory.mktemp("wheel")
    build = "import sys; from hatchling.build import build_wheel; build_wheel(sys.argv[1])"
    subprocess.run([sys.executable, "-c", build, str(folder)], cwd=ROOT, check=True)
    (found,) = folder.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def installed(wheel: Path) -> Path:
    """The wheel, unpacked; in an empty folder it is all that Python finds of the project."""
    folder = wheel.parent / "site"
    ZipFile(wheel).extractall(folder)
    return folder


def captains(installed: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=True,
    )


def shipped() -> set[str]:
    """Every file of the rooms: code and data."""
    return {
        str(path.relative_to(ROOT))
        for room in ROOMS
        for path in (ROOT / room).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_the_wheel_holds_every_file_of_the_rooms_and_nothing_else(wheel: Path) -> None:
    forced = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"].get("force-include", {})
    held = {name for name in ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert held == shipped() | {*forced.values()}
    assert {Path(name).suffix for name in held} >= {".yaml", ".json", ".css", ".js", ".html", ".md"}


def test_its_metadata_bound_what_would_break_it(wheel: Path) -> None:
    archive = ZipFile(wheel)
    (about,) = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
    told = Parser().parsestr(archive.read(about).decode())
    wanted = {re.split(r"[^a-z0-9-]", one)[0]: one for one in told.get_all("Requires-Dist", [])}
    assert all("<" in wanted[name] or "==" in wanted[name] for name in BOUNDED)
    asked = PROJECT["project"]["requires-python"]
    assert {*told["Requires-Python"].split(",")} == {*asked.split(",")}


def test_an_unpacked_wheel_is_what_runs(installed: Path, tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    where = [sys.executable, "-c", "import engine, flows; print(engine.__file__, flows.__file__)"]
    told = subprocess.check_output(where, cwd=tmp_path, env=environment, text=True)
    assert all(path.startswith(str(installed)) for path in told.split())


def test_it_plays_reports_and_replays_a_match_in_an_empty_folder(
    installed: Path, tmp_path: Path
) -> None:
    played = captains(installed, tmp_path, "play", "heuristic", "random", "--overs=1", "--json")
    match = json.loads(played.stdout)
    assert (tmp_path / "runs" / "play" / "records").is_dir()
    again = captains(installed, tmp_path, "replay", match["episode_id"], "--json")
    assert json.loads(again.stdout)["identical"]


@pytest.mark.parametrize(
    "command",
    [
        ("check", "demo"),
        ("plan", "world-cup"),
        ("presets",),
        ("packs", "chase"),
        ("squads", "india"),
    ],
)
def test_what_ships_is_found_by_its_name(
    installed: Path, tmp_path: Path, command: tuple[str, ...]
) -> None:
    assert json.loads(captains(installed, tmp_path, *command, "--json").stdout)


def test_the_page_is_served_from_it(installed: Path, tmp_path: Path) -> None:
    look = "from spectator.pages import COCKPIT; print((COCKPIT / 'index.html').is_file())"
    told = subprocess.check_output(
        [sys.executable, "-c", look],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(installed)},
        text=True,
    )
    assert told.strip() == "True"
