"""Solved tables on disk: the same to the bit, whole or not at all, never in the way."""

from __future__ import annotations

import os
import pickle
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.chance import grid, kept, solving, worth
from engine.chance.kept import Tables
from engine.chance.solving import CHASE, FIRST
from engine.chance.usual import Stage
from engine.cricket.formats import format_of
from engine.cricket.players import Game
from engine.cricket.state import ALL_OUT
from engine.eras import CURRENT_ERA
from tests.chance.contexts import MODEL, chase, new_uneven_value


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


@pytest.mark.parametrize("changed", ["engine.chance", "engine.cricket"])
def test_another_program_does_not_read_it(
    changed: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    sums = Sums()
    kept.kept("a model", "a stage", sums)
    write_new_version(changed, monkeypatch, tmp_path)
    monkeypatch.setattr(kept, "_RUNS", kept._program())
    kept.kept("a model", "a stage", sums)
    assert sums.times == 2


def test_a_process_whose_program_was_replaced_leaves_nothing_to_the_new_one(
    folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    write_new_version("engine.chance", monkeypatch, tmp_path)
    assert kept.kept("a model", "a stage", Sums())["free"].size == 2
    assert not folder.exists()


def test_a_program_without_sources_keeps_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(kept, "files", lambda _: tmp_path)
    assert not kept._program()
    monkeypatch.setattr(kept, "_RUNS", "")
    kept.kept("a model", "a stage", Sums())
    assert not folder.exists()


def write_new_version(package: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A copy of the package with one comment more, where its sources are looked for."""
    copy = tmp_path / package
    shutil.copytree(str(files(package)), copy)
    source = copy / "__init__.py"
    source.write_text(source.read_text(encoding="utf-8") + "# new\n", encoding="utf-8")
    monkeypatch.setattr(kept, "files", lambda name: copy if name == package else files(name))


def test_a_model_without_a_digest_keeps_nothing(folder: Path) -> None:
    kept.kept("", "a stage", Sums())
    assert not folder.exists()


@given(place=st.floats(0.0, 1.0, exclude_max=True), bit=st.integers(0, 7))
@settings(max_examples=40)
def test_a_bit_that_is_flipped_is_noticed(place: float, bit: int) -> None:
    def flipped(content: bytes) -> bytes:
        at = int(place * len(content))
        return content[:at] + bytes([content[at] ^ 1 << bit]) + content[at + 1 :]

    check_mended(flipped)


@pytest.mark.parametrize(
    "damage",
    [
        *(lambda content, left=left: content[:left] for left in (0, 10, 32, 33, -1)),
        lambda content: content + b"more",
        pickle.dumps,
    ],
)
def test_what_is_damaged_is_worked_out_again_and_mended(damage: Callable[[bytes], bytes]) -> None:
    check_mended(damage)


def check_mended(damage: Callable[[bytes], bytes]) -> None:
    sums = Sums()
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as folder:
        patch.setenv("CAPTAINS_CACHE", folder)
        sound = kept.kept("a model", "a stage", sums)
        (file,) = Path(folder).iterdir()
        file.write_bytes(damage(file.read_bytes()))
        for _ in range(2):
            found = kept.kept("a model", "a stage", sums)
            assert {name: each.tobytes() for name, each in found.items()} == {
                name: each.tobytes() for name, each in sound.items()
            }
    assert sums.times == 2


@pytest.mark.parametrize("put", [os.mkfifo, Path.mkdir])
def test_nobody_waits_for_what_is_no_file(folder: Path, put: Callable[[Path], None]) -> None:
    sums = Sums()
    kept.kept("a model", "a stage", sums)
    (file,) = folder.iterdir()
    file.unlink()
    put(file)
    assert kept.kept("a model", "a stage", sums)["free"].size == 2


def test_a_file_under_the_name_of_another_is_not_read(folder: Path) -> None:
    sums = Sums()
    kept.kept("a model", "a stage", sums)
    (other,) = folder.iterdir()
    kept.kept("a model", "another stage", sums)
    (file,) = {*folder.iterdir()} - {other}
    other.replace(file)
    kept.kept("a model", "another stage", sums)
    assert sums.times == 3


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
    left = folder / "captains-killed.part"
    for others in ("theirs.npz", "other.part", "notes.txt"):
        (folder / others).write_bytes(bytes(2 * size))
        os.utime(folder / others, (0, 0))
    left.write_bytes(bytes(size))
    os.utime(left, (30, 30))
    monkeypatch.setattr(kept, "MOST_BYTES", 3 * size)
    kept.kept("a model", "fourth", sums)
    assert sums.times == 4
    for stage in ("first", "third", "fourth"):
        kept.kept("a model", stage, sums)
    assert sums.times == 4
    assert len([*folder.iterdir()]) == 3 + 3
    assert not left.exists()


def test_without_a_folder_named_it_is_the_users_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CAPTAINS_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", "/kept")
    assert kept.folder_of_tables() == Path("/kept/captains")
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", "/somebody")
    assert kept.folder_of_tables() == Path("/somebody/.cache/captains")
    monkeypatch.setenv("XDG_CACHE_HOME", "not/absolute")
    assert kept.folder_of_tables() == Path("/somebody/.cache/captains")


def test_in_the_folder_of_nobody_nothing_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAPTAINS_CACHE", "~nobody-of-this-name/solved")
    sums = Sums()
    for _ in range(2):
        kept.kept("a model", "a stage", sums)
    assert sums.times == 2


@pytest.mark.parametrize(
    ("overs", "innings", "kind"),
    [(2, FIRST, np.float64), (2, CHASE, np.float64), (26, CHASE, np.float32)],
)
def test_tables_that_were_read_are_those_that_were_solved(
    overs: int, innings: int, kind: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = Stage(format=format_of(overs), era=CURRENT_ERA, game=Game.MEN)

    def tables() -> list[bytes]:
        begin_anew()
        values = worth.worth_of(stage, MODEL, ALL_OUT, innings)
        grids = (
            grid.grid_of(stage, MODEL, ALL_OUT, innings),
            grid.blurred_grid(stage, MODEL, innings),
        )
        assert all(each._flat.dtype == kind for each in grids)
        return [
            *(getattr(values, name).tobytes() for name in worth.Worth.__slots__),
            *(each._flat.tobytes() for each in grids),
            *(np.asarray(each._free_hits).tobytes() for each in grids),
        ]

    solved = tables()
    monkeypatch.setattr(solving.Solved, "__init__", None)
    assert tables() == solved


def test_a_second_process_solves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    states = [chase(5, legal_balls=ball, runs=ball, target=40, wickets=1) for ball in range(30)]

    def values() -> list[bytes]:
        begin_anew()
        value = new_uneven_value(5)
        return [
            np.asarray(value.after(replace(state, free_hit=free))).tobytes()
            for state in states
            for free in (False, True)
        ]

    solved = values()
    monkeypatch.setattr(solving.Solved, "__init__", None)
    assert values() == solved
