"""What becomes of shards that are out: Prefect's client is a scripted double, the storage a folder,
and what workers play is played here.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar, cast
from uuid import UUID, uuid4

import httpx
import pytest
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.client.schemas.responses import DeploymentResponse
from prefect.filesystems import LocalFileSystem
from prefect.states import Cancelled, Completed, Crashed, Failed, Running

from engine.errors import BrokenRecord
from engine.result import EpisodeResult
from engine.tool_captains.budgets import Spending, Sums
from flows import catalogue, watching
from flows.deployments.wanted import CPU, LLM
from flows.desk import Desk, Out, close, granted, settle_accounts
from flows.fixtures import ORDER
from flows.grants import Grants
from flows.handing_out import MOST_TRIES, ShardLost, carry, hand_out
from flows.journal import Grant, Journal, Shard
from flows.opening import open_run
from flows.order import Order
from flows.parcels import Parcel, digest_of, packed
from flows.pool import ProcessPool
from flows.presumed import STUCK_S
from flows.run import Run
from flows.shards import Cutter
from flows.spending import Told
from flows.stage import Reporter, Stage
from flows.storage import Storage
from flows.views import Views
from tests.flows.support import SMALL
from tests.flows.test_experience import episode
from tournaments import parse_tournament

T = TypeVar("T")

DUEL = SMALL.replace("pairs: 2", "pairs: 40") + "execution: {mode: workers, processes: 1}\n"


@dataclass
class Server:
    """Prefect, where the flow runs that are out are, at each look, as `looks` says next; the last
    of it stays. None: they have been deleted.
    """

    looks: list[State[Any] | Exception | None] = field(default_factory=list)
    run_count: int = 0
    made: dict[str, UUID] = field(default_factory=dict)
    told: list[StateType] = field(default_factory=list)
    configs: list[dict[str, Any]] = field(default_factory=list)

    async def read_deployment_by_name(self, name: str) -> DeploymentResponse:
        return DeploymentResponse(id=uuid4(), name=name, flow_id=uuid4(), labels={})

    async def create_flow_run_from_deployment(
        self, _: UUID, *, idempotency_key: str, parameters: dict[str, Any], **__: object
    ) -> FlowRun:
        self.configs.append(parameters["config"])
        return self._run(self.made.setdefault(idempotency_key, uuid4()))

    async def read_flow_runs(self, **_: object) -> list[FlowRun]:
        now = self.looks.pop(0) if len(self.looks) > 1 else self.looks[0]
        if isinstance(now, Exception):
            raise now
        return [self._run(run_id, now) for run_id in self.made.values() if now is not None]

    async def read_flow_run(self, run_id: UUID) -> FlowRun:
        return self._run(run_id)

    async def set_flow_run_state(self, _: UUID, state: State[Any], **__: object) -> None:
        self.told.append(state.type)
        self.looks = [state]

    async def read_workers_for_work_pool(self, _: str) -> list[object]:
        return []

    def _run(self, run_id: UUID, state: State[Any] | None = None) -> FlowRun:
        return FlowRun(id=run_id, flow_id=uuid4(), state=state, run_count=self.run_count)


class Unseen:
    """Views that nobody looks at."""

    async def add(self, results: list[EpisodeResult]) -> None:
        pass


class Pool:
    """Works in this process."""

    async def run_again(self, work: Callable[..., T], *arguments: Any) -> T:
        return work(*arguments)


class Heard(Reporter):
    def __init__(self) -> None:
        self.troubles: list[str] = []

    def trouble(self, message: str) -> None:
        self.troubles.append(message)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "POLL_S", 0.001)


@pytest.fixture
def text() -> str:
    return DUEL


@pytest.fixture
def run(text: str, tmp_path: Path) -> Iterator[Run]:
    order = Order.of(parse_tournament(text, catalogue.known()), "1")
    with open_run(order, tmp_path / "runs") as run:
        yield run


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
async def desk(run: Run, server: Server, tmp_path: Path) -> AsyncIterator[Desk]:
    client = cast("PrefectClient", server)
    async with watching.watching(client) as watch:
        journal = Journal(run.folder.path)
        yield Desk(
            run=run,
            stage=Stage(reporter=Heard()),
            views=cast("Views", Unseen()),
            pool=cast("ProcessPool", Pool()),
            client=client,
            place=Storage("there", LocalFileSystem(basepath=str(tmp_path / "there"))),
            watch=watch,
            journal=journal,
            cutter=Cutter(run, journal, watch.workers),
            grants=Grants(run.budgets, run.room, run.order.allowance, run.captains.values()),
        )


def cut(desk: Desk) -> Shard:
    shard = desk.cutter.next(CPU)
    assert shard is not None
    return shard


def out_again(desk: Desk) -> list[str]:
    """The keys of what a later start finds out."""
    journal = Journal(desk.run.folder.path)
    return [shard.key for shard in journal.out(desk.run.missing)]


async def test_a_shard_whose_play_the_storage_has_not_is_cut_anew_by_the_next_start(
    desk: Desk, server: Server
) -> None:
    shard = cut(desk)
    desk.journal.begins(shard)
    server.looks = [Completed()]
    with pytest.raises(ShardLost, match="CAPTAINS_STORAGE"):
        await carry(desk, shard)
    assert out_again(desk) == []


async def test_a_shard_with_a_broken_parcel_is_cut_anew_by_the_next_start(
    desk: Desk, server: Server
) -> None:
    shard = cut(desk)
    broken = Parcel(lines=("torn",), records={}, last=True)
    await desk.place.put(f"{shard.key}/0", packed(broken))
    server.looks = [Completed()]
    with pytest.raises(BrokenRecord):
        await carry(desk, shard)
    assert out_again(desk) == []


async def test_what_was_cancelled_while_it_waited_for_a_worker_is_no_try(
    desk: Desk, server: Server
) -> None:
    for _ in range(MOST_TRIES + 1):
        shard = cut(desk)
        server.looks = [Cancelled()]
        await carry(desk, shard)
    assert len({*server.made}) == MOST_TRIES + 1
    assert cut(desk).episodes


async def test_what_was_cancelled_while_it_was_played_is_a_try(desk: Desk, server: Server) -> None:
    server.looks, server.run_count = [Cancelled()], 1
    for _ in range(MOST_TRIES - 1):
        await carry(desk, cut(desk))
    with pytest.raises(ShardLost, match="Cancelled"):
        await carry(desk, cut(desk))


async def test_a_shard_whose_flow_run_was_deleted_is_handed_out_again(
    desk: Desk, server: Server
) -> None:
    shard = cut(desk)
    server.looks = [Running(), None]
    await carry(desk, shard)
    again = cut(desk)
    assert (again.episodes[0].episode_id, again.tries) == (shard.episodes[0].episode_id, 1)


@pytest.mark.parametrize("stuck", [StateType.PENDING, StateType.CANCELLING])
async def test_a_worker_that_tells_nothing_more_is_given_up(
    desk: Desk, server: Server, stuck: StateType
) -> None:
    long_ago = datetime.now(UTC) - timedelta(seconds=STUCK_S + 1)
    server.looks = [State(type=stuck, timestamp=long_ago)]
    await carry(desk, cut(desk))
    assert server.told == [StateType.CRASHED]
    assert cut(desk).tries == 1


async def test_nobody_waits_for_a_watch_that_has_failed(desk: Desk, server: Server) -> None:
    server.looks = [ValueError("nobody understands the answer")]
    with pytest.raises(watching.WatchFailed, match="nobody understands"):
        await carry(desk, cut(desk))


async def test_prefect_may_be_away_for_a_while(desk: Desk, server: Server) -> None:
    server.looks = [httpx.ConnectError("away"), Running(), httpx.ConnectError("away"), Cancelled()]
    await carry(desk, cut(desk))
    assert server.looks == [server.looks[-1]]


class NeverSetUp:
    """A server without pools, as Prefect's client tells it."""

    async def read_workers_for_work_pool(self, pool: str) -> list[object]:
        request = httpx.Request("POST", f"http://127.0.0.1/api/work_pools/{pool}/workers/filter")
        answer = httpx.Response(httpx.codes.NOT_FOUND, request=request)
        raise httpx.HTTPStatusError("not found", request=request, response=answer)


async def test_a_pool_that_nobody_has_set_up_has_no_workers() -> None:
    watch = watching.Watch(cast("PrefectClient", NeverSetUp()))
    await watch.count()
    assert watch.workers(CPU) == 0


LLMS = """\
name: asked
match: {overs: 1, pairs: 4}
captains: [heuristic, {name: model, kind: llm, model: m, base_url: "http://127.0.0.1:9/v1"}]
limits: {calls: 100}
execution: {mode: workers}
"""
SPENT = Told.of(Sums(run=Spending(calls=7)))
GRANT = Grant(most=Told.of(Sums(run=Spending(calls=100))), whole=True)


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
    await carry(desk, shard)
    assert calls(desk) == (7, 7)
    again = desk.cutter.next(LLM)
    assert again is not None
    assert (len(again.episodes), again.tries, again.floor) == (2, 0, shard.grant)


@pytest.mark.parametrize("text", [LLMS])
async def test_a_run_stops_where_all_that_is_left_was_too_little(
    desk: Desk, server: Server
) -> None:
    shard = cut_asked(desk)
    stopped = Parcel(lines=(), records={}, last=True, stopped="calls (0 of 100 spent)")
    await desk.place.put(f"{shard.key}/0", packed(stopped))
    server.looks = [Running()]
    await carry(desk, replace(shard, grant=GRANT))
    assert desk.run.stopped == "calls (0 of 100 spent)"


@pytest.mark.parametrize("text", [LLMS])
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
    await carry(desk, shard)
    assert calls(desk) == (shard.grant.most.run.calls * is_spent,) * 2


@pytest.mark.parametrize("text", [LLMS])
@pytest.mark.parametrize(("times", "is_spent"), [(0, False), (1, True)])
async def test_a_shard_that_crashed_has_spent_nothing_where_nobody_had_begun_it(
    desk: Desk, server: Server, times: int, is_spent: bool
) -> None:
    shard = await given(desk)
    assert shard.grant is not None
    server.looks, server.run_count = [Crashed()], times
    await carry(desk, shard)
    assert calls(desk) == (shard.grant.most.run.calls * is_spent,) * 2


class Late(Storage):
    """Gives a parcel no sooner than the order."""

    is_there = False

    async def get(self, key: str) -> bytes | None:
        if key.endswith(ORDER):
            self.is_there = True
        return await super().get(key) if self.is_there else None


@pytest.mark.parametrize("text", [LLMS])
async def test_who_asked_somebody_is_known_once_the_storage_can_be_read(
    desk: Desk, tmp_path: Path
) -> None:
    shard = await given(desk)
    assert shard.grant is not None
    desk.place = Late("there", LocalFileSystem(basepath=str(tmp_path / "there")))
    begins = Parcel(lines=(), records={}, last=False, spent=Told.of(Sums()))
    await desk.place.put(f"{shard.key}/0", packed(begins))
    await desk.place.put(f"{shard.key}/{ORDER}", b"")
    await close(desk, Out(shard, {}, seen=watching.Seen(Failed(), has_begun=True)))
    assert calls(desk) == (shard.grant.most.run.calls,) * 2


@pytest.mark.parametrize("text", [LLMS])
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


@pytest.mark.parametrize("text", [LLMS])
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


@pytest.mark.parametrize("text", [LLMS])
async def test_what_a_pilot_does_not_want_is_waited_for_and_not_handed_out_again(
    desk: Desk, server: Server
) -> None:
    desk.cutter.next(LLM)
    shard = desk.cutter.next(LLM)  # of the second pair
    assert shard is not None
    desk.journal.begins(replace(shard, grant=GRANT))
    desk.run.journal = desk.journal
    desk.run.only_first(1)
    names = {spec.episode_id for spec in shard.episodes}
    assert names < desk.run.missing.keys()
    server.looks, server.run_count = [Crashed()], 1
    await carry(desk, replace(shard, grant=GRANT))
    handed_out = iter(lambda: desk.cutter.next(LLM), None)
    assert not [one for one in handed_out if one.episodes[0].episode_id in names]


@pytest.mark.parametrize("text", [LLMS])
async def test_a_run_stops_as_it_would_here_once_nothing_is_left(desk: Desk) -> None:
    desk.run.book.experience.add(episode(10))
    await desk.grants.settle(cut_asked(desk), Told.of(Sums(run=Spending(calls=100))))
    assert await granted(desk, cut_asked(desk)) is None
    assert str(desk.run.stopped).startswith("the run's budget leaves no room for another pair:")


@pytest.mark.parametrize("text", [LLMS])
async def test_the_next_start_knows_what_is_out(desk: Desk) -> None:
    shard = await given(desk)
    assert shard.grant is not None
    desk.journal.begins(shard)
    again = Journal(desk.run.folder.path)
    assert again.promised() == shard.grant.most.sums()
    assert [found.grant for found in again.out(desk.run.missing)] == [shard.grant]
