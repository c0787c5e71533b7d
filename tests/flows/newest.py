"""A database with Prefect's newest schema, made once for all test processes: to bring an empty one
up to it takes a server eight seconds of CPU.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.flows.support import DEADLINE_S

NAME = "prefect.db"


@contextmanager
def one_at_a_time(factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where that database is, or will be once the first server has started."""
    folder = factory.getbasetemp()
    folder = folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder
    with (folder / "prefect.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder / NAME


def taken(newest: Path, home: Path) -> bool:
    """Whether the server of this home folder can start with it."""
    if newest.exists():
        (home / "prefect").mkdir()
        shutil.copy(newest, home / "prefect")
    return newest.exists()


def keep(newest: Path, home: Path) -> None:
    """That of the server that runs in this home folder."""
    with (
        closing(sqlite3.connect(home / "prefect" / NAME, timeout=DEADLINE_S)) as found,
        closing(sqlite3.connect(newest)) as kept,
    ):
        found.backup(kept)
