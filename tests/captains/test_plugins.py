"""Kinds that other distributions bring: found by metadata, loaded when wanted, never in the way."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine.captains import (
    KINDS,
    Policy,
    build,
    content_digest,
    kind_names,
    load,
    plugins,
    read_presets,
    resolve,
)
from engine.conformance import check_captain
from engine.cricket.formats import T5
from engine.errors import BadPreset, UnknownPreset
from flows.cli.doctor import check_kinds
from tests.tournaments.support import GOOD
from tournaments import BadTournamentFile, file_digest, known_to_the_engine, parse_tournament

SOUND = """
from pydantic import BaseModel
from engine.captains import Baseline, Kind

class Settings(BaseModel):
    model_config = {"extra": "forbid", "strict": True}
    nerve: float = 0.5

KIND = Kind(settings=Settings, make=lambda _: Baseline(), summary="calm")
"""

CRASHING = """
    def model_post_init(self, _):
        raise KeyError("no")
"""

Install = Callable[..., None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Puts a module and the metadata of its distribution where Python looks."""
    monkeypatch.syspath_prepend(str(tmp_path))
    before = set(sys.modules)

    def installed(
        source: str, *, kind: str = "calm", name: str = "captains-calm", version: str = "1.0"
    ) -> None:
        module = f"{name}_{version}".replace("-", "_").replace(".", "_")
        (tmp_path / f"{module}.py").write_text(source, encoding="utf-8")
        about = tmp_path / f"{name.replace('-', '_')}-{version}.dist-info"
        about.mkdir()
        (about / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\nSummary: a calm one\n"
        )
        (about / "entry_points.txt").write_text(f"[captains.policies]\n{kind} = {module}:KIND\n")
        _forget()

    yield installed
    monkeypatch.undo()
    for module in set(sys.modules) - before:
        del sys.modules[module]
    _forget()


def _forget() -> None:
    plugins.cache_clear()
    load.cache_clear()


def test_an_installed_kind_is_named_like_one_that_ships(install: Install) -> None:
    install(SOUND)
    assert isinstance(build(resolve("calm")), Policy)
    own = resolve({"name": "icy", "kind": "calm", "nerve": 0.9})
    assert (own.kind, own.params) == ("calm", {"nerve": 0.9})
    assert "calm" in kind_names()


def test_it_passes_the_conformance_suite_like_any_captain(install: Install) -> None:
    install(SOUND)
    checks = check_captain(lambda: build(resolve("calm")), formats=(T5,))
    assert [check for check in checks if not check.passed] == []


def test_it_is_found_without_being_loaded(install: Install) -> None:
    install("raise SystemExit('loaded')")
    assert [plugin.source for plugin in plugins()["calm"]] == ["captains-calm 1.0"]
    assert plugins()["calm"][0].summary == "a calm one"


def test_a_broken_one_breaks_nobody_else(install: Install) -> None:
    install("import no_such_module")
    assert isinstance(build(resolve("heuristic")), Policy)
    assert known_to_the_engine().resolve("random").kind == "random"


@pytest.mark.parametrize(
    ("source", "cause"),
    [
        ("import no_such_module", "ModuleNotFoundError: No module named 'no_such_module'"),
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("KINDS = 1", "AttributeError"),
        ("KIND = 7", "is a int; allowed: an engine.captains.Kind"),
        (SOUND.replace("lambda _: Baseline()", "None"), "makes nothing"),
        (SOUND.replace("settings=Settings", "settings=int"), "no pydantic model"),
        (SOUND.replace("lambda _: Baseline()", "lambda _: 7"), "a int, which has no `decide`"),
        (SOUND.replace("lambda _: Baseline()", "lambda _: 1 / 0"), "ZeroDivisionError"),
        (SOUND.replace("nerve: float = 0.5", CRASHING), "KeyError: 'no'"),
        (SOUND.replace("float = 0.5", "object = object()"), "cannot write its settings (Pydantic"),
    ],
)
def test_a_broken_one_is_told_with_its_distribution_entry_point_and_cause(
    install: Install, source: str, cause: str
) -> None:
    install(source)
    with pytest.raises(BadPreset) as caught:
        build(resolve({"name": "x", "kind": "calm"}))
    assert "captains-calm 1.0 (entry point calm = captains_calm_1_0:KIND)" in str(caught.value)
    assert cause in str(caught.value)


def test_a_broken_one_in_a_tournament_is_told_with_its_line(install: Install) -> None:
    install("import no_such_module")
    with pytest.raises(
        BadTournamentFile, match=r":4: captain 'calm': kind 'calm' of captains-calm"
    ):
        parse_tournament(GOOD.replace("cautious", "calm"), known_to_the_engine())


def test_its_version_is_part_of_what_it_means(install: Install) -> None:
    install(SOUND)
    first = content_digest(resolve("calm"))
    install(SOUND, name="captains-other", kind="other")
    assert first is not None
    assert first == content_digest(resolve("calm")) != content_digest(resolve("other"))


def test_another_version_is_another_captain(install: Install) -> None:
    install(SOUND, kind="one", version="1.0")
    install(SOUND, kind="two", version="2.0", name="captains-calm2")
    assert content_digest(resolve("one")) != content_digest(resolve("two"))


def test_its_limits_are_no_part_of_how_it_plays(install: Install) -> None:
    install(SOUND.replace('summary="calm"', 'summary="calm", limits=frozenset({"nerve"})'))

    def digest(nerve: float) -> str:
        calm = f"{{name: calm, kind: calm, nerve: {nerve}}}"
        known = known_to_the_engine()
        spec = parse_tournament(GOOD.replace("cautious", calm), known)
        return file_digest(spec, known, coefficients_digest="c", engine_version="1")

    assert digest(0.1) == digest(0.9)


def test_a_name_that_ships_is_never_taken_over(install: Install, tmp_path: Path) -> None:
    install(SOUND, kind="heuristic")
    assert type(build(resolve("heuristic"))).__module__ == "engine.captains.heuristic"
    message = r"'heuristic' is brought by captains itself and by captains-calm 1\.0 .entry point"
    with pytest.raises(BadPreset, match=message):
        resolve({"name": "x", "kind": "heuristic"})
    (tmp_path / "mine.yaml").write_text("x: {kind: heuristic}\n")
    with pytest.raises(BadPreset, match=message):
        read_presets(tmp_path / "mine.yaml")


def test_two_that_bring_the_same_name_are_both_named(install: Install) -> None:
    install(SOUND)
    install(SOUND, name="captains-cool")
    with pytest.raises(BadPreset, match=r"captains-calm 1\.0 .* and by captains-cool 1\.0"):
        resolve("calm")


def test_a_kind_that_is_not_installed_is_unknown() -> None:
    with pytest.raises(UnknownPreset):
        resolve("calm")
    assert set(kind_names()) == set(KINDS)


def test_the_doctor_loads_each_and_says_what_is_wrong(install: Install) -> None:
    install(SOUND)
    install("import no_such_module", kind="lost", name="captains-lost")
    install(SOUND, kind="random", name="captains-random")
    told = {finding.check: (finding.state, finding.said) for finding in check_kinds()}
    assert told["captains-calm 1.0"] == ("ok", "captains of kind calm: calm")
    assert told["captains-lost 1.0"][0] == told["captains-random 1.0"][0] == "wrong"
    assert "no_such_module" in told["captains-lost 1.0"][1]
    assert "captains itself" in told["captains-random 1.0"][1]
