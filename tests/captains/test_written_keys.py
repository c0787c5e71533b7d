"""A key that is written where it is named belongs nowhere: refused with its place, never quoted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.captains import read_presets, resolve
from engine.captains.written_keys import written_key
from engine.errors import BadPreset
from tests.tournaments.support import GOOD
from tournaments import BadTournamentFile, known_to_the_engine, parse_tournament

URL = "https://api.example/v1"
KEY = "sk-" + "a1B2" * 6
RANDOM = "q7Zk2m9Xw4Rt6Lp1Vc8Nb3"
SECRETS = (KEY, RANDOM, "hunter2")

# Where it stands, and what is written there.
WRITTEN: list[tuple[str, dict[str, Any]]] = [
    ("extra_body.api_key", {"extra_body": {"api_key": "hunter2"}}),
    ("extra_body.auth.password", {"extra_body": {"auth": {"password": "hunter2"}}}),
    ("extra_body.headers.0", {"extra_body": {"headers": [f"Bearer {RANDOM}"]}}),
    ("extra_body.note", {"extra_body": {"note": KEY}}),
    ("extra_body.note", {"extra_body": {"note": RANDOM}}),
    ("extra_headers.Authorization", {"extra_headers": {"Authorization": "hunter2"}}),
    ("extra_headers.X-Api-Key", {"extra_headers": {"X-Api-Key": "hunter2"}}),
    ("base_url: has a user or a password", {"base_url": "https://me:hunter2@api.example/v1"}),
    ("base_url: has a query", {"base_url": f"{URL}?key=hunter2"}),
    ("base_url", {"base_url": f"https://api.example/{KEY}/v1"}),
    ("base_url: has what looks", {"base_url": f"https://api.example/{RANDOM}/v1"}),
    ("api_key_env", {"api_key_env": "gsk_" + "a1B2" * 6}),
    ("api_key_env: looks like the key", {"api_key_env": RANDOM}),
    ("api_key_block", {"api_key_block": "sk-" + "a1b2" * 6}),
    ("api_key", {"api_key": "hunter2"}),
    ("token", {"token": "hunter2"}),
    ("model", {"model": KEY}),
]


@pytest.mark.parametrize(("place", "settings"), WRITTEN, ids=range(len(WRITTEN)))
def test_a_written_key_is_refused_with_its_setting_and_not_quoted(
    place: str, settings: dict[str, Any]
) -> None:
    with pytest.raises(BadPreset) as caught:
        resolve({"name": "x", "kind": "llm", "model": "m", "base_url": URL, **settings})
    told = str(caught.value)
    assert f"captain 'x': {place}" in told
    assert "api_key_env" in told.partition("allowed: ")[2]
    assert not any(secret in told for secret in (*SECRETS, "a1b2a1b2", "a1B2a1B2"))


@pytest.mark.parametrize(
    "settings", [{"url": f"{URL}/{KEY}"}, {"url": URL, "token_env": RANDOM}, {"token": "hunter2"}]
)
def test_a_program_is_held_to_the_same(settings: dict[str, Any]) -> None:
    with pytest.raises(BadPreset, match=r"allowed: .*in token_env") as caught:
        resolve({"name": "x", "kind": "remote", "url": URL, **settings})
    assert not any(secret in str(caught.value) for secret in SECRETS)


def test_what_is_malformed_where_keys_belong_is_not_quoted_either() -> None:
    for setting in ("api_key_env", "base_url"):
        with pytest.raises(BadPreset) as caught:
            resolve(
                {"name": "x", "kind": "llm", "model": "m", "base_url": URL, setting: "hun ter2"}
            )
        assert "hun ter2" not in str(caught.value)


INNOCENT: list[dict[str, Any]] = [
    {"model": "meta-llama/Llama-3.3-70B-Instruct-Turbo-Free"},
    {"model": "accounts/fireworks/models/llama-v3p1-405b-instruct"},
    {"model": "hf-qwen3-8b-instruct-q4"},
    {"model": "xai-grok-4-fast-reasoning"},
    {"model": "ft:gpt-4o-mini-2024-07-18:my-org::9aBcDeFg"},
    {"base_url": "https://gateway.example/v1/0123456789abcdef0123456789abcdef/gate/openai"},
    {"base_url": "https://x7f3k2j1h5g6d8a9q2w4.us-east-1.endpoints.example/v1"},
    {"base_url": "https://api.example/v2/vllm-k0g4c60zor9xuu/openai/v1"},
    {"api_key_env": "OPENAI_API_KEY"},
    {"api_key_env": "SK_TEAM_2026"},
    {"api_key_block": "team-key-2026"},
    {"extra_body": {"min_tokens": 5, "stop_token_ids": [1, 2], "tokenizer": "auto"}},
    {"extra_body": {"provider": {"order": ["DeepInfra"]}, "service_tier": "flex"}},
    {"extra_body": {"safety_identifier": "0123456789abcdef" * 4, "user": RANDOM}},
    {"extra_body": {"chat_template_kwargs": {"enable_thinking": False}}},
    {"extra_body": {"guided_regex": "[a-z]{1,20} Bearer of news"}},
]


@pytest.mark.parametrize("settings", INNOCENT, ids=range(len(INNOCENT)))
def test_what_is_no_key_is_taken(settings: dict[str, Any]) -> None:
    spec = resolve({"name": "x", "kind": "llm", "model": "m", "base_url": URL, **settings})
    assert spec.params.items() >= settings.items()


@given(
    st.recursive(st.text() | st.integers(), lambda s: st.lists(s) | st.dictionaries(st.text(), s))
)
def test_whatever_stands_there_it_only_says_yes_or_no(value: Any) -> None:
    found = written_key("llm", {"extra_body": value})
    assert found is None or found.at[0] == "extra_body"


def test_a_long_text_is_looked_through_in_one_go() -> None:
    assert written_key("llm", {"extra_body": {"note": "sk-" * 50_000}}) is None


MINE = """\
fine: {kind: heuristic}
qwen:
  kind: llm
  model: m
  base_url: "https://api.example/v1"
  WRONG
"""


@pytest.mark.parametrize(
    ("wrong", "line", "said"),
    [
        ("extra_body:\n    top_k: 3\n    api_key: hunter2", 8, "extra_body.api_key"),
        ("temperature: 9", 6, "temperature 9"),
        ("tempratur: 1", 6, "unknown setting 'tempratur'"),
        ("on_failure: cry", 6, "on_failure 'cry'"),
        ("params:\n    deadline_s: 0", 7, "deadline_s 0"),
        ("budget: {tokens: 0}", 6, "budget.tokens 0"),
        ("name: q", 6, "the key is its name; leave 'name' out"),
    ],
)
def test_a_wrong_setting_is_told_with_file_and_line(
    tmp_path: Path, wrong: str, line: int, said: str
) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(MINE.replace("WRONG", wrong))
    with pytest.raises(BadPreset) as caught:
        read_presets(file)
    assert f"mine.yaml:{line}: captain 'qwen': {said}" in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_an_unknown_kind_is_told_with_file_and_line(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("a: {kind: random}\nb:\n  on_failure: forfeit\n  kind: heuristc\n")
    with pytest.raises(BadPreset, match=r"mine\.yaml:4: captain 'b': .*did you mean 'heuristic'"):
        read_presets(file)


def test_a_tournament_file_tells_the_line_of_the_setting() -> None:
    entry = f"""
  - heuristic
  - name: q
    kind: llm
    model: m
    base_url: "{URL}"
    extra_body:
      secret: hunter2
"""
    with pytest.raises(BadTournamentFile, match=r":11: captain 'q': extra_body\.secret") as caught:
        parse_tournament(
            GOOD.replace(" [heuristic, random, cautious]", entry), known_to_the_engine()
        )
    assert "hunter2" not in str(caught.value)
