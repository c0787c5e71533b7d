"""Matches from a CSV file, and what is said of a wrong one."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.exports.tables import csv_of, pair_row
from tests.tournaments.results import pair_with
from tournaments.games_csv import BadGames, read_games
from tournaments.pairs import Outcome

HEADING = "first,second,score,seed,home,toss,count\n"


def test_a_line_is_a_match(tmp_path: Path) -> None:
    file = tmp_path / "games.csv"
    file.write_text(f"{HEADING}ann,bob,0.5,7,bob,ann,\n")
    (game,) = read_games(file).games
    assert (game.first, game.second, game.score, game.cluster) == ("ann", "bob", 0.5, "7")
    assert (game.side, game.toss) == (-1, 1)


def test_a_count_is_so_many_matches_each_its_own_without_a_seed(tmp_path: Path) -> None:
    file = tmp_path / "games.csv"
    file.write_text("first,second,score,count,ground\nann,bob,1,3,Oval\nann,bob,0,2,\n")
    games = read_games(file).games
    assert len(games) == len({game.cluster for game in games}) == 5


def test_pairs_as_they_are_exported_are_read_either_way(tmp_path: Path) -> None:
    file = tmp_path / "pairs.csv"
    pairs = [
        pair_with(seed=n, adjusted=0.3 - n, outcomes=(Outcome.WIN, Outcome.DRAW)) for n in (1, 2)
    ]
    file.write_text(csv_of([pair_row(pair) for pair in pairs]))
    assert [game.score for game in read_games(file).games] == [0.75, 0.75]
    assert not read_games(file).are_adjusted
    assert [game.score for game in read_games(file, "adjusted").games] == [-0.7, -1.7]


def test_columns_that_are_not_read_may_have_one_name(tmp_path: Path) -> None:
    file = tmp_path / "games.csv"
    file.write_text("first,second,score,note,note\nann,bob,1,x,y\n")
    assert [game.score for game in read_games(file).games] == [1]


def test_a_score_less_luck_makes_them_adjusted(tmp_path: Path) -> None:
    file = tmp_path / "games.csv"
    file.write_text("first,second,score\nann,bob,1\nann,bob,-0.2\n")
    assert read_games(file).are_adjusted


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "1: no column first, second, score; needed"),
        ("first,second\na,b\n", "1: no column score; needed"),
        ("first,second,score,score\na,b,1,0\n", "1: column score again; allowed: once"),
        ("first,second,score\n", "1: no match"),
        (f"{HEADING}a,b,1,,,,\na,b,won,,,,\n", "3: score 'won': allowed: 1, 0.5, 0"),
        (f"{HEADING}a,b,inf,,,,\n", "2: score 'inf'"),
        (f"{HEADING}a,a,1,,,,\n", "2: first 'a', second 'a': allowed: two different"),
        (f"{HEADING}a,\x1b[2Jb,1,,,,\n", r"2: first 'a', second '\x1b[2Jb': allowed: names"),
        (f"{HEADING}a,b,1,,c,,\n", "2: home 'c': allowed: a, b or nothing"),
        (f"{HEADING}a,b,1,,,,-1\n", "2: count '-1': allowed: 0 to"),
        (f"{HEADING}a,b,1,,,,{'9' * 5_000}\n", "2: count '999"),
        (
            f"{HEADING}a,b,1,7,,,1000000\na,b,1,7,,,2\n",
            "3: 2 matches after 1,000,000: allowed: 1,000,000 in a file",
        ),
        (
            f"{HEADING}a,b,1e308,,,,\n",
            "2: score '1e308': allowed: 1, 0.5, 0, or less luck a number",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "games.csv"
    file.write_text(text)
    with pytest.raises(BadGames) as error:
        read_games(file)
    assert str(error.value).startswith(f"{file}:{said}")


def test_a_file_that_is_not_there_is_said_to_be(tmp_path: Path) -> None:
    with pytest.raises(BadGames, match=r"nope\.csv:1: cannot be read"):
        read_games(tmp_path / "nope.csv")
