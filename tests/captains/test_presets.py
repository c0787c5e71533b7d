"""Captains by name: every preset resolves, every mistake is named with what is allowed."""

import pickle
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from engine.captains import (
    KINDS,
    PRESETS,
    CaptainSpec,
    Policy,
    build,
    check_name,
    read_presets,
    resolve,
)
from engine.captains.base import NAME_PATTERN
from engine.errors import BadPreset, UnknownPreset
from tests.hostile import MANY_DIGITS, nested


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_resolves_to_itself_and_builds(name: str) -> None:
    spec = resolve(name)
    assert spec.name == name
    assert isinstance(build(spec), Policy)


@pytest.mark.parametrize("name", PRESETS)
def test_resolving_twice_changes_nothing(name: str) -> None:
    once = resolve({"name": "mine", "preset": name})
    assert resolve(once) == once
    assert resolve(once.model_dump()) == once


def test_a_resolved_captain_has_every_setting_written_out() -> None:
    assert set(resolve("heuristic").params) == set(KINDS["heuristic"].settings.model_fields)


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(
        UnknownPreset,
        match=r"'heuristik' .did you mean 'heuristic'.*; known: .*baseline.*heuristic.*random",
    ):
        resolve("heuristik")


def test_a_preset_may_be_changed_and_renamed() -> None:
    bold = resolve({"name": "bold", "preset": "heuristic", "boldness": 0.1})
    assert (bold.name, bold.params["boldness"]) == ("bold", 0.1)


def test_all_wrong_settings_are_told_each_with_its_line(tmp_path: Path) -> None:
    (path := tmp_path / "p.yaml").write_text(
        "ada:\n  kind: heuristic\n  boldnes: 1\n  boldness: 9\n"
    )
    unknown = (
        "unknown setting 'boldnes' of kind heuristic (did you mean 'boldness'?); "
        "allowed: attack, boldness, chase, elect, match_ups, variety, wickets"
    )
    with pytest.raises(BadPreset) as caught:
        read_presets(path)
    assert str(caught.value).splitlines() == [
        f"{path}:4: captain 'ada': boldness 9: allowed: -0.5 to 0.5",
        f"{path}:3: captain 'ada': {unknown}",
    ]
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


LLM = {"name": "a", "kind": "llm", "model": "m", "base_url": "http://h"}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"name": "a", "kind": "oracle"}, "unknown kind 'oracle'; known: .*baseline"),
        ({"name": "a", "kind": "heuristic", "boldnes": 1}, "unknown setting 'boldnes'.*boldness"),
        ({"name": "a", "kind": "heuristic", "boldness": 9}, "boldness 9: allowed: -0.5 to 0.5"),
        ({"name": "a", "kind": "heuristic", "boldness": "0.1"}, "boldness '0.1'"),
        ({"name": "a", "kind": "random", "preset": "random"}, "either 'kind' or 'preset'"),
        ({"name": "a", "kind": "random", "on_failure": "cry"}, "allowed: fallback, forfeit"),
        ({"name": "a", "kind": "recorded"}, "either 'record' .* or 'decisions'"),
        ({"name": "a", "kind": "random", "params": [1]}, "'params' must be a mapping"),
        ({"kind": "random"}, "a captain's name is 1 to 40 letters"),
        ({"name": "a", "kind": "remote", "url": "ftp://h/"}, "url.*no such address; allowed: http"),
        (
            {
                "name": "a",
                "kind": "llm",
                "model": "m",
                "base_url": "http://h",
                "budget": {"eur": 1},
            },
            "unknown setting 'budget.eur' of kind llm; allowed: calls, tokens, usd, wall_s",
        ),
        ({**LLM, "budget": {"tokens": -1}}, "budget.tokens -1: allowed: from 1"),
        ({**LLM, "price": {"input": 1, "output": -1}}, "price.output -1: allowed: from 0"),
        ({**LLM, "deadline_s": 9_999}, "deadline_s 9999: allowed: above 0, at most 3600"),
        ({"name": "a", "kind": "remote", "url": "http://h:99999/"}, "url.*allowed: .* 1 to 65535"),
        ({"name": "a", "kind": "remote", "url": "http://:80/"}, "url.*no host; allowed: http"),
        (
            {"name": "a", "kind": "llm", "model": "m", "base_url": "http://h:0/v1"},
            "port 0; allowed",
        ),
        ({"name": "a", "kind": "llm", "model": "m", "base_url": "http://[::1/v1"}, "base_url"),
        ({**LLM, "extra_body": {"n": 8, "top_k": 1}}, "extra_body.* n: a part of every request"),
        ({**LLM, "extra_body": {"max_completion_tokens": 9}}, "extra_body.* max_completion_tokens"),
    ],
)
def test_a_captain_that_cannot_be_used_says_why(given: dict[str, object], message: str) -> None:
    with pytest.raises(BadPreset, match=message):
        resolve(given)


@given(st.text(max_size=60))
def test_a_name_is_accepted_by_both_doors_or_by_neither(name: str) -> None:
    if re.fullmatch(NAME_PATTERN, name):
        assert name.isascii()
        assert name.isprintable()
        assert check_name(name) == CaptainSpec(name=name, kind="random").name
        return
    with pytest.raises(ValidationError):
        CaptainSpec(name=name, kind="random")
    with pytest.raises(BadPreset) as caught:
        check_name(name)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("name", ["a\nb", "a\x1b[2J", "a\u202eb", "", " a", "a ", "x" * 41, ".."])
def test_a_name_that_could_do_harm_is_refused(name: str) -> None:
    with pytest.raises(BadPreset):
        check_name(name)


def test_users_presets_are_found_beside_the_shipped_ones(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("wild: {kind: heuristic, boldness: 0.4, on_failure: forfeit}\n")
    wild = resolve("wild", [file])
    assert (wild.params["boldness"], wild.on_failure) == (0.4, "forfeit")
    assert resolve("random", [file]) == PRESETS["random"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("wild: 3", "must be a mapping"),
        ("- wild", "must be a mapping"),
        ("wild: {kind: heuristic, name: x}", "the key is its name"),
        ("wild: {kind: heuristic\n", r"^\S*mine.yaml:2: "),
        ("wild: {preset: random}", "must be a mapping that begins with 'kind'"),
        ("a: {kind: random}\na: {kind: random}", "mine.yaml:2: `a` again .first on line 1"),
        ("a: &x {kind: random}\nb: *x", "an anchor or alias"),
        ("1: {kind: random}", "a key that is no word"),
        ("no: {kind: random}", "a key that is no word"),
        ("[" * 5000, "nested too deep"),
        ("a: " + "x" * 300_000, "too long; allowed: at most 256 KiB"),
        ('a: "\\UFFFFFFFF"', "an escape that is no character"),
    ],
)
def test_a_preset_file_that_cannot_be_used_says_why(
    tmp_path: Path, text: str, message: str
) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(text)
    with pytest.raises(BadPreset, match=message):
        read_presets(file)


TAGGED = [
    *("!!binary aGk=", "!!set {b}", "!!omap [b: 1]", "!!str 5", "!!bool 5", "!!timestamp x"),
    *("!!python/name:os.system", "! 5", "!mine 5"),
]


@pytest.mark.parametrize("value", TAGGED)
def test_a_tag_is_refused_whatever_it_says(tmp_path: Path, value: str) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(f"a: {value}\n")
    with pytest.raises(BadPreset, match=r"mine\.yaml:1: a YAML tag"):
        read_presets(file)


HOSTILE: list[dict[Any, Any]] = [
    {"name": MANY_DIGITS, "kind": "random"},
    {"name": "x", "kind": MANY_DIGITS},
    {"name": "x", "kind": "heuristic", "boldness": MANY_DIGITS},
    {"name": "x", "kind": "heuristic", "elect": nested()},
    {"name": "x", "kind": "random", MANY_DIGITS: 1, 2: 3, "params": {MANY_DIGITS: 1}},
    {"name": "x", "kind": "recorded", "decisions": nested()},
]


@pytest.mark.parametrize("given", HOSTILE, ids=range(len(HOSTILE)))
def test_settings_that_cannot_be_shown_are_refused_like_any_other(given: dict[Any, Any]) -> None:
    with pytest.raises(BadPreset) as caught:
        resolve(given)
    assert len(str(caught.value)) < 300


def test_a_missing_preset_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadPreset, match="No such file"):
        read_presets(tmp_path / "none.yaml")
