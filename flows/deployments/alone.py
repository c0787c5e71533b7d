"""One set-up of a Prefect home at a time: what it reads is still so when it writes."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Final

from prefect.settings import PREFECT_HOME

from flows.machine import in_turn

LOCK: Final = "captains-setup.lock"
WAIT_S: Final = 30.0  # for one that hangs; then it is done beside it


@asynccontextmanager
async def alone(*, is_wanted: bool = True) -> AsyncIterator[None]:
    """Wait for who sets up the same server from the same home. One of another home or machine is
    not waited for; nor is anybody where the home takes no lock.
    """
    async with in_turn(_opened() if is_wanted else None, WAIT_S):
        yield


def _opened() -> int | None:
    home = Path(PREFECT_HOME.value())
    with suppress(OSError):
        home.mkdir(parents=True, exist_ok=True)
        return os.open(home / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    return None
