"""What a chat completion is taken to say of its cost."""

from __future__ import annotations

import json
from math import inf, nan

import pytest

from engine.tool_captains.llm.completion import reply_in


def cost_in(told: object) -> float | None:
    message = {"role": "assistant", "content": "yes"}
    payload = {"choices": [{"message": message}], "usage": {"prompt_tokens": 1, "cost": told}}
    reply = reply_in(json.loads(json.dumps(payload)), str)
    assert reply is not None
    return reply.usage.cost_usd


@pytest.mark.parametrize("told", [0, 0.25, 1_000_000])
def test_a_cost_is_taken_as_it_is_told(told: float) -> None:
    assert cost_in(told) == told


@pytest.mark.parametrize("told", [-0.01, 1e308, 10**400, inf, nan, "0.25", True, None, [1]])
def test_what_no_call_costs_is_not_known(told: object) -> None:
    """Two of 1e308 would make a sum that no event can hold."""
    assert cost_in(told) is None
