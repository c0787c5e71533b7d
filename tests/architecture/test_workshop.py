"""The project's own tools agree with each other: locks, Makefile, CI."""

import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.architecture.source import ROOT

LOCKS = ("requirements.lock", "requirements-dev.lock")
MODEL = "requirements-model.lock"
PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[a-z0-9,-]+\])?==([^ ;]+)", re.MULTILINE)


def _pins(name: str) -> set[tuple[str, str]]:
    """Return the (package, version) pairs that a lock file pins."""
    return {(m[1], m[2]) for m in PIN.finditer((ROOT / name).read_text(encoding="utf-8"))}


def test_the_two_locks_agree_on_every_version() -> None:
    runtime, dev = map(_pins, LOCKS)
    assert len(runtime) > 50
    assert runtime <= dev


def test_the_lock_holds_the_pair_that_starts_a_server() -> None:
    pinned = dict(_pins("requirements.lock"))
    assert pinned["prefect"] == "3.8.8"  # docs/adr/0005
    assert pinned["fastapi"].startswith("0.150.")
    assert pinned["sqlalchemy"].startswith("2.0.")


@pytest.mark.parametrize("name", [*LOCKS, MODEL])
def test_a_lock_names_no_place_to_download_from(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert "://" not in text
    assert "index" not in text
    assert "find-links" not in text


def test_every_direct_dependency_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = {re.split(r"[<>=\[; ]", line)[0].lower() for line in project["dependencies"]}
    assert wanted <= {package for package, _ in _pins("requirements.lock")}


@pytest.mark.parametrize(
    "target", ["demo", "demo-llm", "test", "check", "bench", "docs", "lock", "clean", "help"]
)
def test_the_makefile_explains_each_target(target: str) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.search(rf"^{target}:.*## \w", makefile, re.MULTILINE)


_PYTHON = """#!/bin/sh
case "$1 $2" in
  "-m venv") mkdir -p .venv/bin && cp "$0" .venv/bin/python && cp "$0" .venv/bin/captains;;
  "demo --json") echo "{}";;
esac
"""


def test_the_first_call_says_on_stderr_what_it_sets_up(tmp_path: Path) -> None:
    for name in ("Makefile", "pyproject.toml", *LOCKS):
        shutil.copy(ROOT / name, tmp_path)
    python = tmp_path / "python"  # stands for Python, for its environment's and for the command
    python.write_text(_PYTHON, encoding="utf-8")
    python.chmod(0o755)
    made = subprocess.run(
        ["make", "demo", "ARGS=--json", f"PYTHON={python}"],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=True,
    )
    assert made.stdout == "{}\n"
    assert made.stderr.startswith("making .venv (once; ")
    assert "installing what it takes to play" in made.stderr


def test_ci_can_be_run() -> None:
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


def test_each_decision_has_its_own_number() -> None:
    numbers = [path.name[:4] for path in sorted((ROOT / "docs" / "adr").glob("[0-9]*.md"))]
    assert numbers == [f"{n:04}" for n in range(1, len(numbers) + 1)]
