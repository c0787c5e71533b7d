"""Records may go; no result ever does."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterator
from errno import EDQUOT, ENOSPC
from itertools import count
from pathlib import Path
from pkgutil import resolve_name
from shutil import rmtree
from typing import Any

import pytest

from engine.events import EndReason
from flows import catalogue
from flows.cli import main
from flows.exports.written import left_out
from flows.gists import gists
from flows.ledger import RunFolder
from flows.opening import open_run
from flows.order import Order
from flows.planning import forecast
from flows.played import Tried, tried_in
from flows.pruning import DAY_S, Pruned, old_runs, prune
from flows.report import Material, build
from flows.saving import append_line, save
from tests.flows.support import EPISODES_OF_SMALL, SMALL, played
from tests.flows.test_ledger import result
from tournaments import parse_tournament
from tournaments.running import Keep


def records(folder: RunFolder) -> list[Path]:
    return sorted(folder.records.glob("*.jsonl"))


def pruned(folder: RunFolder) -> None:
    (told,) = prune([folder])
    assert told.records == EPISODES_OF_SMALL
    assert told.bytes > 0


def test_a_run_without_its_records_says_what_it_said_with_them(tmp_path: Path) -> None:
    folder = played(tmp_path)
    (folder.path / "gists.jsonl").unlink(missing_ok=True)  # as if it had none yet
    before = build(Material.of(folder)).model_dump()
    pruned(folder)
    assert records(folder) == []
    after = build(Material.of(folder)).model_dump()
    for told in (before, after):
        told.pop("reproduce")  # the engine's version is in the records
    assert after == before


def test_what_was_pruned_has_been_played(tmp_path: Path) -> None:
    folder = played(tmp_path)
    pruned(folder)
    order = Order.of(parse_tournament(SMALL, catalogue.known()), "1")
    with open_run(order, tmp_path) as run:
        assert run.resumed == EPISODES_OF_SMALL
        assert run.missing == {}
    assert forecast(order, tmp_path).left == 0


def test_a_record_whose_line_was_lost_is_told_before_it_goes(tmp_path: Path) -> None:
    folder = played(tmp_path)
    folder.ledger.unlink()
    pruned(folder)
    assert len([*folder.attempts()]) == EPISODES_OF_SMALL


def test_a_line_alone_is_still_no_result(tmp_path: Path) -> None:
    folder = played(tmp_path)
    lost = records(folder)[0]
    lost.unlink()
    (told,) = prune([folder])
    assert told.records == EPISODES_OF_SMALL - 1
    assert folder.played().sealed(lost.stem) is None


@pytest.fixture(params=[ENOSPC, EDQUOT])
def fill(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Callable[[], None]:
    """Let the disk take from here on only what others have given it room for."""

    def used() -> int:
        return sum(path.stat().st_size for path in tmp_path.rglob("*.*") if path.is_file())

    def filled() -> None:
        size = used()

        def full(write: Callable[[Path, bytes], None]) -> Callable[[Path, bytes], None]:
            def written(path: Path, content: bytes) -> None:
                if used() + len(content) > size:
                    raise OSError(request.param, os.strerror(request.param), str(path))
                write(path, content)

            return written

        monkeypatch.setattr("flows.ledger.save", full(save))
        monkeypatch.setattr("flows.ledger.append_line", full(append_line))
        monkeypatch.setattr("flows.gists.append_line", full(append_line))

    return filled


def test_a_disk_that_is_full_is_given_room(tmp_path: Path, fill: Callable[[], None]) -> None:
    folder = played(tmp_path)
    names = [path.stem for path in records(folder)]
    fill()
    pruned(folder)
    assert [*folder.records.iterdir()] == []
    assert sorted(folder.pruned()) == names
    assert len(folder.played().names) == EPISODES_OF_SMALL


def lose_lines(path: Path, kept: int) -> None:
    """Let a file have its first lines only, as where the disk was full from there on."""
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:kept]))


@pytest.mark.parametrize("lost", ["gists.jsonl", "episodes.jsonl"])
def test_what_a_full_disk_had_no_room_to_tell_is_told_in_the_room_of_what_it_had(
    tmp_path: Path, lost: str, fill: Callable[[], None]
) -> None:
    folder = played(tmp_path)
    names = {path.stem for path in records(folder)}
    lose_lines(folder.path / lost, 1)
    fill()
    pruned(folder)
    assert records(folder) == []
    assert {one.episode_id for one in folder.attempts()} == names
    assert {one.episode_id for one in gists(folder, names, from_records=False)} == names


def test_where_nothing_is_told_all_is_kept_until_another_run_gives_room(
    tmp_path: Path, fill: Callable[[], None]
) -> None:
    told, untold = [played(tmp_path, occasion=occasion) for occasion in ("1", "2")]
    kept = {path: path.read_bytes() for path in records(untold)}
    lose_lines(untold.path / "gists.jsonl", 0)
    fill()
    with pytest.raises(OSError, match="told here before its record may go") as failed:
        [*prune([untold])]
    assert failed.value.filename == str(untold.path / "gists.jsonl")
    assert {path: path.read_bytes() for path in records(untold)} == kept
    assert [one.run_dir for one in prune([untold, told])] == [str(told.path), str(untold.path)]
    assert records(untold) == records(told) == []


def test_void_records_go_from_a_full_disk_without_a_list(
    tmp_path: Path, fill: Callable[[], None]
) -> None:
    folder = played(tmp_path)
    pruned(folder)
    void = result("e9", 1, EndReason.TRANSPORT)
    folder.append(void)
    path = folder.record_of(void)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"{}")
    fill()
    (told,) = prune([folder])
    assert (told.records, path.exists()) == (1, False)


def kill_in(called: Callable[..., Any], number: int) -> Callable[..., Any]:
    """The same, in whose call of this number the process is killed."""
    calls = count(1)

    def killed(*arguments: Any) -> Any:
        if next(calls) == number:
            raise KeyboardInterrupt
        return called(*arguments)

    return killed


@pytest.mark.parametrize(
    ("at", "number"), [("os.truncate", 1), ("flows.ledger.save", 2), ("flows.pruning._delete", 2)]
)
def test_a_prune_of_a_full_disk_that_is_killed_is_finished_by_the_next(
    tmp_path: Path, at: str, number: int, fill: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = played(tmp_path)
    names = {path.stem for path in records(folder)}
    fill()
    with monkeypatch.context() as patch:
        patch.setattr(at, kill_in(resolve_name(at), number))
        with pytest.raises(KeyboardInterrupt):
            [*prune([folder])]
    assert folder.pruned()
    assert {path.removesuffix(".jsonl") for path in folder.played().names} == names
    for path in records(folder):
        assert main(["replay", str(path), "--json"]) == 0
    [*prune([folder])]
    assert [*folder.records.iterdir()] == []
    assert folder.pruned() == names


@pytest.mark.parametrize("to", ["cricsheet", "decisions"])
@pytest.mark.parametrize("why", ["its record was pruned", "there is no record of it"])
def test_an_export_says_what_it_has_not_got_any_more(
    tmp_path: Path, to: str, why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = played(tmp_path)
    if "pruned" in why:
        pruned(folder)
    else:
        rmtree(folder.records)
    assert main(["export", str(folder.path), "--to", to]) == 0
    heard = capsys.readouterr()
    assert heard.out.startswith("0 matches in ")
    assert heard.err.count(why) == 3
    assert f"left out: {EPISODES_OF_SMALL - 3} more" in heard.err


def test_a_match_that_ends_as_it_is_looked_for_is_not_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = played(tmp_path)
    record = records(folder)[0]
    record.rename(tmp_path / "open")

    def tried(ledger: Path) -> Iterator[Tried]:
        (tmp_path / "open").rename(record)
        return tried_in(ledger)

    monkeypatch.setattr("flows.ledger.tried_in", tried)
    assert left_out(folder) == ()


def test_a_dry_run_deletes_nothing(tmp_path: Path) -> None:
    folder = played(tmp_path)
    (told,) = prune([folder], dry=True)
    assert told.records == len(records(folder)) == EPISODES_OF_SMALL


def test_a_run_that_is_being_played_is_passed_over(tmp_path: Path) -> None:
    folder = played(tmp_path)
    with folder.held():
        assert [*prune([folder])] == []
    assert len(records(folder)) == EPISODES_OF_SMALL


def test_the_newest_runs_are_kept(tmp_path: Path) -> None:
    nights = [played(tmp_path, occasion=occasion) for occasion in ("1", "2", "3")]
    place = nights[0].path.parent
    assert [one.path for one in old_runs(place, Keep(occasions=2))] == [nights[0].path]
    assert old_runs(place, Keep()) == []
    late_s = nights[2].ledger.stat().st_mtime + 2 * DAY_S
    assert len(old_runs(place, Keep(days=1), now=lambda: late_s)) == 3
    assert old_runs(place, Keep(days=3), now=lambda: late_s) == []


def test_the_command_says_what_went(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    nights = [played(tmp_path, occasion=occasion) for occasion in ("1", "2")]
    runs = ["--runs", str(tmp_path)]
    assert main(["prune", "small", "--occasions", "1", "--json", *runs]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [one["run_dir"] for one in told["runs"]] == [str(nights[0].path)]
    assert len(records(nights[1])) == EPISODES_OF_SMALL
    assert main(["prune", "small", "--occasions", "1", *runs]) == 0
    assert "nothing to delete" in capsys.readouterr().out


def test_the_command_tells_a_run_once_that_a_full_disk_took_in_parts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    played(tmp_path)
    parts = (("a", 2), ("b", 12), ("a", 10))
    went = [Pruned(run_dir=name, records=number, bytes=number * 10) for name, number in parts]
    monkeypatch.setattr("flows.pruning.prune", lambda *_, **__: iter(went))
    assert main(["prune", "small", "--days", "1", "--json", "--runs", str(tmp_path)]) == 0
    told = json.loads(capsys.readouterr().out)["runs"]
    assert [(one["run_dir"], one["records"], one["bytes"]) for one in told] == [
        ("a", 12, 120),
        ("b", 12, 120),
    ]


@pytest.mark.parametrize("is_gone", [False, True])
@pytest.mark.parametrize("signalled", [signal.SIGINT, signal.SIGTERM])
def test_a_command_that_is_stopped_says_what_is_gone_and_that_it_was_stopped(
    tmp_path: Path,
    signalled: signal.Signals,
    is_gone: bool,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    nights = [played(tmp_path, occasion=occasion) for occasion in ("1", "2", "3")]
    sizes = {path: path.stat().st_size for night in nights for path in records(night)}
    calls, unlink = count(1), Path.unlink

    def stopped(path: Path, *, missing_ok: bool = False) -> None:
        is_now = path in sizes and next(calls) == EPISODES_OF_SMALL + 4
        if is_now and is_gone:
            unlink(path)
        if is_now:
            signal.raise_signal(signalled)
        unlink(path, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "unlink", stopped)
    assert main(["prune", "small", "--occasions", "1", "--json", "--runs", str(tmp_path)]) == 130
    told = json.loads(capsys.readouterr().out)
    gone = [path for path in sizes if not path.exists()]
    assert [one["records"] for one in told["runs"]] == [EPISODES_OF_SMALL, 3 + is_gone]
    assert sum(one["bytes"] for one in told["runs"]) == sum(sizes[path] for path in gone)
    assert (told["error"], told["exit_code"]) == ("interrupted", 130)


def test_a_command_whose_disk_fails_says_what_is_gone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told, untold = [played(tmp_path, occasion=occasion) for occasion in ("1", "2")]
    played(tmp_path, occasion="3")
    (untold.path / "gists.jsonl").unlink()
    (untold.path / "gists.jsonl").mkdir()  # nothing can be told there
    assert main(["prune", "small", "--occasions", "1", "--json", "--runs", str(tmp_path)]) == 1
    said = json.loads(capsys.readouterr().out)
    assert [one["run_dir"] for one in said["runs"]] == [str(told.path)]
    assert (said["exit_code"], "gists.jsonl" in said["error"]) == (1, True)


@pytest.mark.parametrize(
    "arguments", [["small"], ["small", "--days", "0"], ["nobody", "--days", "1"]]
)
def test_what_cannot_be_pruned_is_told(tmp_path: Path, arguments: list[str]) -> None:
    (tmp_path / "small" / "x").mkdir(parents=True)
    (tmp_path / "small" / "x" / "run.json").touch()
    assert main(["prune", *arguments, "--runs", str(tmp_path)]) == 2


@pytest.mark.parametrize(
    "command", ["report", "export --to csv", "compare heuristic random", "prune --occasions 1"]
)
def test_no_name_is_no_run(tmp_path: Path, command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = played(tmp_path)
    monkeypatch.chdir(folder.path.parent)  # where the empty name would mean one
    named, *others = command.split()
    assert main([named, "", *others, "--runs", str(folder.path.parent)]) == 2
    assert len(records(folder)) == EPISODES_OF_SMALL
