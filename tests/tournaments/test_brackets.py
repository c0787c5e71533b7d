"""The example files load, and mean what their comments say."""

import pytest

from tournaments import (
    BadTournamentFile,
    FileDigest,
    known_to_the_engine,
    load_tournament,
    plan_tournament,
)
from tournaments.brackets import bracket_names, bracket_path

EPISODES = {
    "demo": 120,
    "friday-night": 6 * 2 * 5 * 2,
    "gauntlet": 4 * 20 * 2,
    "language-models": 3 * 5 * 2,
}


def test_every_example_is_tested() -> None:
    assert set(bracket_names()) == set(EPISODES)


@pytest.mark.parametrize("name", EPISODES)
def test_an_example_is_as_long_as_it_says(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAPTAINS_LLM_BASE_URL", "http://127.0.0.1:8080/v1")
    spec = load_tournament(bracket_path(name), known_to_the_engine())
    assert spec.name == name
    assert plan_tournament(spec, FileDigest("0" * 64)).total_episodes == EPISODES[name]


def test_the_example_with_models_says_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CAPTAINS_LLM_BASE_URL", raising=False)
    with pytest.raises(BadTournamentFile, match="CAPTAINS_LLM_BASE_URL"):
        load_tournament(bracket_path("language-models"), known_to_the_engine())


def test_an_unknown_example_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        bracket_path("../demo")
