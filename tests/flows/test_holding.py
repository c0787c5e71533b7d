"""Whether a run is played can be seen by whoever may read it."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from flows.holding import held, is_held

NOBODY = 65_534


@contextmanager
def somebody_else() -> Iterator[None]:
    """Who is root is another user for the block: he may write everywhere."""
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if is_root:
            os.seteuid(0)


def test_who_only_looks_refuses_nobody_who_begins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with held(tmp_path / "run"):
        pass
    looking = (tmp_path / ".run.run.lock").open("rb")
    fcntl.flock(looking, fcntl.LOCK_SH)
    monkeypatch.setattr(time, "sleep", lambda _: looking.close())  # a moment later
    with held(tmp_path / "run"):
        assert is_held(tmp_path / "run")


def test_that_a_run_is_played_is_seen_by_who_may_only_read_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # into folders above it he may not look
    with held(Path("run")):
        Path(".run.run.lock").chmod(0o444)
        Path().chmod(0o555)
        with somebody_else():
            assert is_held(Path("run"))
    Path().chmod(0o755)
