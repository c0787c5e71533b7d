"""An opponent who has to be waited for: a language model by its preset's name, as anybody else."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from engine.environment import CricketEnvironment
from engine.errors import BadOptions, CaptainUnavailable
from engine.models import Models
from tests.doubles import FlatModel, RunsValue
from tests.llm.models import by_tool
from tests.llm.obtainers import lend
from tests.llm.stub import Said, fails, stub

MODELS = Models(ball=FlatModel(), value_for=lambda _: RunsValue())
OPTIONS = {"opponent": "llm_live", "max_overs": 1, "max_rethinks": 0}
NONSENSE = {"tool": "no_such_tool", "arguments": {}}  # so the baseline plays this seat


async def _answer(request: dict[str, Any]) -> Said:
    return by_tool(request)


@pytest.fixture
def environ(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setenv("CAPTAINS_LLM_MODEL", "m")
    monkeypatch.setenv("CAPTAINS_LLM_BASE_URL", "http://127.0.0.1:1/v1")
    monkeypatch.delenv("CAPTAINS_LLM_API_KEY_ENV", raising=False)
    return monkeypatch


async def _played_out(environment: CricketEnvironment) -> None:
    for _ in range(200):
        if environment.state.match_over:
            return
        await environment.step_async(NONSENSE)


async def test_a_match_is_played_against_a_language_model(environ: pytest.MonkeyPatch) -> None:
    async with stub(answering=_answer) as endpoint:
        environ.setenv("CAPTAINS_LLM_BASE_URL", endpoint.url)
        environment = CricketEnvironment(models=MODELS)
        await environment.reset_async(seed=3, options=OPTIONS)
        await _played_out(environment)
        assert environment.state.match_over
        assert environment.state.opponent == "llm_live"
        await environment.close()
    assert len(endpoint.requests) > 5


async def test_an_opponent_who_cannot_be_reached_is_asked_again(
    environ: pytest.MonkeyPatch,
) -> None:
    down = False

    async def answering(request: dict[str, Any]) -> Said:
        return fails(503) if down else by_tool(request)

    async with stub(answering=answering) as endpoint:
        environ.setenv("CAPTAINS_LLM_BASE_URL", endpoint.url)
        services = lend()
        environment = CricketEnvironment(models=MODELS, services=services)
        await environment.reset_async(seed=3, options=OPTIONS)
        down = True
        with pytest.raises(CaptainUnavailable):
            await _played_out(environment)
        steps, down = environment.state.step_count, False
        await environment.step_async(NONSENSE)
        assert environment.state.step_count == steps
        await _played_out(environment)
        assert environment.state.match_over
        await environment.close()
        await services.aclose()


@pytest.mark.usefixtures("environ")
def test_who_has_to_be_waited_for_is_not_played_by_anybody_else() -> None:
    environment = CricketEnvironment(models=MODELS)
    with pytest.raises(RuntimeError, match="has to be waited for"):
        environment.reset(seed=3, options=OPTIONS)
    asyncio.run(environment.reset_async(seed=3, options={"max_overs": 1}))
    environment.step(NONSENSE)  # the opponent is scripted: however it was begun


@pytest.mark.usefixtures("environ")
async def test_a_key_that_is_missing_is_told_at_once() -> None:
    options = {**OPTIONS, "opponent": {"name": "q", "preset": "llm_live", "api_key_env": "NO_KEY"}}
    with pytest.raises(BadOptions, match=r"opponent: captain .*: api_key_env: secret NO_KEY"):
        await CricketEnvironment(models=MODELS).reset_async(seed=3, options=options)


async def test_what_must_be_set_is_told_at_once(environ: pytest.MonkeyPatch) -> None:
    environ.delenv("CAPTAINS_LLM_BASE_URL")
    with pytest.raises(BadOptions, match=r"opponent: .*set CAPTAINS_LLM_BASE_URL"):
        await CricketEnvironment(models=MODELS).reset_async(seed=3, options=OPTIONS)


async def test_calls_that_are_made_together_are_taken_one_after_another(
    environ: pytest.MonkeyPatch,
) -> None:
    async with stub(answering=_answer) as endpoint:
        environ.setenv("CAPTAINS_LLM_BASE_URL", endpoint.url)
        environment = CricketEnvironment(models=MODELS)
        await environment.reset_async(seed=3, options=OPTIONS)
        for _ in range(40):
            await asyncio.gather(*(environment.step_async(NONSENSE) for _ in range(5)))
        assert environment.state.match_over
        assert endpoint.most_at_once == 1
        await environment.close()
