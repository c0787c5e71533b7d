"""Every Prefect setting that matters, in one place, set before Prefect is imported.

Prefect reads its environment once, when it is imported: `apply` must come first. What the user has
already set is respected, a `PREFECT_API_URL` above all. No module of this project sets a Prefect
setting anywhere else.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import MutableMapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from engine import variables

HOME_FOLDER: Final = ".captains"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One environment variable, its value, and what goes wrong without it."""

    name: str
    value: str
    why: str


SETTINGS: Final = (
    Setting(
        name="PREFECT_SERVER_ANALYTICS_ENABLED",
        value="false",
        why="the server calls nobody; on a first start it also logs a traceback from trying",
    ),
    Setting(name="DO_NOT_TRACK", value="1", why="neither does the client"),
    Setting(
        name="PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE",
        value="prefect.server.concurrency.lease_storage.filesystem",
        why="in memory, a server's restart leaks a slot for good",
    ),
    Setting(
        name="PREFECT_SERVER_CONCURRENCY_MAXIMUM_CONCURRENCY_SLOT_WAIT_SECONDS",
        value="0.5",
        why="a waiter asks again within half a second; the default of 30 s idles a free slot",
    ),
    Setting(
        name="PREFECT_SERVER_TASKS_TAG_CONCURRENCY_SLOT_WAIT_SECONDS",
        value="0.5",
        why="the same for tags",
    ),
    Setting(
        name="PREFECT_SERVER_SERVICES_REPOSSESSOR_LOOP_SECONDS",
        value="5",
        why="the slots of a killed process are free 5 s after its lease, not 15",
    ),
    Setting(
        name="PREFECT_SERVER_UI_API_URL",
        value="/api",
        why="on any other port than 4200 the page looks for its server in the wrong place",
    ),
    Setting(
        name="PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT", value="false", why="no advertisements"
    ),
    Setting(
        name="PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS",
        value="90",
        why="a first start migrates the database for 12 to 16 s; the default is 20",
    ),
    Setting(
        name="PREFECT_WORKER_QUERY_SECONDS",
        value="1",
        why="a deployed run starts after 3 s instead of 10",
    ),
    Setting(
        name="PREFECT_FLOWS_HEARTBEAT_FREQUENCY",
        value="30",
        why="a run whose process is gone is known as crashed after three minutes, not for ever",
    ),
    Setting(
        name="PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL",
        value="CRITICAL",
        why="the command line speaks for itself; the runs' logs are in the Prefect UI",
    ),
    Setting(
        name="PREFECT_LOGGING_EXTRA_LOGGERS",
        value="engine,flows,spectator,tournaments",
        why="what we warn of is in the flow run's log",
    ),
    Setting(
        name="PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW",
        value="ignore",
        why="outside a flow run a warning has no log to go to",
    ),
    Setting(
        name="PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED",
        value="false",
        why="one round trip less for every client that Prefect opens",
    ),
)


SHARED: Final = (
    Setting(
        name="PREFECT_API_DATABASE_CONNECTION_URL",
        value="postgresql+asyncpg://captains@postgres/prefect",
        why="SQLite lets one process write; several machines make that a queue",
    ),
    Setting(
        name="PREFECT_MESSAGING_BROKER",
        value="prefect_redis.messaging",
        why="in memory, events of one server process are not heard by another",
    ),
    Setting(name="PREFECT_MESSAGING_CACHE", value="prefect_redis.messaging", why="the same"),
    Setting(
        name="PREFECT_SERVER_EVENTS_CAUSAL_ORDERING",
        value="prefect_redis.ordering",
        why="the same; automations see events in order",
    ),
    Setting(
        name="PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE",
        value="prefect_redis.lease_storage",
        why="a slot that one server has lent can be given back to another",
    ),
    Setting(name="PREFECT_REDIS_MESSAGING_HOST", value="redis", why="where Redis is"),
    Setting(name="PREFECT_REDIS_MESSAGING_PORT", value="6379", why="the same"),
    Setting(
        name="PREFECT_SERVER_DOCKET_URL",
        value="redis://redis:6379/0",
        why="the server's own timed jobs run once, not once a process",
    ),
)
"""Of a server with PostgreSQL and Redis behind it, beside and before `SETTINGS`; the addresses are
those of deploy/compose.yaml.
"""


def home(runs: Path, environ: MutableMapping[str, str] = os.environ) -> Path:
    """The folder of the embedded server and its database: `CAPTAINS_HOME`, else one under the
    folder of runs.
    """
    named = variables.HOME.read(environ)
    return Path(named).expanduser().resolve() if named else (runs / HOME_FOLDER).resolve()


def asking_once() -> AbstractContextManager[object]:
    """In its block Prefect's client asks a server that does not answer once, not for minutes."""
    from prefect.settings import PREFECT_CLIENT_MAX_RETRIES, temporary_settings

    return temporary_settings({PREFECT_CLIENT_MAX_RETRIES: 0})


def apply(home_folder: Path, environ: MutableMapping[str, str] = os.environ) -> None:
    """Put every setting into the environment that nobody has put there before."""
    for setting in SETTINGS:
        environ.setdefault(setting.name, setting.value)
    environ.setdefault("PREFECT_HOME", str(home_folder / "prefect"))
    # With a server of one's own it is needed for nothing, and may not be there yet.
    warnings.filterwarnings("ignore", "Failed to create the Prefect home", UserWarning)
