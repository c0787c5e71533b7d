"""A log in every kind of store."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from spectator.store import EventStore
from tests.spectator.stores.places import Place, sqlite_place


@pytest.fixture(params=["sqlite"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """An empty log, in each kind of store."""
    return sqlite_place(tmp_path)


@pytest.fixture
async def store(place: Place) -> AsyncIterator[EventStore]:
    async with place.opened() as opened:
        yield opened
