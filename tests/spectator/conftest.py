"""A bus for the tests that do not need one of their own."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from spectator.server import BusServer
from spectator.settings import BusSettings


@pytest.fixture
async def bus() -> AsyncIterator[BusServer]:
    async with BusServer(settings=BusSettings(stall_s=1.5)) as running:
        yield running
