"""A log in every kind of store."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from spectator.store import EventStore
from tests.postgres import Postgres
from tests.spectator.stores.places import Place, postgres_place, sqlite_place


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """An empty log, in each kind of store."""
    if request.param == "sqlite":
        return sqlite_place(tmp_path)
    found: Place = request.getfixturevalue("postgres_log")
    return found


@pytest.fixture
def postgres_log(postgres: Postgres) -> Place:
    """An empty log in PostgreSQL."""
    made = postgres_place(postgres)
    made.empty()
    return made


@pytest.fixture
async def store(place: Place) -> AsyncIterator[EventStore]:
    async with place.opened() as opened:
        yield opened
