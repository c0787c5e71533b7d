"""The run that nobody disturbs, played once for all the tests of this folder."""

from __future__ import annotations

import pytest

from tests.flows.recovery.night import NIGHT, Tables, tables
from tests.flows.support import played


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    folder = tmp_path_factory.mktemp("undisturbed")
    return tables(played(folder / "runs", NIGHT), folder / "tables")
