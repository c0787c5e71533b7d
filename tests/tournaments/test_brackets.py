"""The example files load, and mean what their comments say."""

import pytest

from tests.architecture.source import ROOT
from tournaments import (
    BadTournamentFile,
    FileDigest,
    known_to_the_engine,
    load_tournament,
    plan_tournament,
)
from tournaments.brackets import bracket_names, bracket_path
from tournaments.formats import KINDS

EPISODES = {  # at least, at most
    "decided": (6 * 10 * 2, 6 * 100 * 2),
    "demo": (120, 120),
    "friday-night": (6 * 2 * 5 * 2, 6 * 2 * 5 * 2),
    "gauntlet": (4 * 20 * 2, 4 * 20 * 2),
    "knockout": (6 * 3 * 2, 6 * 7 * 2),
    "ladder": (2 * 6 * 2, (4 + 5) * 6 * 2),
    "language-models": (3 * 5 * 2, 3 * 5 * 2),
    "premier-league": (10 * 3 * 2 + 4 * 5 * 2, 10 * 3 * 2 + 4 * 10 * 2),
    "semi-finals": (20 * 2 + 4 * 3 * 2, 20 * 2 + 4 * 6 * 2),
    "swiss": (4 * 4 * 6 * 2, 4 * 4 * 6 * 2),
    "world-cup": (12 * 3 * 2 + 4 * 3 * 2, 12 * 3 * 2 + 4 * 6 * 2),
}


@pytest.fixture(autouse=True)
def _endpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAPTAINS_LLM_BASE_URL", "http://127.0.0.1:8080/v1")


def test_every_example_is_tested() -> None:
    assert set(bracket_names()) == set(EPISODES)


def test_there_is_an_example_of_every_kind() -> None:
    specs = [load_tournament(bracket_path(name), known_to_the_engine()) for name in EPISODES]
    assert {spec.format.kind for spec in specs} == set(KINDS)


@pytest.mark.parametrize("name", EPISODES)
def test_an_example_is_as_long_as_it_says(name: str) -> None:
    spec = load_tournament(bracket_path(name), known_to_the_engine())
    plan = plan_tournament(spec, FileDigest("0" * 64))
    assert spec.name == name
    assert (plan.at_least, plan.at_most) == EPISODES[name]


@pytest.mark.parametrize("name", EPISODES)
def test_an_editor_is_told_the_schema_of_an_example(name: str) -> None:
    path = bracket_path(name)
    first = path.read_text(encoding="utf-8").splitlines()[0]
    told = first.removeprefix("# yaml-language-server: $schema=")
    assert (path.parent / told).resolve() == ROOT / "docs" / "schema" / "tournament.schema.json"


def test_the_example_with_models_says_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CAPTAINS_LLM_BASE_URL", raising=False)
    with pytest.raises(BadTournamentFile, match="CAPTAINS_LLM_BASE_URL"):
        load_tournament(bracket_path("language-models"), known_to_the_engine())


def test_an_unknown_example_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        bracket_path("../demo")
