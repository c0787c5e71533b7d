"""The example files load, and mean what their comments say."""

import pytest

from tournaments import FileDigest, known_to_the_engine, load_tournament, plan_tournament
from tournaments.brackets import bracket_names, bracket_path

EPISODES = {"demo": 120, "friday-night": 6 * 2 * 5 * 2, "gauntlet": 4 * 20 * 2}


def test_every_example_is_tested() -> None:
    assert set(bracket_names()) == set(EPISODES)


@pytest.mark.parametrize("name", EPISODES)
def test_an_example_is_as_long_as_it_says(name: str) -> None:
    spec = load_tournament(bracket_path(name), known_to_the_engine())
    assert spec.name == name
    assert plan_tournament(spec, FileDigest("0" * 64)).total_episodes == EPISODES[name]


def test_an_unknown_example_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        bracket_path("../demo")
