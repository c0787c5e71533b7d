"""A real language model, SmolLM2-135M behind llama.cpp's server, leads a side from toss to end."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from engine.cricket.choices import Seat
from engine.events import EndReason
from examples.small_model.__main__ import play
from examples.small_model.server import served


@pytest.mark.slow
def test_a_real_model_plays_a_match_to_its_end(tmp_path: Path) -> None:
    with served(threads=1) as url:  # beside other tests, more threads wait for each other
        result = play(url, overs=1, seed=1, runs=tmp_path)
    counts = result.counts[Seat.HOME]
    assert result.end_reason is EndReason.COMPLETED, result.error
    assert counts.coverage >= 0.95, counts
    assert counts.spent is not None
    assert counts.spent.tokens_out > 0
    assert counts.models == ("SmolLM2-135M-Instruct.Q4_1.gguf",)


def test_where_the_model_is_missing_it_is_said() -> None:
    bare = [sys.executable, "-S", "-m", "examples.small_model.server"]  # without what is installed
    ended = subprocess.run(
        bare, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 1
    assert "the model is not installed: make demo-llm" in ended.stderr
