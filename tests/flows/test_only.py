"""The one `captains up` of a home folder, as others of it find it."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.cli.only import LOCK, Hold, standing_up, take

UP = {"pid": os.getpid(), "page": "http://127.0.0.1:8765/start#token=t"}


@pytest.fixture
def hold(tmp_path: Path) -> Iterator[Hold]:
    """As its process has it."""
    held = take(tmp_path)
    assert isinstance(held, Hold)
    yield held
    os.close(held.handle)


def test_nothing_is_up_in_a_folder_that_is_not_there(tmp_path: Path) -> None:
    assert standing_up(tmp_path / "home") is None
    assert not (tmp_path / "home").exists()


def test_who_starts_says_by_which_process(hold: Hold, tmp_path: Path) -> None:
    assert hold.handle
    assert standing_up(tmp_path) == {"pid": os.getpid()}


def test_a_second_is_given_what_the_first_tells(hold: Hold, tmp_path: Path) -> None:
    hold.tell({**UP, "bus": "a longer one"})
    hold.tell(UP)
    assert take(tmp_path) == UP


def test_only_its_owner_reads_what_it_tells(hold: Hold, tmp_path: Path) -> None:
    hold.tell(UP)
    assert stat.S_IMODE((tmp_path / LOCK).stat().st_mode) == 0o600


def test_what_an_ended_one_left_is_not_read(tmp_path: Path) -> None:
    held = take(tmp_path)
    assert isinstance(held, Hold)
    held.tell(UP)
    os.close(held.handle)
    assert standing_up(tmp_path) is None
