"""What a run leans on goes away in mid-run: its Prefect server, that server's database, its disk.
It goes on, or ends and says why; nothing that was played is lost.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from flows.leasing import leased
from tests.flows.recovery.night import EPISODES, Night, Tables
from tests.flows.support import DEADLINE_S
from tests.flows.test_slots import taken
from tests.flows.waiting import Waiting

pytestmark = [
    pytest.mark.prefect,
    pytest.mark.slow,
    pytest.mark.usefixtures("on_server"),
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),  # Prefect's, at a test's end
]

ENDPOINT = "http://127.0.0.1:1/restarted"
REQUEST_S = 5.0  # how long a run waits for an answer of Prefect: more than a busy machine takes
ROOM = 50_000  # bytes: less than any record of this run


def prefect_home() -> Path:
    return Path(os.environ["PREFECT_HOME"])


def kill_server() -> None:
    """It is started again, on the same port, by whoever has started it."""
    said = json.loads((prefect_home().parent / "server.json").read_text(encoding="utf-8"))
    os.kill(said["pid"], signal.SIGKILL)


@contextmanager
def database_locked() -> Iterator[None]:
    with closing(sqlite3.connect(prefect_home() / "prefect.db", timeout=DEADLINE_S)) as database:
        database.execute("BEGIN EXCLUSIVE")
        yield
        database.rollback()


async def test_a_run_outlives_its_prefect_server_and_no_slot_is_lost(
    tmp_path: Path, environment: dict[str, str], waiting: Waiting, undisturbed: Tables
) -> None:
    with Night.begun(tmp_path, environment, waiting) as night:
        async with leased(1, lambda _: None) as limiter, limiter.slot(ENDPOINT):
            await night.until_mid_run()
            kill_server()
            waiting.open()
            code, out, err = await night.ended()
            assert code == 0, err
            assert json.loads(out)["episodes"]["played"] == EPISODES
            assert await taken(ENDPOINT) == 1
        assert await taken(ENDPOINT) == 0
        night.is_whole(undisturbed, {})


async def test_a_run_waits_for_a_database_that_is_locked(
    tmp_path: Path, environment: dict[str, str], waiting: Waiting, undisturbed: Tables
) -> None:
    """For longer than it waits for an answer."""
    impatient = {**environment, "PREFECT_API_REQUEST_TIMEOUT": str(REQUEST_S)}
    with Night.begun(tmp_path, impatient, waiting) as night:
        await night.until_mid_run()
        with database_locked():
            waiting.open()
            await stands_still(night)
            await asyncio.sleep(REQUEST_S)  # the length of the outage is the matter
            assert night.process.poll() is None
        code, out, err = await night.ended()
        assert code == 0, err
        assert json.loads(out)["episodes"]["played"] == EPISODES
        night.is_whole(undisturbed, {})


async def stands_still(night: Night) -> None:
    """Once it has played what it can without an answer."""
    before = None
    while (now := len(night.sealed())) != before:
        before = now
        await asyncio.sleep(REQUEST_S)


async def test_a_run_whose_disk_is_full_says_so_and_goes_on_where_it_was(
    tmp_path: Path, environment: dict[str, str], waiting: Waiting, undisturbed: Tables
) -> None:
    """As far as its processes can tell: no file may grow any more."""
    # Bytecode that is cut off would be read by whoever comes next.
    no_bytecode = {**environment, "PYTHONDONTWRITEBYTECODE": "1"}
    with Night.begun(tmp_path, no_bytecode, waiting) as night:
        await night.until_mid_run()
        for pid in night.processes():
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (ROOM, ROOM))
        waiting.open()
        code, out, err = await night.ended()
        left = night.sealed()
        assert (code, 0 < len(left) < EPISODES) == (1, True)
        assert str(night.folder.records) in json.loads(out)["error"]
        assert "Traceback" not in err
        assert night.parts() == []
        end = await night.gone_on_with()
        assert end["episodes"]["resumed"] == len(left)
        night.is_whole(undisturbed, left)
