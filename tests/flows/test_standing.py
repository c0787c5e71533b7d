"""The bus of a `captains up`, as other commands of its home folder find it."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from flows.cli.up import END_S, LEAST_END_S, _End
from flows.play import BusAddress
from flows.stage import bus_at
from flows.standing import BUS, MOST_EARLIER, earlier_starts, keep_start, standing, standing_bus
from spectator import start_digest, start_token

UP = BusAddress(url="http://127.0.0.1:8765", token="secret")


@pytest.mark.parametrize("url", [None, UP.url, f"{UP.url}/", "http://localhost:8765"])
def test_it_is_found_while_it_is_up(tmp_path: Path, url: str | None) -> None:
    with standing(tmp_path, UP):
        assert standing_bus([tmp_path / "other", tmp_path], url) == UP
    assert standing_bus([tmp_path], url) is None


def test_it_is_not_taken_for_another_one(tmp_path: Path) -> None:
    with standing(tmp_path, UP):
        assert standing_bus([tmp_path], "http://127.0.0.1:8766") is None


def test_its_token_goes_before_that_of_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CAPTAINS_BUS_TOKEN", "of-another-bus")
    with standing(tmp_path, UP):
        assert bus_at(UP.url, [tmp_path]) == UP


def test_only_its_owner_reads_the_token(tmp_path: Path) -> None:
    (tmp_path / BUS).write_text("before")
    (tmp_path / BUS).chmod(0o666)
    with standing(tmp_path, UP):
        assert stat.S_IMODE((tmp_path / BUS).stat().st_mode) == 0o600


@pytest.mark.parametrize("left", ['{"url": "http://127.0.0.1:8765", "token": "secret"}', "{", ""])
def test_what_a_killed_one_left_names_no_bus(tmp_path: Path, left: str) -> None:
    (tmp_path / BUS).write_text(left)
    assert standing_bus([tmp_path]) is None


def test_the_tokens_of_the_latest_starts_are_known_and_not_kept(tmp_path: Path) -> None:
    assert earlier_starts(tmp_path) == frozenset()
    tokens = [f"token-{number}" for number in range(MOST_EARLIER + 3)]
    for token in (*tokens, tokens[-1]):
        keep_start(tmp_path, token)
    expected = {start_digest(start_token(token)) for token in tokens[3:]}
    assert earlier_starts(tmp_path) == expected
    (file,) = tmp_path.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert start_token(tokens[-1]) not in file.read_text()


def test_the_server_is_waited_for_as_long_as_a_ctrl_c_may_take() -> None:
    end = _End()
    assert end.left_s() == END_S
    end.begin()
    assert LEAST_END_S <= end.left_s() <= END_S
    end.since_s = 0.0 if end.since_s is None else end.since_s - 60
    assert end.left_s() == LEAST_END_S
