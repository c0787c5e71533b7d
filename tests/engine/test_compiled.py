"""The modules that `make fast` compiles play as their sources do, and never hide newer ones."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path
from typing import Any

import pytest

from engine import compiled
from engine.variables import COMPILED

ROOT = Path(__file__).parents[2]
PLAY = """
import asyncio, json, pickle, tempfile
from pathlib import Path
from engine import STATE
from engine.captains import resolve
from engine.episode import play_episode
from engine.observation import CricketObservation
from engine.record import RecordWriter
from engine.spec import EpisodeSpec

async def play(folder, seed, home):
    spec = EpisodeSpec(
        episode_id=f"m-{seed}", seed=seed, overs=20, home=resolve(home), away=resolve("baseline")
    )
    bare = await play_episode(spec, with_events=False)
    writer = RecordWriter(folder, spec.episode_id, spec.attempt)
    full = await play_episode(spec, observers=[writer])
    assert pickle.loads(pickle.dumps(full)) == full
    return [repr(bare.luck), repr(full.luck), full.record_digest, full.result]

with tempfile.TemporaryDirectory() as folder:
    homes = ("heuristic", "random", "baseline")
    told = [asyncio.run(play(Path(folder), *of)) for of in enumerate(homes)]
print(json.dumps([STATE, [*told, CricketObservation.model_json_schema()]]))
"""


@pytest.fixture(scope="module")
def built(compiler: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fast")
    command = [sys.executable, str(ROOT / ".ci" / "fast.py"), "--into", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder


def _played(where: Path | str) -> list[Any]:
    environment = {**os.environ, "CAPTAINS_COMPILED": str(where), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", PLAY], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    told: list[Any] = json.loads(done.stdout)
    return told


@pytest.mark.slow
def test_compiled_modules_seal_the_same_records_and_tell_the_same_schema(built: Path) -> None:
    (plain, sealed), (fast, again) = _played("off"), _played(built)
    assert (plain, fast) == ("interpreted", "compiled")
    assert again == sealed


@pytest.mark.parametrize("other", [{"sources": "0" * 64}, {"suffix": ".cpython-27.so"}])
def test_what_was_built_of_or_for_something_else_is_left_aside(
    other: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fitting = {"sources": compiled.digest_of_sources(), "suffix": EXTENSION_SUFFIXES[0]}
    (tmp_path / compiled.MANIFEST).write_text(json.dumps(fitting | other))
    monkeypatch.setenv(COMPILED.name, str(tmp_path))
    assert compiled.take() == "interpreted, and the build is stale"


def test_what_is_half_built_is_left_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / compiled.MANIFEST).write_text("{")
    monkeypatch.setenv(COMPILED.name, str(tmp_path))
    assert compiled.take() == "interpreted"
