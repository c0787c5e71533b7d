"""What is exported is what was played, and others can read it."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
import pytest

from engine.captains import resolve
from engine.cricket.choices import Seat
from engine.record import ending_of, read_record
from engine.spec import EpisodeSpec
from flows.cli import main
from flows.exports import DecisionLine, write_cricsheet, write_decisions, write_tables
from flows.exports.cricsheet import cricsheet_of
from flows.exports.decisions import decisions_of
from flows.exports.tables import csv_of, match_row
from flows.ledger import RunFolder
from flows.past import NoRun, PastRun
from flows.play import Job, play_job
from flows.report import Material
from tests.flows.support import EPISODES_OF_SMALL, SMALL, played
from tests.tournaments.results import leg

GOLDEN = Path(__file__).parent / "golden"
T20 = SMALL.replace("overs: 1, pairs: 2", "overs: 20, pairs: 1, super_over: true")

# Reads a folder as Cricsheet's downloads and says what it has made of it. It is GPL, so it is run
# and not imported; its index goes into a folder of ours.
READER = """
import sys, warnings
warnings.simplefilter("ignore")
from cricketstats import cricketstats
folder, index = sys.argv[1:]
found = cricketstats.search(allteams=True)
found.stats(folder, (2000, 1, 1), (2100, 1, 1), ["T20"], matchindexfile=index)
columns = ["Games", "Won", "Runs", "Outs", "Balls Faced", "Balls Bowled"]
found.result[columns].to_json(f"{index}/found.json", orient="index")
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    return played(tmp_path_factory.mktemp("runs"))


@pytest.fixture(scope="module")
def long_one(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    return played(tmp_path_factory.mktemp("runs"), T20)


def match(folder: Path, **wanted: Any) -> Path:
    """The record of a match between captains of the same name, or of other settings."""
    defaults: dict[str, Any] = {"home": resolve("baseline"), "away": resolve("random"), "overs": 1}
    spec = EpisodeSpec(episode_id="e1", seed=4, max_super_overs=0, **{**defaults, **wanted})
    play_job(Job(folder=folder, episodes=(spec,), attempts=1))
    return folder / "records" / "e1.jsonl"


# --- Cricsheet ---------------------------------------------------------------------------------


def read_by_another(folder: RunFolder, tmp_path: Path) -> Mapping[str, Mapping[str, float]]:
    out, index = tmp_path / "json", tmp_path / "index"
    index.mkdir()
    write_cricsheet(folder, out, event="small")
    arguments = [sys.executable, "-W", "ignore", "-c", READER, str(out), str(index)]
    done = subprocess.run(arguments, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, dict[str, float]] = json.loads((index / "found.json").read_text())
    return found


def test_another_reader_finds_the_matches_that_were_played(
    long_one: RunFolder, tmp_path: Path
) -> None:
    run = PastRun.at(long_one.path)
    results = list(run.results().values())
    expected: dict[str, Counter[str]] = {name: Counter() for name in run.captains}
    for result in results:
        decided = abs(result.innings[0].runs - result.innings[1].runs) > 0
        for line in result.innings[:2]:
            own, other = (
                result.captain(Seat(line.batting)),
                result.captain(Seat(line.batting).other),
            )
            expected[own] += Counter(
                {"Runs": line.runs, "Outs": line.wickets, "Balls Faced": line.legal_balls}
            )
            expected[other] += Counter({"Balls Bowled": line.legal_balls})
            expected[own]["Games"] += 1
        if decided and result.winner is not None:
            expected[result.captain(result.winner)]["Won"] += 1
    found = read_by_another(long_one, tmp_path)
    assert found == {
        name: {key: tally[key] for key in found[name]} for name, tally in expected.items()
    }


def test_a_match_is_written_as_it_always_was(tmp_path: Path) -> None:
    told = cricsheet_of(match(tmp_path), event="golden")
    assert told is not None
    told["meta"]["created"], told["info"]["dates"], told["info"]["season"] = "day", ["day"], "year"
    golden = GOLDEN / "cricsheet.json"
    assert told == json.loads(golden.read_text(encoding="utf-8"))


def test_the_runs_of_the_deliveries_add_up(long_one: RunFolder) -> None:
    for path in long_one.records.glob("*.jsonl"):
        told, ended = cricsheet_of(path, event="x"), ending_of(path).data
        assert told is not None
        for innings, line in zip(told["innings"], ended.innings, strict=True):
            balls = [ball for over in innings["overs"] for ball in over["deliveries"]]
            assert sum(ball["runs"]["total"] for ball in balls) == line.runs
            extras = sum(sum(ball.get("extras", {}).values()) for ball in balls)
            assert extras == sum(ball["runs"]["extras"] for ball in balls)
            assert sum(len(ball.get("wickets", ())) for ball in balls) >= line.wickets


def test_two_captains_of_one_name_are_two_teams(tmp_path: Path) -> None:
    path = match(tmp_path, away=resolve("baseline"), squads=("india", "india"))
    told = cricsheet_of(path, event="x")
    assert told is not None
    assert told["info"]["teams"] == ["baseline (home)", "baseline (away)"]
    assert len(told["info"]["registry"]["people"]) == 22


@pytest.mark.parametrize(
    ("edit", "outcome"),
    [
        ({"winner": None, "innings": (7, 7)}, {"result": "tie"}),
        ({"winner": "away", "innings": (7, 7)}, {"result": "tie", "eliminator": "random"}),
        ({"winner": "home", "innings": (9, 7)}, {"winner": "baseline", "by": {"runs": 2}}),
        ({"winner": "away", "innings": (7, 8)}, {"winner": "random", "by": {"wickets": 8}}),
        ({"winner": "away", "end_reason": "forfeit"}, {"winner": "random", "method": "Awarded"}),
        ({"winner": None, "end_reason": "forfeit"}, {"result": "no result"}),
    ],
)
def test_an_outcome_is_told_in_their_words(
    tmp_path: Path, edit: dict[str, Any], outcome: dict[str, Any]
) -> None:
    path = match(tmp_path)
    *lines, last = path.read_bytes().splitlines()
    event = orjson.loads(last)
    first, second = edit.pop("innings", (9, 7))
    common = {"wickets": 2, "legal_balls": 6, "all_out": False}
    event["data"]["innings"] = [
        {"innings": 1, "batting": "home", "runs": first, **common},
        {"innings": 2, "batting": "away", "runs": second, **common},
    ]
    event["data"] |= edit
    path.write_bytes(b"\n".join([*lines, orjson.dumps(event)]) + b"\n")
    told = cricsheet_of(path, event="x")
    assert told is not None
    assert told["info"]["outcome"] == outcome


def test_a_match_that_began_in_the_middle_is_left_out(tmp_path: Path) -> None:
    text = SMALL.replace("overs: 1, pairs: 2", "overs: 20, pack: chase, pairs: 1")
    folder = played(tmp_path, text)
    written = write_cricsheet(folder, tmp_path / "out", event="x")
    assert written.files == ()
    assert len(written.left_out) == len(list(folder.records.glob("*.jsonl")))


# --- decisions ---------------------------------------------------------------------------------


def decided(folder: RunFolder, out: Path) -> list[DecisionLine]:
    (file,) = write_decisions(folder, out).files
    return [DecisionLine.model_validate_json(line) for line in file.read_bytes().splitlines()]


def test_every_decision_has_a_line(folder: RunFolder, tmp_path: Path) -> None:
    lines = decided(folder, tmp_path)
    records = [read_record(path) for path in sorted(folder.records.glob("*.jsonl"))]
    made = [e.data for events in records for e in events if e.type == "decision"]
    assert len(lines) == len(made)
    assert {line.episode_id for line in lines} == {
        path.stem for path in folder.records.glob("*.jsonl")
    }


def test_what_the_lines_cost_is_what_the_result_says(folder: RunFolder) -> None:
    for path in folder.records.glob("*.jsonl"):
        counts = ending_of(path).data.counts
        for seat in ("home", "away"):
            lines = [line.cost or 0.0 for line in decisions_of(path) if line.seat == seat]
            stated = sum(kind.total for kind in counts[seat].costs.values())
            assert sum(lines) == pytest.approx(stated, abs=1e-6)


def test_both_captains_of_a_ball_see_one_state_and_chances_that_add_up(folder: RunFolder) -> None:
    path = next(iter(folder.records.glob("*.jsonl")))
    balls: dict[tuple[int, str | None, int], list[DecisionLine]] = {}
    for line in decisions_of(path):
        if line.kind in ("delivery", "shot") and line.state is not None:
            balls.setdefault((line.innings, line.state.striker, line.state.balls), []).append(line)
    pairs = [lines for lines in balls.values() if len(lines) == 2]
    assert pairs
    for one, other in pairs:
        assert one.state is not None
        assert other.state is not None
        assert one.state.is_batting is not other.state.is_batting
        assert (one.win_probability or 0) + (other.win_probability or 0) == pytest.approx(1)


# --- tables ------------------------------------------------------------------------------------


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_tables_are_the_runs(folder: RunFolder, tmp_path: Path) -> None:
    found = Material.of(folder)
    standings = found.table.standings()
    write_tables(tmp_path, standings, found.results, found.pairs)
    assert [row["captain"] for row in read(tmp_path / "standings.csv")] == [
        row.captain for row in standings
    ]
    assert len(read(tmp_path / "matches.csv")) == EPISODES_OF_SMALL
    assert len(read(tmp_path / "pairs.csv")) == EPISODES_OF_SMALL // 2


@pytest.mark.parametrize("name", ["=1+1", "+x", "-x", "@x", "\tx"])
def test_no_name_is_a_formula(name: str) -> None:
    row = match_row(leg(name, "bob"))
    (read_back,) = csv.DictReader(csv_of([row]).splitlines())
    assert read_back["home"] == f"'{name}"


@pytest.mark.parametrize("name", ['a,"b"', "line\nfeed", "ünïcode"])
def test_every_other_name_is_read_back_as_it_was(name: str) -> None:
    (read_back,) = csv.DictReader(csv_of([{"captain": name}]).splitlines(keepends=True))
    assert read_back["captain"] == name


# --- the command -------------------------------------------------------------------------------


@pytest.mark.parametrize(("to", "files"), [("csv", 3), ("cricsheet", 12), ("decisions", 1)])
def test_the_command_writes_into_the_runs_folder(
    folder: RunFolder, capsys: pytest.CaptureFixture[str], to: str, files: int
) -> None:
    runs = folder.path.parent.parent
    assert main(["export", "small", "--to", to, "--runs", str(runs), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert Path(told["out"]) == folder.path / "export" / to
    assert (told["files"], told["matches"]) == (files, EPISODES_OF_SMALL)


def test_an_unknown_run_is_told_with_those_that_there_are(
    folder: RunFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", "smal", "--to", "csv", "--runs", str(folder.path.parent.parent)]) == 2
    assert "(small)" in capsys.readouterr().err


def test_single_matches_have_no_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    match(tmp_path / "play")
    assert main(["export", str(tmp_path / "play"), "--to", "csv"]) == 2
    assert "allowed: one with run.json" in capsys.readouterr().err
    with pytest.raises(NoRun):
        PastRun.at(tmp_path)
