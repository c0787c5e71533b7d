"""A PostgreSQL for the Prefect server that a bench starts: the tests' own, and it waits for the
disk.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.needed import POSTGRES
from tests.postgres import Postgres

_URL: Final = "PREFECT_API_DATABASE_CONNECTION_URL"


@contextmanager
def postgresql() -> Iterator[Postgres | None]:
    """A Prefect server that is started in this block keeps its state there, as it inherits the
    environment, which is changed. None where there is no PostgreSQL.
    """
    if (programs := POSTGRES.find()) is None:
        yield None
        return
    postgres = Postgres(Path(programs), keeps_its_word=True)
    os.environ[_URL] = postgres.address().replace("postgresql:", "postgresql+asyncpg:")
    try:
        yield postgres
    finally:
        del os.environ[_URL]
        postgres.close()
