"""What shards that are out count as, however they end: nothing is lost, and nothing counted twice.

Prefect's client is a scripted double, the storage a folder.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from prefect.client.schemas.objects import State
from prefect.states import Cancelled, Crashed, Failed, Running, Scheduled

from engine.tool_captains.budgets import Spending, Sums
from flows import handing_out, watching
from flows.deployments.wanted import LLM
from flows.desk import Desk, Out, close, granted, settle_accounts
from flows.fixtures import ORDER
from flows.handing_out import hand_out
from flows.journal import Grant, Journal, Shard
from flows.parcels import Parcel, digest_of, packed
from flows.patience import Patient
from flows.post import RECALLED
from flows.spending import Told
from tests.flows.desks import Server, carried, desk_of, place_in
from tests.flows.test_experience import episode

LLMS = """\
name: asked
match: {overs: 1, pairs: 4}
captains: [heuristic, {name: model, kind: llm, model: m, base_url: "http://127.0.0.1:9/v1"}]
limits: {calls: 100}
execution: {mode: workers, open_episodes: 2}
"""
SPENT = Told.of(Sums(run=Spending(calls=7)))
GRANT = Grant(most=Told.of(Sums(run=Spending(calls=100))), whole=True)


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def text() -> str:
    return LLMS


@pytest.fixture
async def desk(text: str, server: Server, tmp_path: Path) -> AsyncIterator[Desk]:
    async with desk_of(text, server, tmp_path) as desk:
        yield desk


async def given(desk: Desk) -> Shard:
    """A shard of captains who are asked, with what it may spend."""
    shard = desk.cutter.next(LLM)
    assert shard is not None
    found = await granted(desk, shard)
    assert found is not None
    return found


def cut_asked(desk: Desk) -> Shard:
    shard = desk.cutter.next(LLM)
    assert shard is not None
    desk.cutter.back(shard, shard.episodes, 0)
    return shard


def calls(desk: Desk) -> tuple[int, int]:
    """What is spent, and what with what may still be."""
    ledger = desk.run.budgets.ledger
    return ledger.sums().run.calls, ledger.sums(under_way=True).run.calls


@pytest.mark.parametrize("text", [LLMS.replace("calls: 100", "calls: 10000")])
async def test_a_shard_with_too_little_comes_home_with_what_it_did_not_spend(
    desk: Desk, server: Server
) -> None:
    shard = await given(desk)
    stopped = Parcel(lines=(), records={}, last=True, spent=SPENT, stopped="calls (7 of 7)")
    await desk.place.put(f"{shard.key}/0", packed(stopped))
    server.looks = [Running()]
    await carried(desk, shard)
    assert calls(desk) == (7, 7)
    again = desk.cutter.next(LLM)
    assert again is not None
    assert {spec.episode_id for spec in again.episodes} == {
        spec.episode_id for spec in shard.episodes
    }
    assert (again.tries, again.floor) == (0, shard.grant)


async def test_a_run_stops_where_all_that_is_left_was_too_little(
    desk: Desk, server: Server
) -> None:
    shard = cut_asked(desk)
    stopped = Parcel(lines=(), records={}, last=True, stopped="calls (0 of 100 spent)")
    await desk.place.put(f"{shard.key}/0", packed(stopped))
    server.looks = [Running()]
    await carried(desk, replace(shard, grant=GRANT))
    assert desk.run.stopped == "calls (0 of 100 spent)"


@pytest.mark.parametrize(
    ("begun", "state", "is_spent"),
    [(True, Crashed(), True), (False, Failed(), False), (True, Cancelled(), True)],
)
async def test_what_a_lost_shard_was_given_counts_as_spent_once_it_has_asked_somebody(
    desk: Desk, server: Server, begun: bool, state: State[Any], is_spent: bool
) -> None:
    shard = await given(desk)
    assert shard.grant is not None
    if begun:
        begins = Parcel(lines=(), records={}, last=False, spent=Told.of(Sums()))
        await desk.place.put(f"{shard.key}/0", packed(begins))
    server.looks, server.run_count = [state], 1
    await carried(desk, shard)
    assert calls(desk) == (shard.grant.most.run.calls * is_spent,) * 2


@pytest.mark.parametrize(("times", "is_spent"), [(0, False), (1, True)])
async def test_a_shard_that_crashed_has_spent_nothing_where_nobody_had_begun_it(
    desk: Desk, server: Server, times: int, is_spent: bool
) -> None:
    shard = await given(desk)
    assert shard.grant is not None
    server.looks, server.run_count = [Crashed()], times
    await carried(desk, shard)
    assert calls(desk) == (shard.grant.most.run.calls * is_spent,) * 2


async def test_a_deleted_shard_that_nobody_has_begun_has_spent_nothing(
    desk: Desk, server: Server
) -> None:
    shard = await given(desk)
    server.looks = [Scheduled(), None]
    await carried(desk, shard)
    assert calls(desk) == (0, 0)
    assert await desk.place.get(f"{shard.key}/{RECALLED}") is not None


async def test_a_deleted_shard_has_spent_what_it_tells_once_it_is_told_to_end(
    desk: Desk, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    shard = await given(desk)
    begins = Parcel(lines=(), records={}, last=False, spent=Told.of(Sums()))
    await desk.place.put(f"{shard.key}/0", packed(begins))
    ends = begins.model_copy(update={"spent": SPENT, "stopped": "cancelled"})
    monkeypatch.setattr(desk.place, "put", then(desk.place, f"{shard.key}/1", packed(ends)))
    server.looks = [Running(), None]
    await carried(desk, shard)
    assert calls(desk) == (7, 7)


async def test_a_deleted_shard_counts_as_spent_whose_worker_tells_nothing(
    desk: Desk, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handing_out, "LAST_WORD_S", 0.0)
    shard = await given(desk)
    assert shard.grant is not None
    begins = Parcel(lines=(), records={}, last=False, spent=Told.of(Sums()))
    await desk.place.put(f"{shard.key}/0", packed(begins))
    server.looks = [Running(), None]
    await carried(desk, shard)
    assert calls(desk) == (shard.grant.most.run.calls,) * 2


async def test_a_deleted_shard_of_which_all_is_home_is_not_told_to_end(
    desk: Desk, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    shard = await given(desk)
    all_of_it = Parcel(lines=(), records={}, last=True, spent=SPENT)
    await desk.place.put(f"{shard.key}/0", packed(all_of_it))
    told = list[str]()
    monkeypatch.setattr(desk.place, "put", noted(desk.place, told))
    server.looks = [None]
    await carried(desk, shard)
    assert f"{shard.key}/{RECALLED}" not in told
    assert calls(desk) == (7, 7)


def noted(place: Patient, keys: list[str]) -> Callable[[str, bytes], Awaitable[None]]:
    """`put`, which notes what is written."""
    put = place.put

    async def written(name: str, said: bytes) -> None:
        keys.append(name)
        await put(name, said)

    return written


def then(place: Patient, key: str, content: bytes) -> Callable[[str, bytes], Awaitable[None]]:
    """`put`, which a worker answers who is recalled."""
    put = place.put

    async def answered(name: str, said: bytes) -> None:
        await put(name, said)
        if name.endswith(RECALLED):
            await put(key, content)

    return answered


class Late(Patient):
    """Gives a parcel no sooner than the order."""

    is_there = False

    async def get(self, key: str) -> bytes | None:
        if key.endswith(ORDER):
            self.is_there = True
        return await super().get(key) if self.is_there else None


async def test_who_asked_somebody_is_known_once_the_storage_can_be_read(
    desk: Desk, tmp_path: Path
) -> None:
    shard = await given(desk)
    assert shard.grant is not None
    desk.place = Late(place_in(tmp_path), pytest.fail)
    begins = Parcel(lines=(), records={}, last=False, spent=Told.of(Sums()))
    await desk.place.put(f"{shard.key}/0", packed(begins))
    await desk.place.put(f"{shard.key}/{ORDER}", b"")
    await close(desk, Out(shard, {}, seen=watching.Seen(Failed(), has_begun=True)))
    assert calls(desk) == (shard.grant.most.run.calls,) * 2


async def test_the_order_of_a_shard_is_that_of_its_first_start(desk: Desk, server: Server) -> None:
    shard = await given(desk)
    await hand_out(desk, shard)
    [found] = Journal(desk.run.folder.path).out(desk.run.missing)
    for _ in range(5):
        desk.run.book.experience.add(episode(10))  # so that it would be another order now
    server.made.clear()  # Prefect has never heard of it
    await hand_out(desk, found)
    stored = await desk.place.get(f"{shard.key}/{ORDER}")
    assert stored is not None
    assert {config["order"] for config in server.configs} == {digest_of(stored)}


async def test_what_was_promised_to_a_shard_of_which_nothing_is_missing_is_settled(
    desk: Desk,
) -> None:
    shard = await given(desk)
    assert shard.grant is not None
    desk.journal.begins(shard)
    told = Parcel(lines=(), records={}, last=True, spent=SPENT)
    await desk.place.put(f"{shard.key}/0", packed(told))
    desk.run.missing.clear()
    await settle_accounts(desk)
    assert calls(desk) == (7, 7)


async def test_what_a_pilot_does_not_want_is_waited_for_and_not_handed_out_again(
    desk: Desk, server: Server
) -> None:
    desk.cutter.next(LLM)
    shard = desk.cutter.next(LLM)  # of the second pair
    assert shard is not None
    desk.journal.begins(replace(shard, grant=GRANT))
    desk.run.only_first(1)
    names = {spec.episode_id for spec in shard.episodes}
    assert names < desk.run.missing.keys()
    server.looks, server.run_count = [Crashed()], 1
    await carried(desk, replace(shard, grant=GRANT))
    handed_out = iter(lambda: desk.cutter.next(LLM), None)
    assert not [one for one in handed_out if one.episodes[0].episode_id in names]


async def test_a_run_stops_as_it_would_here_once_nothing_is_left(desk: Desk) -> None:
    desk.run.book.experience.add(episode(10))
    await desk.grants.settle(cut_asked(desk), Told.of(Sums(run=Spending(calls=100))))
    assert await granted(desk, cut_asked(desk)) is None
    assert str(desk.run.stopped).startswith("the run's budget leaves no room for another pair:")


async def test_the_next_start_knows_what_is_out(desk: Desk) -> None:
    shard = await given(desk)
    assert shard.grant is not None
    desk.journal.begins(shard)
    again = Journal(desk.run.folder.path)
    assert again.promised() == shard.grant.most.sums()
    assert [found.grant for found in again.out(desk.run.missing)] == [shard.grant]
