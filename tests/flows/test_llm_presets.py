"""`llm_live` and `llm_cached` by name on the command line, with a stub for the model."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from flows.cli import main
from tests.llm.models import by_tool
from tests.llm.stub import Said, stub

SHORT = ("--overs", "1", "--json")


async def _answer(request: dict[str, Any]) -> Said:
    return by_tool(request)


class Table:
    """Plays matches by name; `told` is what the last one said."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.capsys = folder, capsys

    async def play(self, name: str, *more: str) -> tuple[int, Any]:
        arguments = ["play", name, "heuristic", *SHORT, "--runs", str(self.folder), *more]
        code = await asyncio.to_thread(main, arguments)
        return code, json.loads(self.capsys.readouterr().out)


@pytest.fixture
def table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Table:
    monkeypatch.setenv("CAPTAINS_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CAPTAINS_LLM_MODEL", "m")
    return Table(tmp_path, capsys)


async def test_what_was_asked_live_is_played_again_from_the_cache(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with stub(answering=_answer) as endpoint:
        monkeypatch.setenv("CAPTAINS_LLM_BASE_URL", endpoint.url)
        code, live = await table.play("llm_live")
        asked = len(endpoint.requests)
        again, cached = await table.play("llm_cached")
    assert (code, again) == (0, 0)
    assert (len(endpoint.requests), asked > 0) == (asked, True)
    assert cached["episode_id"] != live["episode_id"]
    assert (cached["innings"], cached["fallbacks"]) == (live["innings"], 0)


async def test_what_was_never_asked_is_void_and_says_why(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with stub(answering=_answer) as endpoint:
        monkeypatch.setenv("CAPTAINS_LLM_BASE_URL", endpoint.url)
        await table.play("llm_live")
        asked = len(endpoint.requests)
        code, told = await table.play("llm_cached", "--seed", "2")
    assert (code, told["end_reason"]) == (1, "transport")
    assert "no answer is kept for decision" in told["error"]
    assert "llm_live" in told["error"]
    assert len(endpoint.requests) == asked


async def test_without_the_environment_it_is_said_what_to_set(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CAPTAINS_LLM_BASE_URL", raising=False)
    code, told = await table.play("llm_live")
    assert code == 2
    assert "set CAPTAINS_LLM_BASE_URL in the environment" in told["error"]


@pytest.mark.parametrize("seat", ["--home", "--away"])
def test_a_simulation_takes_only_who_answers_at_once(
    seat: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CAPTAINS_LLM_MODEL", "m")
    monkeypatch.setenv("CAPTAINS_LLM_BASE_URL", "http://127.0.0.1:1/v1")
    arguments = ["simulate", "--matches", "1", "--out", str(tmp_path / "x"), seat, "llm_live"]
    assert main(arguments) == 2
    assert f"{seat} llm_live: he is waited for" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
