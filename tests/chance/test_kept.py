"""Solved tables on disk: the same to the bit, whole or not at all, never in the way."""

from __future__ import annotations

import os
import pickle
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from engine.chance import grid, kept, solving, worth
from engine.chance.kept import Tables
from engine.chance.solving import CHASE, FIRST
from engine.chance.usual import Stage
from engine.cricket.formats import format_of
from engine.cricket.players import Game
from engine.cricket.state import ALL_OUT
from engine.eras import CURRENT_ERA
from tests.chance.contexts import MODEL, chase, new_uneven_value

STAGE = Stage(format=format_of(2), era=CURRENT_ERA, game=Game.MEN)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty folder, and a process that has solved nothing yet."""
    monkeypatch.setenv("CAPTAINS_CACHE", str(tmp_path / "solved"))
    begin_anew()
    yield tmp_path / "solved"
    begin_anew()


def begin_anew() -> None:
    """As if in another process."""
    for each in (grid.grid_of, grid.blurred_grid, worth.worth_of, solving.solved):
        each.cache_clear()


class Sums:
    """Two tables that are worked out, and how often they were."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> Tables:
        self.times += 1
        return {"runs": np.arange(12.0).reshape(3, 4) / 7.0, "free": np.array([0.1, -0.0])}


def test_what_was_worked_out_once_is_read(folder: Path) -> None:
    sums = Sums()
    first, again = (kept.kept("a model", "a stage", sums) for _ in range(2))
    assert sums.times == 1
    assert len([*folder.iterdir()]) == 1
    assert {name: table.tobytes() for name, table in again.items()} == {
        name: table.tobytes() for name, table in first.items()
    }


@pytest.mark.parametrize(
    ("model", "asked"), [("another model", "a stage"), ("a model", "another stage")]
)
def test_what_follows_from_something_else_is_another_file(model: str, asked: str) -> None:
    sums = Sums()
    kept.kept("a model", "a stage", sums)
    kept.kept(model, asked, sums)
    assert sums.times == 2


def test_another_program_does_not_read_it(monkeypatch: pytest.MonkeyPatch) -> None:
    sums = Sums()
    kept.kept("a model", "a stage", sums)
    monkeypatch.setattr(kept, "_program", lambda: b"changed")
    kept.kept("a model", "a stage", sums)
    assert sums.times == 2


def test_a_model_without_a_digest_keeps_nothing(folder: Path) -> None:
    kept.kept("", "a stage", Sums())
    assert not folder.exists()


@pytest.mark.parametrize("damage", ["a byte", "the end", "all", "a pickle"])
def test_what_is_damaged_is_worked_out_again_and_mended(folder: Path, damage: str) -> None:
    sums = Sums()
    sound = kept.kept("a model", "a stage", sums)
    (file,) = folder.iterdir()
    content = bytearray(file.read_bytes())
    place = content.index(sound["runs"].tobytes())
    content[place] ^= 1
    file.write_bytes(
        {
            "a byte": bytes(content),
            "the end": bytes(content[: len(content) // 2]),
            "all": b"",
            "a pickle": pickle.dumps(sound),
        }[damage]
    )
    for _ in range(2):
        found = kept.kept("a model", "a stage", sums)
        assert found["runs"].tobytes() == sound["runs"].tobytes()
    assert sums.times == 2


def test_where_nothing_can_be_written_it_is_worked_out(folder: Path) -> None:
    folder.write_text("no folder")
    sums = Sums()
    for _ in range(2):
        assert kept.kept("a model", "a stage", sums)["free"].size == 2
    assert sums.times == 2


def test_a_write_that_fails_leaves_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(np, "savez", full)
    kept.kept("a model", "a stage", Sums())
    assert [*folder.iterdir()] == []


def test_those_not_used_for_longest_make_room(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sums = Sums()
    for minute, stage in enumerate(("first", "second", "third")):
        before = {*folder.glob("*")}
        kept.kept("a model", stage, sums)
        (new,) = {*folder.glob("*")} - before
        os.utime(new, (minute * 60, minute * 60))
    kept.kept("a model", "first", sums)  # is read, and so the last that was used
    size = max(file.stat().st_size for file in folder.iterdir())
    left = folder / "killed.part"
    left.write_bytes(bytes(size))
    os.utime(left, (30, 30))
    monkeypatch.setattr(kept, "MOST_BYTES", 3 * size)
    kept.kept("a model", "fourth", sums)
    assert sums.times == 4
    for stage in ("first", "third", "fourth"):
        kept.kept("a model", stage, sums)
    assert sums.times == 4
    assert len([*folder.iterdir()]) == 3
    assert not left.exists()


def test_without_a_folder_named_it_is_the_users_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CAPTAINS_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", "/kept")
    assert kept.folder_of_tables() == Path("/kept/captains")
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", "/somebody")
    assert kept.folder_of_tables() == Path("/somebody/.cache/captains")


@pytest.mark.parametrize("innings", [FIRST, CHASE])
def test_tables_that_were_read_are_those_that_were_solved(innings: int) -> None:
    def tables() -> list[bytes]:
        begin_anew()
        solved = worth.worth_of(STAGE, MODEL, ALL_OUT, innings)
        values = [getattr(solved, name) for name in worth.Worth.__slots__]
        assert all(each.flags.c_contiguous for each in values)
        grids = (
            grid.grid_of(STAGE, MODEL, ALL_OUT, innings),
            grid.blurred_grid(STAGE, MODEL, innings),
        )
        places = [each.at(left, 3, 9.3) for each in grids for left in range(12)]
        return [np.array(places).tobytes(), *(each.tobytes() for each in values)]

    assert tables() == tables()


def test_a_second_process_solves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    states = [chase(5, legal_balls=ball, runs=ball, target=40, wickets=1) for ball in range(30)]

    def values() -> list[bytes]:
        begin_anew()
        value = new_uneven_value(5)
        return [np.asarray(value.after(state)).tobytes() for state in states]

    solved = values()
    monkeypatch.setattr(solving.Solved, "__init__", None)
    assert values() == solved
