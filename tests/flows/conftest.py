"""One Prefect server for the tests of this room; each xdist worker has its own."""

from __future__ import annotations

import gc
import os
import subprocess
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import MappingProxyType

import pytest

from flows import settings
from flows.server import Server, server
from tests.flows.newest import keep, one_at_a_time, taken
from tests.flows.queues import clear_queues
from tests.flows.support import DEADLINE_S
from tests.flows.upping import Told, Up, joined, up_process


@pytest.fixture(scope="package")
def prefect_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home, first = tmp_path_factory.mktemp("captains-home"), None
    with ExitStack() as held:
        with one_at_a_time(tmp_path_factory) as newest:
            if not taken(newest, home):
                first = held.enter_context(served(home))
                keep(newest, home)
        yield first or held.enter_context(served(home))


@contextmanager
def served(home: Path, more: Mapping[str, str] = MappingProxyType({})) -> Iterator[Server]:
    """A server of its own, with `more` in its environment."""
    before = dict(os.environ)
    patience = pytest.MonkeyPatch()
    patience.setattr("flows.server.START_TIMEOUT_S", DEADLINE_S)  # three at once, it may be
    os.environ.pop("PREFECT_API_URL", None)
    os.environ |= more
    settings.apply(home)
    os.environ["PREFECT_HOME"] = str(home / "prefect")
    try:
        with server(home) as found:
            yield found
    finally:
        patience.undo()
        os.environ.clear()
        os.environ.update(before)


@contextmanager
def talking_to(server: Server) -> Iterator[None]:
    """Prefect's client in this process talks to the server."""
    from prefect.events.worker import EventsWorker
    from prefect.settings import PREFECT_API_URL, temporary_settings

    with temporary_settings({PREFECT_API_URL: server.api_url}):
        yield
        # Its thread goes on pinging the server and draws from the global random numbers for it,
        # which Hypothesis takes for a flaky test of another room.
        EventsWorker.drain_all(timeout=30)
    gc.collect()  # Prefect leaves sockets to the collector: here, where a test ignores it


@pytest.fixture
def on_server(prefect_server: Server) -> Iterator[Server]:
    """The server, on which nothing waits for a worker, and to which this process talks."""
    clear_queues(prefect_server)
    with talking_to(prefect_server):
        yield prefect_server


@pytest.fixture
def environment(prefect_server: Server) -> dict[str, str]:
    """What a `captains` process needs to join the server."""
    return {"PREFECT_API_URL": prefect_server.api_url}


@pytest.fixture(scope="module")
def shared_up(
    tmp_path_factory: pytest.TempPathFactory, prefect_server: Server
) -> Iterator[tuple[subprocess.Popen[str], Told, Path]]:
    """One for all who leave it up."""
    folder = tmp_path_factory.mktemp("up")
    with up_process(folder, {"PREFECT_API_URL": prefect_server.api_url}) as (process, told):
        yield process, told, folder / "runs"


@pytest.fixture
async def running(shared_up: tuple[subprocess.Popen[str], Told, Path]) -> AsyncIterator[Up]:
    async with joined(*shared_up) as found:
        yield found
