"""Several nights of a tournament, rated together."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from flows import catalogue
from flows.cli import main
from flows.ledger import RunFolder
from flows.opening import open_run
from flows.order import Order
from flows.report import PAGE, Material, build
from tests.flows.support import SMALL, played
from tournaments import parse_tournament


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> list[RunFolder]:
    runs = tmp_path_factory.mktemp("runs")
    return [played(runs, occasion=night) for night in ("monday", "tuesday")]


def test_nights_are_rated_together(nights: list[RunFolder]) -> None:
    apart, together = [build(Material.of(night)) for night in nights], build(Material.of(*nights))
    assert together.occasions == ("monday", "tuesday")
    assert together.episodes.counted == sum(night.episodes.counted for night in apart)
    assert together.ratings.seeds == sum(night.ratings.seeds for night in apart)
    points = {row["captain"]: row["points"] for row in together.standings}
    for captain in together.captains:
        each = [row["points"] for n in apart for row in n.standings if row["captain"] == captain]
        assert points[captain] == sum(each)


def test_a_captain_who_came_later_is_among_them(tmp_path: Path) -> None:
    first = played(tmp_path, occasion="1")
    later = played(tmp_path, SMALL.replace("baseline]", "baseline, cautious]"), occasion="2")
    assert "cautious" in build(Material.of(first, later)).captains


def test_who_has_played_in_none_of_the_nights_stands_last(tmp_path: Path) -> None:
    first = played(tmp_path, occasion="1")
    text = SMALL.replace("baseline]", "baseline, cautious]")
    with open_run(Order.of(parse_tournament(text, catalogue.known()), "2"), tmp_path) as run:
        newcomer = Material.of(first, run.folder).table.standings()[-1]
    assert (newcomer.captain, newcomer.played) == ("cautious", 0)


def test_the_command_rates_all_nights(
    nights: list[RunFolder], capsys: pytest.CaptureFixture[str]
) -> None:
    runs = nights[0].path.parent.parent
    assert main(["report", "--pool", "small", "--runs", str(runs), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["occasions"] == ["monday", "tuesday"]
    assert told["page"] == str(runs / "small" / PAGE)


def test_of_an_occasion_the_latest_version_of_the_file_counts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    played(tmp_path)
    played(tmp_path, SMALL.replace("pairs: 2", "pairs: 3"))
    assert main(["report", "--pool", "small", "--runs", str(tmp_path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["episodes"]["counted"] == 18


def test_a_night_of_other_matches_is_left_out_and_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = played(tmp_path, SMALL.replace("overs: 1", "overs: 2"), occasion="1")
    tuned = SMALL.replace("random,", "{name: random, kind: heuristic},")
    changed = played(tmp_path, tuned, occasion="2")
    played(tmp_path, occasion="3")
    assert main(["report", "--pool", "small", "--runs", str(tmp_path), "--json"]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["occasions"] == ["3"]
    assert f"{other.path}: left out" in err
    assert f"{changed.path}: left out" in err


def test_there_is_nothing_to_pool_where_nothing_was_played(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", "--pool", "small", "--runs", str(tmp_path)]) == 2
    assert "no runs of that name" in capsys.readouterr().err
