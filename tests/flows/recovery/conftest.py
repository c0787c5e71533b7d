"""The run that nobody disturbs, played once for all the tests of this folder."""

from __future__ import annotations

import pytest

from tests.flows.recovery.night import NIGHT, Tables, tables
from tests.flows.support import played
from tests.flows.waiting import Waiting, installed


@pytest.fixture(scope="session")
def waiting(tmp_path_factory: pytest.TempPathFactory) -> Waiting:
    """One for all, as where his gate is belongs to what the file means."""
    return installed(tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory: pytest.TempPathFactory, waiting: Waiting) -> Tables:
    folder = tmp_path_factory.mktemp("undisturbed")
    with waiting.known_here():
        return tables(played(folder / "runs", waiting.in_file(NIGHT)), folder / "tables")
