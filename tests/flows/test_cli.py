"""The command line: answers, exit codes, and one clear line for whatever a user can cause."""

from __future__ import annotations

import io
import json
import signal
from pathlib import Path
from typing import Any

import pytest

from engine.seeds import MAX_SEED
from flows.cli import main
from flows.cli.app import app
from flows.cli.terminal import answer_json, say
from tests.flows.support import SMALL, tournament_file

COMMANDS = (
    *("demo", "run", "check", "play", "simulate", "fidelity", "replay", "presets", "doctor"),
    *("packs", "squads", "compliance", "token", "up", "compare"),
    *("stats", "stats elo", "stats sprt", "stats bt", "stats power"),
)


def answer(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> Any:
    """The JSON document of a command."""
    assert main([*arguments, "--json"]) == code
    return json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_has_an_example(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*command.split(), "--help"]) == 0
    assert f"Example: captains {command}" in " ".join(capsys.readouterr().out.split())


def test_every_command_is_there() -> None:
    assert {command.split()[0] for command in COMMANDS} <= set(app)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nope"], "nope"),
        (["play", "heuristic"], "AWAY"),
        (["play", "heuristic", "random", "--wat"], "--wat"),
        (["play", "heuristic", "nobody"], "unknown captain 'nobody'; known: "),
        (["play", "heuristic", "random", "--overs", "0"], "1 to 50"),
        (["play", "heuristic", "random", "--overs", "51"], "1 to 50"),
        (["play", "heuristic", "random", "--overs", "5", "--format", "T5"], "one of them"),
        (["play", "heuristic", "random", "--format", "T7"], "T20"),
        (["play", "heuristic", "random", "--seed", "-1"], "--seed"),
        (["play", "heuristic", "random", "--seed", "1.5"], 'convert "1.5" into'),
        (["play", "heuristic", "random", "--overs", "1.3"], 'convert "1.3" into'),
        (["play", "heuristic", "random", "--reasoning", "2.5"], 'convert "2.5" into'),
        (["stats", "elo", "--wdl", "1", "0", "1.4"], 'convert "1.4" into'),
        (["up", "--port", "inf."], 'convert "inf." into'),
        (["play", "heuristic", "random", "--squads", "x"], "or the paths of .yaml files"),
        (["fidelity", "--assumptions", "--format", "T20"], "leave out --format"),
        (["play", "heuristic", "random", "--era", "2013"], "2014 to 2027"),
        (
            ["play", "heuristic", "random", "--format", "ODI", "--squads", "drawn-women"],
            "women play 1 to 20 overs",
        ),
        (["play", "heuristic", "random", "--squads", "x,y"], "saltmarsh"),
        (
            ["play", "heuristic", "random", "--squads", "india,drawn"],
            "drawn stands for both sides; allowed: drawn",
        ),
        (["simulate", "--matches", "0", "--out", "x"], "1 to"),
        (["simulate", "--matches", "1", "--out", "x", "--processes", "0"], "1 to 256"),
        (["up", "--port", "65536"], "0 (a free one) to 65535"),
        (["replay", "nothing"], "no such record"),
        (["run", "nowhere.yaml"], "nowhere.yaml:1: "),
        (["check", "/dev/null"], "/dev/null:1: "),
        (["run", "demo", "--occasion", "../x"], "occasion"),
    ],
)
def test_wrong_input_is_one_clear_message(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    if arguments[0] in ("run", "replay"):
        arguments = [*arguments, "--runs", str(tmp_path)]
    assert main(arguments) == 2
    told = capsys.readouterr()
    assert said in told.err
    assert told.out == ""
    assert len(told.err.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (("overs: 1", "overs: 0"), 3),
        (("overs: 1", "overs: 51"), 3),
        (("pairs: 2", "pairs: -1"), 3),
        (("heuristic, random", "heuristic, heuristic"), 4),
        (("heuristic, random, baseline", "heuristic"), 4),
        (("random", "nobody"), 4),
        (("seed: 3", "sead: 3"), 2),
    ],
)
def test_a_wrong_file_is_told_with_its_line(
    change: tuple[str, str], line: int, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tournament_file(tmp_path, SMALL.replace(*change))
    assert main(["run", str(file), "--runs", str(tmp_path / "runs")]) == 2
    assert f"small.yaml:{line}: " in capsys.readouterr().err
    assert not (tmp_path / "runs").exists()


def test_an_interrupted_command_says_so(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(**_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("flows.cli.presets.list_presets", interrupted)
    assert answer(capsys, "presets", code=130) == {"error": "interrupted", "exit_code": 130}


def test_below_nohup_a_command_outlives_its_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    def hung_up(**_: object) -> int:
        signal.raise_signal(signal.SIGHUP)
        return 0

    monkeypatch.setattr("flows.cli.presets.list_presets", hung_up)
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        assert main(["presets"]) == 0
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_stdout_without_a_character_shows_its_escape(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(raw, encoding="ascii"))
    say("…")
    answer_json({"dots": "…"})
    first, *document = raw.getvalue().decode().splitlines()
    assert first == r"\u2026"
    assert json.loads("".join(document)) == {"dots": "…"}


def test_an_error_is_one_json_document_too(capsys: pytest.CaptureFixture[str]) -> None:
    told = answer(capsys, "check", "nowhere.yaml", code=2)
    assert told["exit_code"] == 2
    assert "nowhere.yaml:1" in told["error"]


def test_a_match_is_played_the_same_way_twice(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    arguments = ("play", "heuristic", "random", "--overs", "1", "--seed", "7")
    first, again = (answer(capsys, *arguments, "--runs", str(tmp_path)) for _ in range(2))
    assert first == again
    assert first["end_reason"] == "completed"
    assert {"episode_id", "winner", "innings", "turns", "deliveries", "fallbacks"} <= set(first)


@pytest.mark.parametrize("choice", [("--era", "2014"), ("--squads", "drawn-women")])
def test_another_season_or_game_is_another_match(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, choice: tuple[str, str]
) -> None:
    arguments = ("play", "baseline", "baseline", "--overs", "5", "--runs", str(tmp_path))
    usual, other = answer(capsys, *arguments), answer(capsys, *arguments, *choice)
    assert other["end_reason"] == "completed"
    assert other["record_digest"] != usual["record_digest"]


def test_a_match_is_shown_as_a_scorecard(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(["play", "heuristic", "random", "--overs", "1", "--runs", str(tmp_path)]) == 0
    told = capsys.readouterr()
    assert "Extras" in told.out
    assert "record: " in told.err


def test_a_record_replays_by_its_id_and_by_its_path(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    played = answer(capsys, "play", "random", "random", "--overs", "1", "--runs", str(tmp_path))
    for name in (played["episode_id"], played["record"]):
        replayed = answer(capsys, "replay", name, "--runs", str(tmp_path))
        assert replayed["identical"]
        assert replayed["record_digest"] == played["record_digest"]


def test_a_broken_record_is_said_to_be_one(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    record = tmp_path / "x.jsonl"
    record.write_text("{}\n", encoding="utf-8")
    assert main(["replay", str(record)]) == 1
    assert "x.jsonl" in capsys.readouterr().err


def test_check_says_what_will_be_played(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    told = answer(capsys, "check", str(tournament_file(tmp_path)))
    assert (told["episodes"], told["fixtures"], told["overs"]) == (12, 3, 1)


def test_the_presets_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    names = [preset["name"] for preset in answer(capsys, "presets")["presets"]]
    assert {"heuristic", "baseline", "random"} <= {*names}


def test_a_server_that_does_not_answer_is_named(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    code = main(["run", str(tournament_file(tmp_path)), "--runs", str(tmp_path / "runs")])
    assert code == 1
    assert "no Prefect server answers at http://127.0.0.1:9/api" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["play", "simulate", "fidelity", "compliance"])
def test_help_says_which_seeds_there_are(
    command: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    assert main([*command.split(), "--help"]) == 0
    assert f"0 to {MAX_SEED}" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize("command", ["status", "down", "up", "demo", "report demo"])
@pytest.mark.parametrize("below", ["", "runs"])
def test_runs_below_a_file_are_refused(
    command: str, below: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tournament_file(tmp_path)
    assert main([*command.split(), "--runs", str(file / below)]) == 2
    assert f"{file} is not a folder" in " ".join(capsys.readouterr().err.split())
