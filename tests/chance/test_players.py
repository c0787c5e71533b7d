"""Players' shrunk skills on made-up data, and the choice of a side."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from engine.chance.fitting.players import COLUMNS, main
from engine.cricket.players import Game
from engine.squads import parse_squad
from engine.squads.candidates import Candidate
from engine.squads.make import BOWLERS, REALLY_BOWLS, as_named, choose, yaml_of
from engine.yamlfile import parse
from tests.chance import synthetic


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = synthetic.write(tmp_path_factory.mktemp("data"), matches=24)
    known = "".join(f"{pid},x{pid},Player {pid}\n" for pid in range(100, 220))
    (folder / "players.csv").write_text(f"pid,registry_id,name\n{known}", encoding="utf-8")
    return folder


def table(data: Path, out: Path) -> list[dict[str, str]]:
    assert main([str(data), "--game", "women", "--out", str(out)]) == 0
    with out.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_everybody_has_a_row_and_whoever_does_not_bowl_no_bowling(
    data: Path, tmp_path: Path
) -> None:
    rows = table(data, tmp_path / "w.csv")
    assert tuple(rows[0]) == COLUMNS
    assert all(row["name"] == f"Player {row['pid']}" for row in rows)
    idle = [row for row in rows if row["balls_bowled"] == "0"]
    assert idle
    assert all(float(row["economy"]) == float(row["strike"]) == 0.0 for row in idle)


def test_equal_players_are_shrunk_to_about_nothing(data: Path, tmp_path: Path) -> None:
    """All made-up players are alike: what differs is chance, and mostly goes away."""
    rows = table(data, tmp_path / "w.csv")
    for skill in ("scoring", "survival", "economy", "strike"):
        assert np.std([float(row[skill]) for row in rows]) < 0.15


def test_a_missing_file_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path), "--out", str(tmp_path / "x.csv")]) == 2
    assert capsys.readouterr().err.splitlines()[0].startswith("players: ")


PEOPLE = {
    f"P{i}": {
        "name": f"Player {i}",
        "keeps": "yes" if i == 13 else "",
        "bats": "right",
        "bowls": "none" if i in (1, 2, 3, 4, 13) else "right_fast",
    }
    for i in range(1, 19)
}


def candidates(bowl_from: int) -> list[Candidate]:
    """Eighteen, each with less behind him than the one before; those from `bowl_from` on bowl."""
    return [
        Candidate(
            known_as=f"P{i}",
            weight=20.0 - i,
            matches=10,
            bowled=200 if i >= bowl_from else 0,
            places=[min(i, 11)],
        )
        for i in range(1, 19)
    ]


@pytest.mark.parametrize("bowl_from", [2, 5, 8, 10])
def test_a_side_has_a_keeper_and_six_who_bowl(bowl_from: int) -> None:
    side = choose(Game.MEN, "Us", candidates(bowl_from), PEOPLE)
    assert len(side.eleven) == 11
    assert len(side.substitutes) == 4
    assert "P13" in {c.known_as for c in side.eleven}
    assert sum(c.balls_a_match >= REALLY_BOWLS for c in side.eleven) >= BOWLERS


def test_the_side_bats_in_the_order_in_which_it_has_batted() -> None:
    side = choose(Game.MEN, "Us", candidates(5), PEOPLE)
    places = [c.place for c in side.eleven]
    assert places == sorted(places)


def test_a_file_that_is_written_is_a_squad_whose_unknown_players_have_no_skill() -> None:
    skills = {"P5": {"scoring": "0.9", "survival": "-0.1", "economy": "0.123", "strike": "0"}}
    side = choose(Game.MEN, "Us", candidates(5), PEOPLE)
    squad = parse_squad(parse(yaml_of(side, PEOPLE, skills)), "f.yaml")
    fifth = next(p for p in squad.players if p.name == "Player 5")
    assert (fifth.skill.scoring, fifth.skill.economy) == (0.6, 0.12)
    assert all(p.skill.scoring == 0.0 for p in squad.players if p is not fifth)


def test_a_side_that_is_named_keeps_the_order_of_its_names() -> None:
    side = as_named(Game.MEN, "Us", PEOPLE, {})
    assert [c.known_as for c in side.eleven] == list(PEOPLE)[:11]
