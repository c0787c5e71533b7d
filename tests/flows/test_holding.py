"""Whether a run is played can be seen by whoever may read it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

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


def test_that_a_run_is_played_is_seen_by_who_may_only_read_it() -> None:
    with TemporaryDirectory() as name:
        place = Path(name)
        with held(place / "run"):
            (place / ".run.run.lock").chmod(0o444)
            place.chmod(0o555)
            with somebody_else():
                assert is_held(place / "run")
        place.chmod(0o755)
