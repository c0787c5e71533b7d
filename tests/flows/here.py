"""A run in the process of the tests: `captains run` as a process takes seconds of imports."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

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
    out, err, before = StringIO(), StringIO(), dict(os.environ)
    os.environ.update(environment)
    try:
        with redirect_stdout(out), redirect_stderr(err):
            code = await asyncio.to_thread(main, [*arguments])
    finally:
        os.environ.clear()
        os.environ.update(before)
    return code, out.getvalue(), err.getvalue()
