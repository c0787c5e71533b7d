"""Settings for every test: Prefect kept to a throw-away home, Hypothesis profiles, the browser.

Prefect reads its environment once, when it is imported, so the environment is set here, before any
test module is. Each xdist worker imports this file and gets a home of its own.
"""

from __future__ import annotations

import atexit
import gc
import os
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import certifi
import pytest
from hypothesis import HealthCheck, settings

from tests.needed import CHROMIUM, ESPEAK, IN_CI, POSTGRES, REDIS, Needed
from tests.postgres import Postgres
from tests.redis import Redis

if TYPE_CHECKING:
    from playwright.async_api import Browser


def _isolate_prefect() -> None:
    """Give Prefect an empty home, no server to talk to, and nobody to report to."""
    for name in [name for name in os.environ if name.startswith("PREFECT_")]:
        del os.environ[name]
    home = tempfile.mkdtemp(prefix="captains-prefect-")
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    os.environ |= {
        "PREFECT_HOME": home,
        "PREFECT_PROFILES_PATH": str(Path(home) / "profiles.toml"),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_API_SSL_CERT_FILE": str(_one_authority(Path(home))),
        # A first start on an empty database takes 12 to 16 s here; Prefect's limit is 20.
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
        # Shards take turns by a file there: not with those of another test process.
        "TMPDIR": home,
    }
    if "PYTEST_XDIST_WORKER" not in os.environ:  # what is solved serves all test processes
        os.environ["CAPTAINS_CACHE"] = str(Path(home) / "solved")


def _one_authority(folder: Path) -> Path:
    """A file with the first of certifi's authorities. No server here speaks TLS, and to read all of
    them takes 26 ms of CPU for each of the many clients that Prefect makes.
    """
    found, end = Path(certifi.where()).read_text(encoding="utf-8"), "-----END CERTIFICATE-----\n"
    file = folder / "authority.pem"
    file.write_text("".join(found.partition(end)[:2]), encoding="utf-8")
    return file


def _set_hypothesis_profile() -> None:
    """CI tries the same examples every time; at a desk each run tries new ones."""
    common = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.register_profile("ci", common, derandomize=True, print_blob=True)
    settings.register_profile("desk", common)
    settings.register_profile("thorough", common, max_examples=2_000)
    settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if IN_CI else "desk"))


def _spare_the_cores() -> None:
    """numpy's threads wait for each other in a loop, which takes as much CPU again; and to compile
    the project takes a process a second.
    """
    os.environ["OPENBLAS_NUM_THREADS"] = "1"  # before numpy is imported, here and in any child
    # Of the hundreds of processes that tests start the first compiles the project, not each.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


gc.disable()  # until all is collected: hardly anything of it is garbage
_isolate_prefect()
_spare_the_cores()
_set_hypothesis_profile()
# Below nohup the commands that tests start would be deaf to a terminal that goes away.
signal.signal(signal.SIGHUP, signal.SIG_DFL)


def pytest_collection_finish() -> None:
    """What was imported stays: no collector has to look through it again, half a second a time."""
    gc.collect()
    gc.freeze()
    gc.enable()


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Run `async def` tests on asyncio, as everything else does."""
    return "asyncio"


@pytest.fixture(scope="session")
def chromium_server() -> Iterator[str]:
    """Where a Chromium of this test process is found."""
    from tests.e2e.browsing import browser_server

    with browser_server(_path_of(CHROMIUM)) as found:
        yield found


@pytest.fixture(scope="module")
async def chromium(chromium_server: str) -> AsyncIterator[Browser]:
    """It, for the tests of one file: each opens pages that share nothing with those of another."""
    from tests.e2e.browsing import connected

    async with connected(chromium_server) as browser:
        yield browser


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server of this test process."""
    server = Postgres(Path(_path_of(POSTGRES)))
    yield server
    server.close()


@pytest.fixture(scope="session")
def redis() -> Iterator[Redis]:
    """A Redis server of this test process."""
    server = Redis(Path(_path_of(REDIS)))
    yield server
    server.close()


@pytest.fixture(scope="session")
def espeak_ng() -> str:
    """The path of espeak-ng."""
    return _path_of(ESPEAK)


def _path_of(needed: Needed) -> str:
    """Where the program is; without it the test is skipped, and fails in CI."""
    path = needed.find()
    if path is None and IN_CI:
        pytest.fail(needed.missing)
    if path is None:
        pytest.skip(needed.missing)
    return path
