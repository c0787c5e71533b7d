"""A shard on a machine: who has the cores, and what is refused before a ball is bowled."""

from __future__ import annotations

import asyncio
from contextlib import nullcontext
from pathlib import Path

import pytest

from engine.version import project_version
from flows import catalogue
from flows.config import ShardConfig
from flows.fixtures import BadShard, order_of, whole_machine
from flows.parcels import ShardOrder, digest_of, packed
from flows.storage import Storage, storage
from tests.flows.support import episode
from tournaments import BadTournamentFile, parse_tournament

LEAGUE = """\
name: league
match: {{overs: 1, pairs: 1}}
captains: [random, {{name: m, kind: llm, model: m, base_url: "http://127.0.0.1:1", {more}}}]
execution: {{mode: {mode}}}
"""


def config_of(content: bytes) -> ShardConfig:
    return ShardConfig(title="a shard", shard="run/shard", order=digest_of(content))


@pytest.fixture
async def place(tmp_path: Path) -> Storage:
    return await storage(str(tmp_path))


def order(version: str) -> ShardOrder:
    return ShardOrder(
        version=version,
        episodes=(episode("e1"), episode("e2")),
        attempts=3,
        processes="auto",
        open_episodes=16,
        llm=8,
        shown=False,
        cards=True,
        reasoning="live",
    )


async def test_an_order_is_what_was_ordered(place: Storage) -> None:
    wanted = order(project_version())
    content = packed(wanted)
    await place.put("run/shard/order", content)
    assert await order_of(config_of(content), place) == wanted


async def test_an_order_that_somebody_else_has_written_is_refused(place: Storage) -> None:
    """Who may write to the storage orders nothing: no key is sent to an address of his."""
    wanted = order(project_version())
    await place.put("run/shard/order", packed(wanted.model_copy(update={"llm": 9})))
    with pytest.raises(BadShard, match="is not the one that was given"):
        await order_of(config_of(packed(wanted)), place)


async def test_an_order_that_is_not_there_names_the_storage(place: Storage) -> None:
    with pytest.raises(BadShard, match="must reach the same storage"):
        await order_of(config_of(b""), place)


async def test_an_order_of_another_version_is_refused(place: Storage) -> None:
    content = packed(order("0.0.9"))
    await place.put("run/shard/order", content)
    with pytest.raises(BadShard, match=r"captains 0\.0\.9"):
        await order_of(config_of(content), place)


@pytest.mark.parametrize(
    ("mode", "more", "is_refused"),
    [
        ("workers", "budget: {usd: 5}", True),
        ("workers", "episode_budget: {usd: 5}", False),
        ("workers", "budget: {}", False),
        ("local", "budget: {usd: 5}", False),
    ],
)
def test_a_budget_over_the_whole_run_is_refused_where_nobody_counts_it(
    mode: str, more: str, is_refused: bool
) -> None:
    text = LEAGUE.format(mode=mode, more=more)
    with pytest.raises(BadTournamentFile) if is_refused else nullcontext() as refused:
        parse_tournament(text, catalogue.known())
    if refused is not None:
        assert "the `budget` of 'm' is not kept by workers" in str(refused.value)


@pytest.mark.parametrize(("wanted", "at_once"), [(True, 1), (False, 3)])
async def test_shards_that_want_every_core_take_turns(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, wanted: bool, at_once: int
) -> None:
    monkeypatch.setattr("flows.fixtures.gettempdir", lambda: str(tmp_path))
    playing, most = 0, 0

    async def shard() -> None:
        nonlocal playing, most
        async with whole_machine(is_wanted=wanted):
            playing += 1
            most = max(most, playing)
            await asyncio.sleep(0)
            playing -= 1

    await asyncio.gather(shard(), shard(), shard())
    assert most == at_once
