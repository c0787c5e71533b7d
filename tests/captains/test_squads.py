"""Squad files: the built-in elevens take the field, and a mistake names file, player and field."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from engine.cricket.errors import BadSquad
from engine.squads import BUILT_IN, load_squad, parse_squad, squad_digest

FOLDER = Path(__file__).parents[2] / "engine" / "squads"


def content(name: str = "saltmarsh") -> Any:
    return yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", BUILT_IN)
def test_a_built_in_squad_loads_by_name_and_by_path(name: str) -> None:
    assert load_squad(name) == load_squad(FOLDER / f"{name}.yaml")


def test_one_squad_is_of_hitters_and_the_other_of_anchors() -> None:
    hitters, anchors = (load_squad(name).players[:7] for name in ("saltmarsh", "redstone"))
    assert sum(p.skill.scoring for p in hitters) > sum(p.skill.scoring for p in anchors)
    assert sum(p.skill.survival for p in hitters) < sum(p.skill.survival for p in anchors)


def test_one_squad_is_of_pace_and_the_other_of_spin() -> None:
    spinners = {
        name: sum(p.bowls.is_spin for p in load_squad(name).players if p.bowls != "none")
        for name in BUILT_IN
    }
    assert spinners["redstone"] > spinners["saltmarsh"]


def test_an_unknown_squad_lists_the_known_ones() -> None:
    with pytest.raises(BadSquad, match=r"known: saltmarsh, redstone, .*, or the path"):
        load_squad("gotham")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"bowls": "spin"}, r"player 2 \(Anik Desaro\): bowls 'spin': .*'off_spin'"),
        ({"age": 31}, r"\(Anik Desaro\): unknown key 'age'; allowed: name, role, bats"),
        ({"skill": {"luck": 1}}, r"unknown key 'skill.luck'; allowed: scoring, survival"),
        ({"skill": {"scoring": 2}}, "skill.scoring 2: .*less than or equal to 0.6"),
        ({"skill": {"scoring": "0.1"}}, "skill.scoring '0.1': "),
        ({"name": "Jory Penhale"}, "two players have the same name"),
        ({"role": "batter"}, "needs one wicket-keeper, has 0"),
        ({"name": "a\x1b[2Jb"}, "1 to 40 printable characters"),
    ],
)
def test_a_squad_that_cannot_take_the_field_says_why(change: dict[str, Any], message: str) -> None:
    given = content()
    given["players"][1] |= change
    with pytest.raises(BadSquad, match=message) as caught:
        parse_squad(given, source="mine.yaml")
    assert str(caught.value).isprintable()
    assert "mine.yaml" in str(caught.value)


def test_a_squad_has_eleven() -> None:
    given = content()
    given["players"].pop()
    with pytest.raises(BadSquad, match=r"players: .*at least 11"):
        parse_squad(given, source="mine.yaml")


def test_the_digest_of_a_squad_changes_with_any_of_its_players() -> None:
    before, given = load_squad("saltmarsh"), content()
    assert squad_digest(parse_squad(given, source="mine.yaml")) == squad_digest(before)
    given["players"][3]["skill"]["scoring"] = 0.01
    assert squad_digest(parse_squad(given, source="mine.yaml")) != squad_digest(before)
