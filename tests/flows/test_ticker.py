"""The lines of `captains play` while a captain is waited for."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from engine.events import DecisionEvent, DecisionMade, Spent
from engine.wire import Told
from flows.cli.ticker import Ticker


def decision(cost_usd: float | None) -> Told:
    made: dict[str, Any] = {
        "captain": "qwen",
        "innings": 1,
        "ball": "0.0",
        "kind": "toss",
        "choice": {"elect": "bat"},
        "source": "llm",
        "latency_ms": 700.0,
        "rethinks": 0,
        "spent": Spent(calls=1, tokens_in=10, cost_usd=cost_usd),
    }
    event = DecisionEvent.model_construct(data=DecisionMade.model_construct(**made))
    return cast(Told, SimpleNamespace(event=event))


@pytest.mark.parametrize(
    ("costs", "told"),
    [
        ([0.5], "10 tokens, 0.5000 USD so far"),
        ([None], "10 tokens, cost unknown so far"),
        ([0.5, None], "20 tokens, 0.5000 USD and the unknown cost of 1 calls so far"),
    ],
)
async def test_dollars_that_are_known_stay_known_beside_those_that_are_not(
    capsys: pytest.CaptureFixture[str], costs: list[float | None], told: str
) -> None:
    ticker = Ticker()
    for cost in costs:
        await ticker.on_event(decision(cost))
    assert (
        capsys.readouterr().err.splitlines()[-1].endswith(f"qwen, toss: bat (llm, 0.7 s); {told}")
    )
