"""A match played again from what was answered: the same play, nobody asked, nothing paid."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from engine.tool_captains.llm.rungs import Rung
from engine.tool_captains.response_cache import SqliteCache
from tests.llm.models import (
    Respond,
    by_json,
    by_tool,
    counts,
    no_tools,
    play_at,
    refuses_tools,
    renames_the_limit,
)
from tests.llm.obtainers import lend
from tests.llm.stub import Said, stub


@pytest.mark.parametrize("learnt", [Rung.STRICT, Rung.SCHEMA, Rung.TEXT])
@pytest.mark.parametrize("respond", [by_tool, by_json, no_tools, refuses_tools, renames_the_limit])
async def test_what_a_run_has_learnt_since_changes_nothing(
    tmp_path: Path, respond: Respond, learnt: Rung
) -> None:
    async def answering(request: dict[str, Any]) -> Said:
        return respond(request)

    cache = SqliteCache(tmp_path / "answers.db")
    async with stub(answering=answering) as endpoint:
        first, again = lend(cache=cache), lend(cache=cache)
        live, _ = await play_at(endpoint.url, first)
        asked = len(endpoint.requests)
        again.rungs.worked(endpoint.url, "m", learnt)
        replayed, _ = await play_at(endpoint.url, again, mode="cached")
        assert len(endpoint.requests) == asked
        await first.endpoints.aclose()
        await again.endpoints.aclose()
    await cache.aclose()
    assert replayed.record_digest == live.record_digest
    assert counts(replayed).sources == {"cache": counts(replayed).decisions}
    assert counts(replayed).problems == counts(live).problems
    assert (counts(replayed).spent.calls, counts(replayed).spent.cost_usd) == (0, 0.0)
