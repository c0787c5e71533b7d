"""What shards share on a machine: who has the cores, and what killed ones leave."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from flows.machine import clear_away, scratch, whole_machine
from tests.flows.support import ROOT

LIVES = """
from flows.machine import scratch
with scratch() as folder:
    (folder / "record").write_text("half")
    print(folder, flush=True)
    input()
"""


@pytest.fixture(autouse=True)
def temporary(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Of this test alone."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))


@pytest.mark.parametrize(("wanted", "at_once"), [(True, 1), (False, 3)])
async def test_shards_that_want_every_core_take_turns(wanted: bool, at_once: int) -> None:
    playing, most = 0, 0

    async def shard() -> None:
        nonlocal playing, most
        async with whole_machine(is_wanted=wanted):
            playing += 1
            most = max(most, playing)
            await asyncio.sleep(0)
            playing -= 1

    await asyncio.gather(shard(), shard(), shard())
    assert most == at_once


def test_the_next_shard_clears_away_what_a_killed_one_left(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", LIVES],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={"TMPDIR": str(tmp_path), "PYTHONPATH": str(ROOT)},
    ) as process:
        assert process.stdout is not None
        left = Path(process.stdout.readline().strip())
        clear_away()
        assert (left / "record").exists()  # somebody is at it
        process.kill()
    clear_away()
    assert not left.exists()


def test_a_shard_leaves_nothing(tmp_path: Path) -> None:
    with scratch() as folder:
        assert folder.parent == tmp_path
    assert not folder.exists()


def test_what_is_not_a_shards_is_left_alone(tmp_path: Path) -> None:
    others = tmp_path / "captains-shard-of-somebody"
    others.mkdir()
    clear_away()
    assert others.exists()
