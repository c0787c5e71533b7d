"""Whatever bytes an endpoint answers, the episode ends for a stated reason in a legal state."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.events import EndReason
from tests.llm.models import counts, play
from tests.llm.stub import Said, completion

JUNK: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)
KEYS = ["choices", "model", "usage", "id", "object"]


@st.composite
def broken(draw: st.DrawFn) -> bytes:
    """An answer with something in it replaced by anything."""
    answer: Any = completion()
    message = answer["choices"][0]["message"]
    place = draw(
        st.sampled_from([answer, answer["choices"][0], message, message["tool_calls"][0],
                         message["tool_calls"][0]["function"]])
    )  # fmt: skip
    place[draw(st.sampled_from(sorted(place)))] = draw(JUNK)
    return json.dumps(answer).encode()


bodies = st.binary(max_size=60) | JUNK.map(lambda junk: json.dumps(junk).encode()) | broken()


@given(st.lists(bodies, min_size=1, max_size=6), st.sampled_from([200, 200, 200, 400, 404, 500]))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_episode_ends_for_a_stated_reason(script: list[bytes], status: int) -> None:
    left = list(script)

    def respond(_: dict[str, Any]) -> Said:
        return Said(status=status, body=left.pop(0) if len(left) > 1 else left[0])

    result, _, _ = asyncio.run(play(respond, max_rethinks=1))
    seat = counts(result)
    stated = {EndReason.COMPLETED, EndReason.TRANSPORT, EndReason.BAD_SETTINGS}
    assert result.end_reason in stated, result.error
    assert (result.winner is None) or not result.end_reason.is_void
    assert seat.own + seat.fallbacks == seat.decisions
