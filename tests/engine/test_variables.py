"""The settings file: what goes before it, what it may say, and whom it is for."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.variables import BUS_TOKEN, HOME, LLM_MODEL, BadSettingsFile, take_from_file
from flows.cli import main
from flows.cli.terminal import Exit


def taken(folder: Path, text: str, **environ: str) -> dict[str, str]:
    """The environment once a file that says `text` has been read."""
    file = folder / "own.toml"
    file.write_text(text, encoding="utf-8")
    file.chmod(0o600)
    environ["CAPTAINS_SETTINGS"] = str(file)
    take_from_file(environ)
    return environ


def test_the_file_says_what_the_environment_does_not(tmp_path: Path) -> None:
    assert LLM_MODEL.read(taken(tmp_path, 'llm_model = "small"')) == "small"


def test_the_environment_goes_before_the_file(tmp_path: Path) -> None:
    environ = taken(tmp_path, 'llm_model = "small"', CAPTAINS_LLM_MODEL="large")
    assert LLM_MODEL.read(environ) == "large"


def test_a_variable_that_is_empty_is_as_good_as_not_set(tmp_path: Path) -> None:
    environ = taken(tmp_path, 'llm_model = "small"', CAPTAINS_LLM_MODEL="")
    assert LLM_MODEL.read(environ) == "small"


def test_a_path_is_meant_from_the_files_folder(tmp_path: Path) -> None:
    assert HOME.read(taken(tmp_path, 'home = "here"')) == str(tmp_path / "here")
    assert HOME.read(taken(tmp_path, 'home = "/there"')) == "/there"


def test_the_file_of_the_working_folder_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "captains.toml").write_text('llm_model = "small"')
    monkeypatch.chdir(tmp_path)
    environ: dict[str, str] = {}
    take_from_file(environ)
    assert environ == {"CAPTAINS_LLM_MODEL": "small"}


def test_without_a_file_nothing_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    environ: dict[str, str] = {}
    take_from_file(environ)
    assert environ == {}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('hone = "x"', "'hone': allowed: home, runs, cache, storage"),
        ("home = 3", "home: allowed: a text in quotes"),
        ('home = ""', "home: allowed: a text in quotes"),
        ("home", "own.toml: Expected '='"),
    ],
)
def test_a_file_that_is_wrong_is_refused_with_what_is_allowed(
    tmp_path: Path, text: str, why: str
) -> None:
    with pytest.raises(BadSettingsFile, match=why):
        taken(tmp_path, text)


def test_a_file_that_is_named_has_to_be_there(tmp_path: Path) -> None:
    with pytest.raises(BadSettingsFile, match="no such file"):
        take_from_file({"CAPTAINS_SETTINGS": str(tmp_path / "none.toml")})


def test_a_token_is_for_the_files_owner_alone(tmp_path: Path) -> None:
    assert BUS_TOKEN.read(taken(tmp_path, 'bus_token = "s"')) == "s"
    (tmp_path / "own.toml").chmod(0o640)
    with pytest.raises(BadSettingsFile, match="chmod 600"):
        take_from_file({"CAPTAINS_SETTINGS": str(tmp_path / "own.toml")})


def test_an_option_goes_before_the_environment_and_that_before_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CAPTAINS_RUNS", "")  # taken away again in the end
    (tmp_path / "captains.toml").write_text('runs = "of-the-file"')
    play = ("play", "baseline", "random", "--overs=1", "--json")
    assert main([*play, "--runs=of-the-option"]) == Exit.DONE
    assert main(play) == Exit.DONE  # the file's is in the environment from here on
    monkeypatch.setenv("CAPTAINS_RUNS", str(tmp_path / "of-the-environment"))
    assert main(play) == Exit.DONE
    assert {path.name for path in tmp_path.iterdir() if path.is_dir()} == {
        "of-the-option",
        "of-the-file",
        "of-the-environment",
    }


def test_a_bad_file_is_told_without_a_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "captains.toml").write_text('hone = "x"')
    assert main(["presets"]) == Exit.BAD_INPUT
    assert capsys.readouterr().err.startswith("captains.toml: 'hone': allowed: home,")
