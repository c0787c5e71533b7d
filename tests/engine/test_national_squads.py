"""The squads that ship: legal in every format, real, and as strong as the table says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from engine.captains import resolve
from engine.chance import BallModel
from engine.cricket.errors import BadSquad
from engine.cricket.formats import MAX_OVERS, format_of
from engine.cricket.players import Bowling, Game, Role, Squad
from engine.episode import play_episode
from engine.errors import BadYaml
from engine.setup import check_playable
from engine.spec import EpisodeSpec
from engine.squads import BUILT_IN, MAX_FILE_SKILL, NATIONAL, load_squad
from engine.squads.average import average_squad
from engine.squads.strength import shipped_strengths, solved
from tests.squads import content, squad_of

TOLERANCE = 0.005
WOMEN = [name for name in NATIONAL if name.endswith("-women")]
MEN = [name for name in NATIONAL if name not in WOMEN]


def test_ten_mens_sides_and_four_womens_ship() -> None:
    assert len(MEN) == 10
    assert len(WOMEN) == 4
    assert all((load_squad(name).game is Game.WOMEN) == (name in WOMEN) for name in NATIONAL)


@pytest.mark.parametrize("name", BUILT_IN)
@pytest.mark.parametrize("overs", [1, 5, 10, 12, 20, MAX_OVERS])
def test_a_squad_has_the_bowlers_for_every_format(name: str, overs: int) -> None:
    squad, fmt = load_squad(name), format_of(overs)
    quotas = fmt.quota * len(squad.bowlers) + fmt.bowlers_with_extra_over
    assert quotas >= overs + fmt.quota  # so that somebody else may always bowl the next over


@pytest.mark.parametrize("name", NATIONAL)
def test_a_side_has_eleven_and_four_substitutes_of_different_names(name: str) -> None:
    names = [p["name"] for key in ("players", "substitutes") for p in content(name)[key]]
    assert len(names) == len(set(names)) == 15
    assert sum(p.role is Role.KEEPER for p in load_squad(name).players) == 1


@pytest.mark.parametrize("name", NATIONAL)
def test_skills_are_within_what_a_file_may_promise_and_none_is_for_nobody(name: str) -> None:
    players = [p for key in ("players", "substitutes") for p in content(name)[key]]
    assert all(abs(v) <= MAX_FILE_SKILL for p in players for v in p["skill"].values())
    assert all(("economy" in p["skill"]) == (p["bowls"] != "none") for p in players)


def test_a_player_plays_for_one_side() -> None:
    for sides in (MEN, WOMEN):
        names = [
            p["name"] for n in sides for k in ("players", "substitutes") for p in content(n)[k]
        ]
        assert len(names) == len(set(names))


@pytest.mark.parametrize("name", NATIONAL)
def test_each_substitute_can_be_swapped_in(name: str) -> None:
    for squad in _with_substitutes(name):
        assert len(squad.players) == 11


def _with_substitutes(name: str) -> Iterator[Squad]:
    """The side with each substitute in turn, for the last who plays his part."""
    file = content(name)
    eleven = [p["name"] for p in file["players"]]
    for sub in file["substitutes"]:
        keeps = sub["role"] == "keeper"
        out = max(
            i
            for i, p in enumerate(file["players"])
            if (p["role"] == "keeper") == keeps
            and (sub["bowls"] != "none" or p["bowls"] == "none" or keeps)
        )
        named = [*eleven[:out], sub["name"], *eleven[out + 1 :]]
        yield squad_of({**file, "eleven": named})


def test_the_eleven_is_whom_the_file_names_in_its_order() -> None:
    file = content("india")
    names = [p["name"] for p in file["players"]]
    names[5] = file["substitutes"][0]["name"]
    squad = squad_of({**file, "eleven": names[::-1]})
    assert [p.name for p in squad.players] == names[::-1]


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "a stranger in the eleven": (
        {"eleven": ["A Stranger"] * 11},
        "eleven 'A Stranger': no such player; allowed: Sanju Samson, ",
    ),
    "ten in the eleven": (
        {"eleven": ["Rinku Singh"] * 10},
        "eleven: 10 given; allowed: at least 11",
    ),
    "twice in the eleven": (
        {"eleven": ["Rinku Singh"] * 11},
        "eleven 'Rinku Singh': the same name again; allowed: once",
    ),
    "a name and no player": (
        {"substitutes": ["A Stranger"]},
        "substitute 1: entry 'A Stranger': allowed: a mapping of keys to values",
    ),
    "a player without a hand": (
        {"substitutes": [{"name": "X", "role": "bowler", "bowls": "none"}]},
        "substitute 1 (X): bats: missing; allowed: right, left",
    ),
    "another game": ({"game": "mixed"}, "game 'mixed': input should be 'men' or 'women'"),
    "a bad substitute": (
        {"substitutes": [{"name": "X", "role": "umpire", "bats": "right", "bowls": "none"}]},
        "substitute 1 (X): role 'umpire': input should be 'batter', 'keeper'",
    ),
    "substitutes that are text": ({"substitutes": "none"}, "substitutes 'none'"),
    "an escape": ({"eleven": ["\x1b[2J"] * 11}, r"eleven '\x1b[2J': no such player"),
}


@pytest.mark.parametrize("fault", WRONG)
def test_a_wrong_squad_is_refused_with_what_is_allowed(fault: str) -> None:
    changes, message = WRONG[fault]
    with pytest.raises(BadYaml) as caught:
        squad_of({**content("india"), **changes})
    assert message in str(caught.value)
    assert all(line.isprintable() for line in caught.value.problems)


def test_men_do_not_play_women() -> None:
    with pytest.raises(BadSquad, match="women cannot play men"):
        check_playable(("india", "india-women"), 5)


@pytest.mark.parametrize("name", ["india", "australia-women"])
async def test_a_side_plays_its_own_game_to_the_end(name: str) -> None:
    other = "england" if name == "india" else "england-women"
    spec = EpisodeSpec(
        episode_id="e",
        seed=1,
        overs=5,
        home=resolve("heuristic"),
        away=resolve("baseline"),
        squads=(name, other),
    )
    assert (await play_episode(spec)).end_reason == "completed"


def test_the_table_of_strengths_is_what_the_model_says() -> None:
    """After a change of the ball model: `python -m engine.squads.strength`."""
    found = solved(BallModel.shipped())
    for name, strength in shipped_strengths().items():
        assert strength == pytest.approx(found[name], abs=TOLERANCE)
    assert set(found) == set(BUILT_IN)


def test_the_average_side_is_average_and_bowls_pace_and_spin() -> None:
    squad = average_squad()
    assert all(p.skill.scoring == p.skill.economy == 0.0 for p in squad.players)
    assert {p.bowls.is_spin for p in squad.players if p.bowls is not Bowling.NONE} == {True, False}
