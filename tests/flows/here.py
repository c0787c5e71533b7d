"""A run in the process of the tests: `captains run` as a process takes seconds of imports."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from flows.cli import main
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


async def commanded(
    arguments: Sequence[str], environment: Mapping[str, str]
) -> tuple[int, str, str]:
    """The exit code of `captains …`, and what it writes to stdout and to stderr: in a thread, for a
    test that asks for the fixture `on_server`, and neither stops it nor looks at its process.
    """
    out, err = StringIO(), StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        for name, value in environment.items():
            patch.setenv(name, value)
        code = await asyncio.to_thread(main, [*arguments])
    return code, out.getvalue(), err.getvalue()
