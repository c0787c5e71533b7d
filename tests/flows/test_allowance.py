"""A shard that has less to spend than its matches take: it stops between pairs, and says so."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from prefect.client.orchestration import get_client

from engine.captains import resolve
from engine.captains.llm import Allowance
from engine.events import EndReason
from engine.spec import EpisodeSpec
from engine.tool_captains.budgets import Spending, Sums
from engine.variables import STORAGE
from engine.version import project_version
from flows.config import ShardConfig
from flows.deployments.setting_up import set_up
from flows.fixtures import ORDER, fixtures
from flows.parcels import Parcel, ShardOrder, digest_of, packed, unpacked
from flows.played import result_of_line
from flows.room import Wanted
from flows.spending import Told
from flows.storage import Storage, storage
from tests.flows.support import DEADLINE_S
from tests.llm.stub import Said, plays, says, stub

pytestmark = [
    pytest.mark.prefect,
    pytest.mark.usefixtures("on_server"),
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),  # Prefect's, at a test's end
]

LIMIT = 500  # calls of the run
OPEN = 4  # episodes at once


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(STORAGE.name, str(tmp_path / "there"))
    monkeypatch.setenv("CAPTAINS_HOME", str(tmp_path / "home"))


async def played(url: str, most: int, calls_a_pair: int, pairs: int = 40) -> list[Parcel]:
    """All that a shard sends home which may make so many calls."""
    there, config = await storage(), await _ordered(url, most, calls_a_pair, pairs)
    async with get_client() as client:
        await set_up(client)
    await fixtures(config)
    return await parcels_of(there)


async def parcels_of(there: Storage) -> list[Parcel]:
    parcels: list[Parcel] = []
    while (content := await there.get(f"run/shard/{len(parcels)}")) is not None:
        parcel = unpacked(content, Parcel)
        assert parcel is not None
        parcels.append(parcel)
    return parcels


async def _ordered(url: str, most: int, calls_a_pair: int, pairs: int) -> ShardConfig:
    model = resolve({"name": "model", "kind": "llm", "model": "m", "base_url": url})
    opponent = resolve("heuristic")
    order = ShardOrder(
        version=project_version(),
        episodes=tuple(
            EpisodeSpec(episode_id=f"e{n}", seed=n, overs=1, home=model, away=opponent)
            for n in range(2 * pairs)
        ),
        attempts=1,
        processes=1,
        open_episodes=OPEN,
        llm=4,
        shown=False,
        cards=False,
        reasoning="never",
        allowed=Allowance(calls=LIMIT),
        before=Told.of(Sums(run=Spending(calls=LIMIT - most))),
        wanted={f"e{2 * n}": Wanted(calls=calls_a_pair) for n in range(pairs)},
    )
    content = packed(order)
    await (await storage()).put(f"run/shard/{ORDER}", content)
    return ShardConfig(title="a shard", shard="run/shard", order=digest_of(content))


async def answers(request: dict[str, Any]) -> Said:
    return says(plays(request))


def voids(parcels: list[Parcel]) -> int:
    told = [result_of_line(line.encode()) for each in parcels for line in each.lines]
    return sum(one is not None and one.end_reason is EndReason.RUN_BUDGET for one in told)


async def test_a_shard_stops_between_pairs_and_tells_what_it_spent() -> None:
    async with stub(answering=answers) as endpoint:
        parcels = await played(endpoint.url, most=200, calls_a_pair=60)
        asked = len(endpoint.requests)
    last, spent = parcels[-1], parcels[-1].spent
    assert (last.last, last.lines, voids(parcels)) == (True, (), 0)
    assert "a pair takes up to" in str(last.stopped)
    assert spent is not None
    assert spent.run.calls == spent.captains["model"].calls == asked <= 200


async def test_what_void_attempts_took_is_told_too() -> None:
    async with stub(answering=answers) as endpoint:
        parcels = await played(endpoint.url, most=5, calls_a_pair=1)
        asked = len(endpoint.requests)
    assert voids(parcels) > 0
    assert "calls (500 of 500)" in str(parcels[-1].stopped)
    assert parcels[-1].spent is not None
    assert parcels[-1].spent.run.calls == asked == 5


async def test_a_shard_whose_last_pair_was_too_much_says_so() -> None:
    async with stub(answering=answers) as endpoint:
        parcels = await played(endpoint.url, most=5, calls_a_pair=1, pairs=1)
    assert voids(parcels) > 0
    assert parcels[-1].last
    assert "calls (500 of 500)" in str(parcels[-1].stopped)


async def test_a_shard_that_is_cancelled_tells_what_it_spent_by_then() -> None:
    asked, answered = asyncio.Event(), 0

    async def a_few(request: dict[str, Any]) -> Said | None:
        nonlocal answered
        if answered == 6:
            asked.set()
            await asyncio.Event().wait()
        answered += 1
        return says(plays(request))

    async with stub(answering=a_few) as endpoint:
        playing = asyncio.create_task(played(endpoint.url, most=200, calls_a_pair=60))
        async with asyncio.timeout(DEADLINE_S):
            await asked.wait()
            playing.cancel()
            await asyncio.gather(playing, return_exceptions=True)
    last = (await parcels_of(await storage()))[-1]
    assert (last.last, last.stopped) == (False, "cancelled")
    assert last.spent is not None
    assert 6 <= last.spent.run.calls <= 6 + OPEN
