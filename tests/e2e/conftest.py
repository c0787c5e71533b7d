"""A bus for each test that looks at a page."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from spectator.server import BusServer

pytest.register_assert_rewrite("tests.e2e.browsing")


@pytest.fixture
def bus() -> Iterator[BusServer]:
    with BusServer() as running:
        yield running
