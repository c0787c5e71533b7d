"""A run in the process of the tests: `captains run` as a process takes seconds of imports."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flows.config import TournamentConfig
from flows.story import NothingCounts
from flows.tournament import tournament


async def played_here(file: Path, runs: Path, **how: Any) -> Any:
    """What `captains run --json` answers, for a test that asks for the fixture `on_server`."""
    config = TournamentConfig(file=str(file), runs=str(runs), **how)
    try:
        return (await tournament(config)).model_dump()
    except NothingCounts as failed:
        if failed.summary is None:
            raise
        return failed.summary.model_dump()
