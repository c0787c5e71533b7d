"""`llm_live` and `llm_cached`: what the environment names is a captain like any other."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.captains import FROM_ENVIRONMENT, PRESETS, preset_names, resolve, scripted_presets
from engine.errors import BadPreset, UnknownPreset
from engine.options import read_options
from engine.spec import EpisodeSpec
from tests.tournaments.support import GOOD
from tournaments import BadTournamentFile, known_to_the_engine, parse_tournament, resolved

URL = "http://127.0.0.1:8080/v1"


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("BASE_URL", "MODEL", "API_KEY_ENV"):
        monkeypatch.delenv(f"CAPTAINS_LLM_{variable}", raising=False)


@pytest.fixture
def named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAPTAINS_LLM_BASE_URL", URL)
    monkeypatch.setenv("CAPTAINS_LLM_MODEL", "qwen3-8b")
    monkeypatch.setenv("CAPTAINS_LLM_API_KEY_ENV", "MY_KEY")


@pytest.mark.usefixtures("named")
@pytest.mark.parametrize("preset", FROM_ENVIRONMENT)
def test_the_environment_names_endpoint_and_model(preset: str) -> None:
    spec = resolve(preset)
    assert (spec.name, spec.kind) == (preset, "llm")
    assert (spec.params["base_url"], spec.params["model"]) == (URL, "qwen3-8b")
    assert resolve(spec) == spec


@pytest.mark.usefixtures("named")
def test_who_asks_nobody_names_no_key() -> None:
    assert (resolve("llm_live").params["mode"], resolve("llm_live").params["api_key_env"]) == (
        "live",
        "MY_KEY",
    )
    assert resolve("llm_cached").params["mode"] == "cached"
    assert "api_key_env" not in resolve("llm_cached").params


@pytest.mark.parametrize("preset", FROM_ENVIRONMENT)
def test_what_must_be_set_is_said(preset: str) -> None:
    with pytest.raises(BadPreset, match=r"set CAPTAINS_LLM_BASE_URL and CAPTAINS_LLM_MODEL"):
        resolve(preset)
    with pytest.raises(BadPreset, match=r"not known: its model; set CAPTAINS_LLM_MODEL in"):
        resolve({"name": preset, "base_url": URL})


@pytest.mark.usefixtures("named")
def test_what_the_file_says_goes_before_the_environment() -> None:
    spec = resolve({"name": "q", "preset": "llm_live", "model": "other", "cadence": "over"})
    assert (spec.params["model"], spec.params["base_url"]) == ("other", URL)
    assert spec.params["cadence"] == "over"


@pytest.mark.usefixtures("named")
def test_a_key_goes_to_no_other_endpoint_than_the_one_it_is_for() -> None:
    spec = resolve({"name": "q", "preset": "llm_live", "base_url": "https://elsewhere.example/v1"})
    assert "api_key_env" not in spec.params


def test_a_wrong_value_is_told_with_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAPTAINS_LLM_BASE_URL", "not-a-url")
    monkeypatch.setenv("CAPTAINS_LLM_MODEL", "m")
    with pytest.raises(BadPreset, match=r"base_url.*\(from CAPTAINS_LLM_BASE_URL\)"):
        resolve("llm_live")


def test_a_preset_of_ones_own_takes_its_place(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("llm_live: {kind: heuristic}\n")
    assert resolve("llm_live", [file]).kind == "heuristic"


@pytest.mark.usefixtures("named")
def test_a_tournament_names_them_as_captains() -> None:
    known = known_to_the_engine()
    spec = parse_tournament(GOOD.replace("cautious", "llm_live, llm_cached"), known)
    modes = [resolved(entry, known).params.get("mode") for entry in spec.captains[-2:]]
    assert modes == ["live", "cached"]


def test_a_tournament_says_in_which_line_the_environment_is_missed() -> None:
    with pytest.raises(BadTournamentFile, match=r":4: captain 'llm_live': .*CAPTAINS_LLM_MODEL"):
        parse_tournament(GOOD.replace("cautious", "llm_live"), known_to_the_engine())


@pytest.mark.usefixtures("named")
@pytest.mark.parametrize("name", preset_names())
def test_an_opponent_is_named_like_a_captain(name: str) -> None:
    if resolve(name).kind != "llm":  # an environment's other seat is played at once
        assert read_options({"opponent": name}).opponent_spec().params == resolve(name).params


@pytest.mark.parametrize("name", ["llm", "heuristik", "cricksheet", "llm-live"])
def test_an_unknown_opponent_is_never_somebody_else(name: str) -> None:
    with pytest.raises(UnknownPreset, match=r"did you mean|known: "):
        resolve(name)


def test_cricsheet_is_the_empirical_captain() -> None:
    same = PRESETS["empirical"].model_copy(update={"name": "cricsheet"})
    assert resolve("cricsheet") == same
    assert "cricsheet" not in scripted_presets()


@pytest.mark.usefixtures("named")
def test_a_match_is_the_same_whether_asked_or_remembered() -> None:
    def digest(home: str, seed: int = 1) -> str:
        spec = EpisodeSpec(
            episode_id=home, seed=seed, overs=1, home=resolve(home), away=resolve("random")
        )
        return spec.match_digest()

    assert digest("llm_live") == digest("llm_cached") != digest("llm_live", seed=2)
    assert digest("llm_live") != digest("heuristic")


@pytest.mark.usefixtures("named")
def test_a_match_is_the_same_however_long_the_opponent_may_take() -> None:
    def digest(deadline_s: float) -> str:
        url = "http://127.0.0.1:1/"
        program = resolve({"name": "p", "kind": "remote", "url": url, "deadline_s": deadline_s})
        model = resolve("llm_live")
        return EpisodeSpec(episode_id="e", seed=1, overs=1, home=model, away=program).match_digest()

    assert digest(1.0) == digest(2.0)
