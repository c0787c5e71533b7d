"""Who is new in a tournament, and whose rating is not what earlier runs let expect."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows import catalogue
from flows.newcomers import newcomers
from flows.opening import open_run
from flows.order import Order
from flows.outside import outside
from tests.flows.support import SMALL, played
from tournaments import parse_tournament

FOUR = SMALL.replace("baseline]", "baseline, {name: ada, kind: heuristic}]")
LADDER = """\
name: ladder
match: {overs: 1, pairs: 24}
captains: [random, {name: ada, kind: KIND}]
spectate: {episodes: none}
"""


def new_in(text: str, runs: Path, occasion: str) -> list[str]:
    order = Order.of(parse_tournament(text, catalogue.known()), occasion)
    with open_run(order, runs) as run:
        return [one.name for one in newcomers(run)]


def test_nobody_is_new_in_a_tournament_that_is(tmp_path: Path) -> None:
    assert new_in(SMALL, tmp_path, "1") == []


def test_a_captain_is_new_at_the_first_start_of_the_first_run_that_has_him(tmp_path: Path) -> None:
    new_in(SMALL, tmp_path, "1")
    found = [new_in(FOUR, tmp_path, occasion) for occasion in ("2", "2", "3")]
    assert found == [["ada"], [], []]


def test_a_newcomer_is_told_as_the_file_has_him(tmp_path: Path) -> None:
    new_in(SMALL, tmp_path, "1")
    order = Order.of(parse_tournament(FOUR, catalogue.known()), "2")
    with open_run(order, tmp_path) as run:
        (ada,) = newcomers(run)
    assert ada.against == "random"
    assert isinstance(ada.entry, dict)
    assert (ada.entry["name"], ada.entry["kind"]) == ("ada", "heuristic")


def test_a_night_like_those_before_is_no_news(tmp_path: Path) -> None:
    text = LADDER.replace("KIND", "heuristic")
    nights = [played(tmp_path, text, occasion) for occasion in ("1", "2", "3")]
    assert outside(nights[-1]) == []


def test_a_captain_who_plays_otherwise_than_before_is_outside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a model does that its provider has changed behind its name."""
    for occasion in ("1", "2"):
        played(tmp_path, LADDER.replace("KIND", "heuristic"), occasion)
    tonight = played(tmp_path, LADDER.replace("KIND", "random"), "3")
    assert outside(tonight) == []  # the file says so, and those nights are not compared
    monkeypatch.setattr("flows.outside.alike", list)
    found = {one.captain: one for one in outside(tonight)}
    assert found["ada"].tonight < found["ada"].low
    assert found["ada"].nights == 2
