"""Shards never have more to spend together than the run has left, and none of it is lost or counted
twice, in whatever order they go out, come home and get lost, and whoever is killed meanwhile.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.captains import resolve, settings_of
from engine.captains.llm import LlmSettings
from engine.cricket.choices import Seat
from engine.errors import CaptainOverBudget, RunBudgetSpent
from engine.spec import EpisodeSpec
from engine.tool_captains import Caller, Usage
from engine.tool_captains.budgets import Spending, Sums
from flows import catalogue
from flows.deployments.wanted import LLM
from flows.experience import Experience
from flows.fixtures import budgets_of as shard_budgets
from flows.grants import Grants, budgets_of, worst
from flows.journal import Grant, Journal, Shard
from flows.ledger import RunFolder
from flows.order import Order
from flows.parcels import ShardOrder
from flows.room import Room, Wanted
from flows.spending import Told
from tests.flows.test_experience import episode
from tournaments import parse_tournament

FILE = """\
name: asked
match: {{overs: 1, pairs: 8}}
captains:
  - heuristic
  - {{name: model, kind: llm, model: m, base_url: "http://127.0.0.1:9/v1", max_tokens: 16{more}}}
limits: {limits}
execution: {{mode: {mode}}}
"""


class Desk:
    """Who hands out: what he knows is in `folder`, or else gone when he is killed."""

    def __init__(
        self, folder: Path, limits: str, more: str = "", mode: str = "workers", seen: int = 5
    ) -> None:
        text = FILE.format(limits=limits, more=more, mode=mode)
        self.order = Order.of(parse_tournament(text, catalogue.known()), "1")
        self.captains = [
            resolve(one if isinstance(one, str) else one.as_mapping())
            for one in self.order.spec.captains
        ]
        self.folder, self.out, self.seen = RunFolder(folder), dict[str, Shard](), seen
        self.restart()

    def restart(self) -> None:
        self.journal = Journal(self.folder.path)
        self.budgets = budgets_of(self.order, self.folder, self.journal)
        experience = Experience()
        for _ in range(self.seen):
            experience.add(episode(10))  # of 1010 tokens
        room = Room(self.order.allowance, self.budgets, experience)
        self.grants = Grants(self.budgets, room, self.order.allowance, self.captains)
        for shard in self.out.values():
            self.grants.found(shard)

    async def hands_out(
        self, key: str, pairs: int = 1, floor: Grant | None = None, others: int = 0
    ) -> Grant | None:
        """None where it has to wait, or nothing is left."""
        shard = replace(self.shard(key, pairs), floor=floor)
        asking = asyncio.create_task(self.grants.take(shard, lambda: others, lambda: False))
        for _ in range(3):  # nothing in it waits but for shards that are out
            await asyncio.sleep(0)
        if not asking.done() or isinstance(grant := asking.result(), str):
            asking.cancel()
            return None
        self.out[key] = replace(shard, grant=grant)
        self.journal.begins(self.out[key])
        return grant

    async def takes_home(self, key: str, spent: Told) -> None:
        shard = self.out.pop(key)
        self.journal.ends(shard, spent)
        await self.grants.settle(shard, spent)

    async def asks(self, calls: int) -> int:
        """Calls of his own, as for a featured match; how many there was room for."""
        who = Caller(captain="writer", episode_id="e", seat=Seat.HOME)
        for number in range(calls):
            held = self.budgets.ledger.sums(under_way=True).run.calls
            if held + 1 > (self.order.allowance.calls or 0):
                return number
            (await self.budgets.reserve(who, Usage(cost_usd=0.0))).settle(Usage(cost_usd=0.0))
        return calls

    def shard(self, key: str, pairs: int = 1) -> Shard:
        home, away = self.captains
        episodes = tuple(
            EpisodeSpec(episode_id=f"e{number}", seed=1, overs=1, home=home, away=away)
            for number in range(2 * pairs)
        )
        return Shard(key=key, pool=LLM, title=key, episodes=episodes)

    @property
    def spent(self) -> int:
        return self.budgets.ledger.sums().run.calls


def told(run: int, captain: int | None = None) -> Told:
    """So many calls, of them the model's."""
    model = Spending(calls=run if captain is None else captain)
    return Told.of(Sums(run=Spending(calls=run), captains={"model": model}))


STEPS = st.one_of(
    st.tuples(st.just("out"), st.integers(1, 4)),
    st.tuples(st.just("home"), st.integers(0, 100)),  # having spent so many percent
    st.tuples(st.just("over"), st.integers(1, 2)),  # having spent so many calls more
    st.tuples(st.just("lost"), st.just(0)),
    st.tuples(st.just("asks"), st.integers(1, 5)),
    st.tuples(st.just("restart"), st.just(0)),
)


@given(
    limit=st.integers(1, 200),
    budget=st.one_of(st.none(), st.integers(1, 200)),
    steps=st.lists(STEPS, max_size=25),
)
def test_what_is_spent_and_promised_is_never_more_than_the_limit(
    limit: int, budget: int | None, steps: list[tuple[str, int]]
) -> None:
    more = "" if budget is None else f", budget: {{calls: {budget}}}"
    with TemporaryDirectory() as name:
        asyncio.run(
            _Story(Desk(Path(name), f"{{calls: {limit}}}", more), limit, budget).goes(steps)
        )


@dataclass
class _Story:
    """What happens to a desk, and what its accounts must say then."""

    desk: Desk
    limit: int
    budget: int | None
    run: int = 0
    captain: int = 0
    over: int = 0

    async def goes(self, steps: list[tuple[str, int]]) -> None:
        for number, (step, size) in enumerate(steps):
            match step:
                case "out":
                    await self.desk.hands_out(f"shard-{number}", size)
                case "asks":
                    self.run += await self.desk.asks(size)
                case "restart":
                    self.desk.budgets.keep()
                    self.desk.restart()
                case _ if self.desk.out:
                    await self._comes_home(step, size)
            self._is_right()

    async def _comes_home(self, step: str, size: int) -> None:
        key, given = next((key, shard.grant) for key, shard in self.desk.out.items())
        assert given is not None
        run = given.most.run.calls
        captain = run if self.budget is None else given.most.captains["model"].calls
        match step:
            case "home":
                spent = told(run * size // 100, min(run, captain) * size // 100)
            case "over":
                spent, self.over = told(run + size, captain + size), self.over + size
            case _:
                spent = worst(given, told(run // 2, min(run, captain) // 2))
        self.run += spent.run.calls
        self.captain += spent.captains["model"].calls
        await self.desk.takes_home(key, spent)

    def _is_right(self) -> None:
        spent = self.desk.budgets.ledger.sums()
        held = self.desk.budgets.ledger.sums(under_way=True)
        grants = [one.grant.most for one in self.desk.out.values() if one.grant is not None]
        model = spent.captains.get("model", Spending()).calls
        assert (spent.run.calls, model) == (self.run, self.captain)
        assert held.run.calls - spent.run.calls == sum(most.run.calls for most in grants)
        assert held.run.calls <= self.limit + self.over
        if self.budget is not None:
            assert held.captains.get("model", Spending()).calls <= self.budget + self.over


async def test_a_shard_gets_what_its_pairs_will_hardly_exceed(tmp_path: Path) -> None:
    grant = await Desk(tmp_path, "{calls: 1000}").hands_out("one", pairs=3)
    assert grant is not None
    assert (grant.most.run.calls, grant.whole) == (60, False)


async def test_of_whom_nothing_is_known_a_shard_gets_its_part(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "{calls: 100000}", seen=0)
    grant = await desk.hands_out("one", pairs=2, others=12)
    assert grant is not None
    assert grant.most.run.calls == 25_000


async def test_a_shard_waits_while_others_have_what_it_needs(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "{calls: 30}")
    await desk.hands_out("one")
    assert await desk.hands_out("another") is None
    await desk.takes_home("one", told(2))
    assert await desk.hands_out("another") is not None


async def test_nothing_is_begun_that_does_not_fit(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "{calls: 19}")
    why = await desk.grants.take(desk.shard("one"), lambda: 0, lambda: False)
    assert why == "calls (0 of 19 spent, a pair takes up to 20)"


async def test_what_calls_under_way_may_take_is_not_handed_out(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "{calls: 20}")
    who = Caller(captain="writer", episode_id="e", seat=Seat.HOME)
    await desk.budgets.reserve(who, Usage(cost_usd=0.0))
    why = await desk.grants.take(desk.shard("one"), lambda: 0, lambda: False)
    assert why == "calls (1 of 20 spent, a pair takes up to 20)"


async def test_what_was_too_little_before_is_doubled(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "{calls: 100}")
    first = await desk.hands_out("one")
    await desk.takes_home("one", told(0))
    again = await desk.hands_out("two", floor=first)
    assert first is not None
    assert again is not None
    assert (first.most.run.calls, again.most.run.calls) == (20, 40)


async def test_a_worker_judges_each_pair_as_who_handed_it_out(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "{calls: 30}")
    mixed = desk.shard("one", pairs=2)
    cheap, dear = mixed.episodes[:2], tuple(map(against_itself, mixed.episodes[2:]))
    grant = await desk.hands_out("one", pairs=2)
    assert grant is not None
    assert (grant.most.run.calls, grant.whole) == (30, True)
    order = order_of(desk, grant, desk.grants.wanted(replace(mixed, episodes=cheap + dear)))
    room = Room(order.allowed, shard_budgets(order, tmp_path), Experience(), order.wanted)
    assert room.refused(cheap) is None
    assert room.refused(dear) == "calls (0 of 30 spent, a pair takes up to 40)"


def against_itself(spec: EpisodeSpec) -> EpisodeSpec:
    return spec.model_copy(update={"home": spec.away})


async def test_a_captain_whose_budget_others_share_does_not_fail_by_his_part(
    tmp_path: Path,
) -> None:
    desk = Desk(tmp_path, "{}", ", budget: {calls: 50}")
    first, second = await desk.hands_out("one"), await desk.hands_out("two")
    assert first is not None
    assert second is not None
    assert first.shared == second.shared == ("model",)
    with pytest.raises(RunBudgetSpent, match="model's share of his budget"):
        await asked_of(desk, first, tmp_path, 21)


async def test_a_captain_who_has_all_that_is_left_is_over_his_budget(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "{}", ", budget: {calls: 15}")
    grant = await desk.hands_out("one")
    assert grant is not None
    with pytest.raises(CaptainOverBudget, match=r"calls \(15 of 15\)"):
        await asked_of(desk, grant, tmp_path, 16)


async def test_who_has_spent_his_budget_is_waited_for_no_more(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "{}", ", budget: {calls: 15}")
    await desk.hands_out("one")
    await desk.takes_home("one", told(15))
    grants = [await desk.hands_out("two"), await desk.hands_out("three")]
    assert [grant.most.captains["model"].calls for grant in grants if grant] == [0, 0]


async def asked_of(desk: Desk, grant: Grant, scratch: Path, calls: int) -> None:
    """As a worker counts it."""
    budgets = shard_budgets(order_of(desk, grant), scratch)
    model = LlmSettings.model_validate(settings_of(desk.captains[1]).model_dump())
    who = Caller(captain="model", episode_id="e", seat=Seat.HOME, budget=model.budget)
    for _ in range(calls):
        (await budgets.reserve(who, Usage(cost_usd=0.0))).settle(Usage(cost_usd=0.0))


def order_of(desk: Desk, grant: Grant, wanted: Mapping[str, Wanted] | None = None) -> ShardOrder:
    return ShardOrder(
        version="1",
        episodes=(),
        attempts=1,
        processes=1,
        open_episodes=2,
        llm=1,
        shown=False,
        cards=False,
        reasoning="never",
        allowed=desk.grants.allowed,
        before=desk.grants.before(grant),
        shared=grant.shared,
        wanted=wanted or {},
    )


async def test_who_goes_on_here_counts_what_is_out_as_spent(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "{calls: 100}")
    await desk.hands_out("one")
    assert Desk(tmp_path, "{calls: 100}", mode="local").spent == 20


async def test_what_was_spent_here_and_there_adds_up_once(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "{calls: 100}")
    await desk.hands_out("one")
    await desk.takes_home("one", told(7))
    for mode in ("local", "workers", "local"):
        desk = Desk(tmp_path, "{calls: 100}", mode=mode)
        await desk.asks(2)
        desk.budgets.keep()
    assert desk.spent == 7 + 3 * 2
