"""A bus for each test that looks at a page."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.async_api import expect

from spectator.server import BusServer

pytest.register_assert_rewrite("tests.e2e.browsing")
expect.set_options(timeout=60_000)  # the machine may be busy


@pytest.fixture
def bus() -> Iterator[BusServer]:
    with BusServer() as running:
        yield running
