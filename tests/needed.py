"""The programs that some tests drive, where they are found, and what to do where they are not.

A developer without one gets a note, and those tests are skipped. CI must not skip them: there a
missing program is a failure.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

IN_CI = os.environ.get("CI") == "true"
# The first draws the same pages without windows around them, and takes less CPU for it.
CHROMIUMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")


@dataclass(frozen=True, slots=True, kw_only=True)
class Needed:
    """A program: `find` returns its path, or None; `missing` says what is lost and what to do."""

    find: Callable[[], str | None]
    missing: str


def _find_chromium() -> str | None:
    named = os.environ.get("CHROMIUM")
    candidates = [named] if named else CHROMIUMS
    return next((path for name in candidates if (path := shutil.which(name))), None)


def _find_postgres() -> str | None:
    """The folder of initdb and postgres: where Debian keeps it, off the path, the newest first."""
    named = os.environ.get("POSTGRES_BIN")
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_version, reverse=True)
    folders = [named] if named else [*map(str, debian), *os.get_exec_path()]
    return next((folder for folder in folders if _has_postgres(folder)), None)


def _has_postgres(folder: str) -> bool:
    return all(shutil.which(program, path=folder) for program in ("initdb", "postgres"))


def _version(folder: Path) -> int:
    name = folder.parent.name
    return int(name) if name.isdecimal() else 0


CHROMIUM = Needed(
    find=_find_chromium,
    missing=(
        "no Chromium here, which the page tests drive. On Debian: apt-get install "
        "chromium-headless-shell; elsewhere name one: CHROMIUM=/path/to/chrome make test"
    ),
)
POSTGRES = Needed(
    find=_find_postgres,
    missing=(
        "no PostgreSQL here, which the tests of its store start. On Debian: apt-get install "
        "postgresql; elsewhere name its programs: POSTGRES_BIN=/path/to/bin make test"
    ),
)
ESPEAK = Needed(
    find=lambda: shutil.which("espeak-ng"),
    missing=(
        "no espeak-ng here, which the tests of speech hear. On Debian: apt-get install espeak-ng"
    ),
)
REDIS = Needed(
    find=lambda: shutil.which("redis-server") if find_spec("prefect_redis") else None,
    missing=(
        "no Redis here, or no prefect-redis, which the tests of workers put behind a Prefect "
        "server. On Debian: apt-get install redis-server; then: make test"
    ),
)
NEEDED = (CHROMIUM, POSTGRES, ESPEAK, REDIS)
