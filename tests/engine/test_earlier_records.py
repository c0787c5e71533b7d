"""A record of an early version is read and replayed. Where the file comes from: the engine of 24
November 2026, with the ball model of that day, `captains play heuristic random --overs 2 --seed 7
--super-over`. It is never made anew.
"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from engine.record import read_record
from engine.replay import replay_record
from flows.cli import main
from flows.cli.terminal import Exit

RECORD = Path(__file__).parent / "golden" / "heuristic-v-random-2026-11-24.jsonl"


def test_every_event_of_an_early_record_is_read() -> None:
    assert len(list(read_record(RECORD))) == len(RECORD.read_bytes().splitlines())


def test_an_early_record_replays_with_its_own_balls() -> None:
    replay = asyncio.run(replay_record(RECORD))
    assert not replay.same_coefficients
    assert replay.identical


def test_the_laws_are_held_to_an_early_record(tmp_path: Path) -> None:
    lines = RECORD.read_text(encoding="utf-8").splitlines()
    place, ball = next(
        (place, json.loads(line))
        for place, line in enumerate(lines)
        if '"type":"delivery"' in line and '"outcome":"1"' in line
    )
    ball["data"]["outcome"] = "2"
    lines[place] = json.dumps(ball)
    changed = tmp_path / "changed.jsonl"
    changed.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert not asyncio.run(replay_record(changed)).identical


def test_the_command_says_whose_balls_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", str(RECORD)]) == Exit.DONE
    assert "another ball model, so its balls are taken as they came" in capsys.readouterr().err
