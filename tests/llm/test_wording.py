"""The digest of what a model is told: every word of it counts, and nothing else does."""

from __future__ import annotations

import ast
import importlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

import pytest

from engine.captains import resolve
from engine.tool_captains import played_by
from engine.tool_captains.llm.loading import load_prompt
from engine.tool_captains.llm.specimen import specimen, wording_digest

SPECIMEN = "engine.tool_captains.llm.specimen"
_ENCODING = {"utf-8", "replace"}
# What no specimen says: a match of one over, a rate that is not known, a model that said nothing;
# and texts that are names of the code.
UNSAID = {
    "engine.prompt": {"1 over", "-"},
    "engine.tool_captains.llm.memory": {
        *("length", "line", "variation", "shot", "aggression"),
        *_ENCODING,
    },
    "engine.tool_captains.llm.conversation": {"(nothing)", "error", *_ENCODING},
}


@contextmanager
def with_source(module: ModuleType, tree: ast.Module) -> Iterator[None]:
    """`module` as if `tree` were what it says, also for the specimen that has imported from it."""
    kept, user = dict(vars(module)), vars(importlib.import_module(SPECIMEN))
    imported = {name: user[name] for name in user if user[name] is kept.get(name)}
    try:
        exec(compile(tree, module.__file__ or "", "exec"), vars(module))
        user.update({name: vars(module)[name] for name in imported})
        yield
    finally:
        vars(module).clear()
        vars(module).update(kept)
        user.update(imported)


def said(tree: ast.Module) -> list[ast.Constant]:
    """The texts in functions and constants that are no docstring."""
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
    docs = {
        node.body[0].value
        for node in ast.walk(tree)
        if isinstance(node, documented) and isinstance(node.body[0], ast.Expr)
    }
    texts = (n for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str))
    return [node for node in texts if node not in docs and str(node.value).strip()]


def is_changed(original: list[object]) -> bool:
    """Whether the specimen says something else; stops at the first difference."""
    try:
        parts = zip(specimen(), original, strict=True)
        return any(now != before for now, before in parts)
    except (KeyError, AttributeError, ValueError, TypeError):
        return True


@pytest.mark.parametrize("name", UNSAID)
def test_every_word_that_a_module_says_is_digested(name: str) -> None:
    module = importlib.import_module(name)
    tree = ast.parse(Path(module.__file__ or "").read_text(encoding="utf-8"))
    original: list[object] = list(specimen())
    unsaid = set()
    for text in said(tree):
        word, text.value = text.value, f"{text.value!s}~"
        with with_source(module, tree):
            if not is_changed(original):
                unsaid.add(word)
        text.value = word
    assert unsaid == UNSAID[name]


def test_a_word_changed_in_the_observation_changes_a_captains_digest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = load_prompt("captain", "ada").digest
    monkeypatch.setitem(vars(importlib.import_module("engine.prompt"))["_QUESTIONS"], "toss", "?")
    wording_digest.cache_clear()
    try:
        assert load_prompt("captain", "ada").digest != before
    finally:
        wording_digest.cache_clear()


def test_any_process_has_the_same_digest() -> None:
    program = "from engine.tool_captains.llm.specimen import wording_digest as d; print(d())"
    told = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONHASHSEED": "7"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.strip() == wording_digest()


def test_what_a_model_is_told_is_part_of_what_a_tournament_file_means() -> None:
    params = {"kind": "llm", "model": "m", "base_url": "http://h/v1"}
    assert played_by(resolve({"name": "a", **params})) == load_prompt("captain", "ada").digest
    assert played_by(resolve("heuristic")) is None
