"""Squad files: the built-in elevens take the field, and a mistake names file, line, player and
field.
"""

from pathlib import Path
from typing import Any

import pytest

from engine.cricket.errors import BadSquad
from engine.errors import BadYaml
from engine.squads import BUILT_IN, load_squad, squad_digest, team_sheet
from tests.squads import FILE, FOLDER, content, squad_of


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
    given = content("saltmarsh")
    given["players"][1] |= change
    with pytest.raises(BadYaml, match=message) as caught:
        squad_of(given)
    assert str(caught.value).isprintable()
    assert str(caught.value).startswith(f"{FILE}:")


def test_a_squad_has_eleven() -> None:
    given = content("saltmarsh")
    given["players"].pop()
    with pytest.raises(BadYaml, match=r"players: .*at least 11"):
        squad_of(given)


WRONG = {
    ("bowls: right_fast", "bowls: fast"): "11: player 6 (Kit Sandover): bowls 'fast': input should",
    ("scoring: 0.22", "socring: 0.22"): "6: player 1 (Jory Penhale): unknown key 'skill.socring'",
    ("Tamsin Okello", "Jory Penhale"): "8: two players have the same name: 'Jory Penhale'",
    ("Tamsin Okello", '" "'): "8: player 3 ( ): name ' ': allowed: 1 to 40 printable characters",
    ("name: Saltmarsh", 'name: "Salt\\e[2J"'): r"4: name 'Salt\x1b[2J': allowed: 1 to 40 printable",
    ("role: keeper", "role: batter"): "5: needs one wicket-keeper, has 0",
    ("players:", "plaeyrs:"): "5: unknown key 'plaeyrs'; allowed: name, game, players",
    ("bats: left", "bats: no"): "7: `no` is a text to some and false to others; allowed: false",
    ("name: Saltmarsh", "- name"): "5: not YAML: ",
}


@pytest.mark.parametrize("change", WRONG)
def test_a_mistake_in_a_file_is_told_with_its_line(change: tuple[str, str], tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    written = (FOLDER / "saltmarsh.yaml").read_text(encoding="utf-8")
    file.write_text(written.replace(*change, 1), encoding="utf-8")
    with pytest.raises(BadYaml) as caught:
        load_squad(file)
    assert str(caught.value).startswith(f"{file}:{WRONG[change]}")


def test_all_mistakes_in_a_file_are_told_each_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    bowls, scoring, *_ = WRONG
    written = (FOLDER / "saltmarsh.yaml").read_text(encoding="utf-8")
    file.write_text(written.replace(*bowls, 1).replace(*scoring, 1), encoding="utf-8")
    with pytest.raises(BadYaml) as caught:
        load_squad(file)
    first, second = str(caught.value).split("\n")
    assert first.startswith(f"{file}:{WRONG[scoring]}")
    assert second.startswith(f"{file}:{WRONG[bowls]}")


def test_all_that_names_get_wrong_between_them_is_told() -> None:
    given = content("saltmarsh")
    given["players"][1]["name"] = given["players"][0]["name"]
    with pytest.raises(BadYaml) as caught:
        squad_of({**given, "eleven": [*"abcdefghijk"]})
    told = [said.split(": ")[1] for said in caught.value.problems]
    assert told == [
        "two players have the same name",
        *(f"eleven {name!r}" for name in "abcdefghijk"),
    ]


def test_of_very_many_mistakes_the_first_are_told() -> None:
    given = content("saltmarsh")
    for player in given["players"]:
        player |= {f"key{number}": 1 for number in range(5)}
    with pytest.raises(BadYaml) as caught:
        squad_of(given)
    assert (len(caught.value.problems), caught.value.problems[-1]) == (51, "… and 5 more problems")


def test_who_is_swapped_out_of_a_copied_file_is_a_substitute(tmp_path: Path) -> None:
    shipped = team_sheet("india")
    names = [player.name for player in shipped.squad.players]
    out, names[5] = names[5], shipped.substitutes[0].name
    file = tmp_path / "mine.yaml"
    file.write_text(f"{shipped.path.read_text(encoding='utf-8')}\neleven: {names}\n")
    mine = team_sheet(file)
    assert [player.name for player in mine.squad.players] == names
    assert out in {player.name for player in mine.substitutes}


def test_the_digest_of_a_squad_changes_with_any_of_its_players() -> None:
    before, given = load_squad("saltmarsh"), content("saltmarsh")
    assert squad_digest(squad_of(given)) == squad_digest(before)
    given["players"][3]["skill"]["scoring"] = 0.01
    assert squad_digest(squad_of(given)) != squad_digest(before)
