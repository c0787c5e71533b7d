"""What each shard may spend of a run's budgets, and of those of its captains.

A shard gets what its pairs will hardly exceed, or its part of what is left where nobody knows that;
never more than is neither spent nor promised. What it did not spend comes home with it, and what
nobody can tell, of a shard that was lost, counts as spent.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from functools import partial, reduce
from math import ceil
from typing import TYPE_CHECKING, Final

from engine.captains import CaptainSpec, settings_of
from engine.captains.llm import NO_LIMIT, Allowance, LlmSettings
from engine.tool_captains.budgets import Spending, Sums
from flows.assumed import one_call
from flows.journal import Grant, Journal, Shard
from flows.order import Order
from flows.room import Room, Wanted
from flows.spending import SPENT, KeptBudgets, Told

if TYPE_CHECKING:
    from flows.ledger import RunFolder

PAIR: Final = 2
_NANO: Final = 1e9
_MOMENT_S: Final = 0.001
_EVERY_UNIT: Final = tuple(unit.name for unit in fields(Spending))


def budgets_of(order: Order, folder: RunFolder, journal: Journal) -> KeptBudgets:
    """What the run has spent, here and elsewhere. Where no worker is asked any more, what those may
    still spend who were counts as spent. Raises `BrokenSpending`.
    """
    budgets = KeptBudgets(order.allowance, folder.path / SPENT)
    budgets.paid(journal.spent)
    if order.spec.execution.mode == "workers":
        budgets.promise(journal.promised())
    else:
        budgets.paid(journal.promised())
    return budgets


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """Of one budget in one unit: `least` to begin with, `most` for all of the shard; None where
    nobody knows, then it is `part` of what is left. With less than `last` nobody is asked again.
    """

    least: float
    most: float | None
    part: float
    last: float = 0.0


def amount(free: float, need: Need, *, is_alone: bool) -> float | None:
    """How much of what is `free` a shard gets; None where it has to wait until others, who have
    some of it, are at home.
    """
    if free < max(need.least, need.last):
        if not is_alone:
            return None
        return free if free >= need.last else 0.0
    wanted = free * need.part if need.most is None else need.most
    return min(free, max(need.least, need.last, wanted))


class Grants:
    """Gives shards what they may spend, for as long as there is any."""

    def __init__(
        self, budgets: KeptBudgets, room: Room, allowed: Allowance, captains: Iterable[CaptainSpec]
    ) -> None:
        self._budgets, self._room = budgets, room
        self.allowed = allowed.model_copy(update={"wall_s": None})
        self._run = _limits(self.allowed)
        self._limits = {spec.name: limits for spec in captains if (limits := _limits(_of(spec)))}
        self._out: dict[str, Grant] = {}
        self._changed = asyncio.Condition()

    def found(self, shard: Shard) -> None:
        """It is out since an earlier start, and may spend what it was given then."""
        if shard.grant is not None:
            self._out[shard.key] = shard.grant

    async def take(
        self, shard: Shard, others: Callable[[], int], is_over: Callable[[], bool]
    ) -> Grant | str:
        """What the shard may spend, beside `others` episodes that nobody has yet; or why nothing
        more may be begun. Waits for shards that are out while it may fit once they are at home.
        """
        first = shard.episodes[:PAIR]
        async with self._changed:
            while not is_over():
                if not self._out and (why := self._room.refused(first, under_way=True)):
                    return why
                if (grant := self._grant(shard, others())) is not None:
                    self._budgets.promise(grant.most.sums())
                    self._out[shard.key] = grant
                    return grant
                await self._changed.wait()
        return "nothing more is begun"

    async def settle(self, shard: Shard, spent: Told | None) -> None:
        """It is over, and has spent so much."""
        async with self._changed:
            if (grant := self._out.pop(shard.key, None)) is not None:
                self._budgets.promise(grant.most.sums(), -1)
            if spent is not None:
                self._budgets.paid(spent.sums())
            self._changed.notify_all()

    def before(self, grant: Grant) -> Told:
        """What of the budgets is not for whoever has this grant, as if it had been spent."""
        most, rest = grant.most.sums(), Sums(run=_rest(self._run, grant.most.sums().run))
        for name, limits in self._limits.items():
            if name in most.captains:
                rest.captains[name] = _rest(limits, most.captains[name])
        return Told.of(rest)

    def wanted(self, shard: Shard) -> dict[str, Wanted]:
        """What each pair of it will hardly exceed, by its first episode, where that is known."""
        found: dict[str, Wanted] = {}
        for first in range(0, len(shard.episodes), PAIR):
            pair = shard.episodes[first : first + PAIR]
            most = reduce(Wanted.plus, self._room.wanted(pair).values(), Wanted())
            if most.is_measured:
                found[pair[0].episode_id] = most
        return found

    # --- one shard -------------------------------------------------------------------------------

    def _grant(self, shard: Shard, others: int) -> Grant | None:
        held = self._budgets.ledger.sums(under_way=True)
        needs = _Needs(self._room, shard, others)
        run = _amounts(self._run, held.run, needs.of_run, is_alone=not self._out)
        if run is None:
            return None
        most, shared = Sums(run=run), list[str]()
        for name, limits in self._limits.items():
            if name not in needs.captains:
                continue
            others_have = any(map(partial(_has_some, name), self._out.values()))
            spent = held.captains.get(name, Spending())
            some = _amounts(limits, spent, partial(needs.of, name), is_alone=not others_have)
            if some is None:
                return None
            is_out = not all(getattr(some, unit) for unit in limits)  # he is over his budget
            most.captains[name] = Spending() if is_out else some
            if not is_out and (others_have or not _is_all(limits, spent, some)):
                shared.append(name)
        whole = not self._out and not shared and _is_all(self._run, held.run, run)
        return Grant(most=Told.of(most), shared=tuple(shared), whole=whole)


class _Needs:
    """What a shard needs, by budget and unit."""

    def __init__(self, room: Room, shard: Shard, others: int) -> None:
        self.captains = {side.name: side for one in shard.episodes for side in (one.home, one.away)}
        self._pair, self._all = room.wanted(shard.episodes[:PAIR]), room.wanted(shard.episodes)
        self._part = len(shard.episodes) / (len(shard.episodes) + others)
        self._floor = Sums() if shard.floor is None else shard.floor.most.sums()

    def of_run(self, unit: str) -> Need:
        pair = reduce(Wanted.plus, self._pair.values(), Wanted())
        return self._need(unit, pair, reduce(Wanted.plus, self._all.values()), self._floor.run)

    def of(self, captain: str, unit: str) -> Need:
        floor = self._floor.captains.get(captain, Spending())
        need = self._need(unit, self._pair.get(captain, Wanted()), self._all[captain], floor)
        last = Spending.of_call(one_call(self.captains[captain]), took_s=_MOMENT_S)
        return replace(need, last=getattr(last, unit))

    def _need(self, unit: str, pair: Wanted, every: Wanted, floor: Spending) -> Need:
        least = max(1, _in_unit(unit, pair), 2 * getattr(floor, unit))
        most = _in_unit(unit, every) if every.is_measured and unit != "wall_s" else None
        return Need(least=least, most=most, part=self._part)


def _amounts(
    limits: Mapping[str, float], held: Spending, need: Callable[[str], Need], *, is_alone: bool
) -> Spending | None:
    """Of one budget, in each unit that has a limit; None where it has to wait."""
    found = Spending()
    for unit, limit in limits.items():
        some = amount(limit - getattr(held, unit), need(unit), is_alone=is_alone)
        if some is None:
            return None
        setattr(found, unit, some if unit == "wall_s" else int(some))
    return found


def _is_all(limits: Mapping[str, float], held: Spending, given: Spending) -> bool:
    return all(
        getattr(given, unit) >= limit - getattr(held, unit) for unit, limit in limits.items()
    )


def _has_some(captain: str, grant: Grant) -> bool:
    line = grant.most.captains.get(captain)
    return line is not None and any((line.tokens, line.usd, line.calls, line.wall_s))


def _rest(limits: Mapping[str, float], given: Spending) -> Spending:
    rest = Spending()
    for unit, limit in limits.items():
        setattr(rest, unit, max(0, limit - getattr(given, unit)))
    return rest


def _in_unit(unit: str, wanted: Wanted) -> float:
    amounts = {"tokens": wanted.tokens, "nano_usd": wanted.usd * _NANO, "calls": wanted.calls}
    return ceil(amounts.get(unit, 0.0))


def _limits(allowed: Allowance) -> dict[str, float]:
    usd = None if allowed.usd is None else round(allowed.usd * _NANO)
    every = {
        "tokens": allowed.tokens,
        "nano_usd": usd,
        "calls": allowed.calls,
        "wall_s": allowed.wall_s,
    }
    return {unit: limit for unit, limit in every.items() if limit is not None}


def _of(captain: CaptainSpec) -> Allowance:
    """What he may spend in a run."""
    settings = settings_of(captain)
    return settings.budget if isinstance(settings, LlmSettings) else NO_LIMIT


def worst(grant: Grant | None, told: Told | None) -> Told:
    """What a shard counts as that was lost: all that it was given, or more where it has said so."""
    given = Sums() if grant is None else grant.most.sums()
    said = Sums() if told is None else told.sums()
    sums = Sums(run=_greater(given.run, said.run))
    for name in given.captains.keys() | said.captains.keys():
        both = (one.captains.get(name, Spending()) for one in (given, said))
        sums.captains[name] = _greater(*both)
    return Told.of(sums)


def _greater(one: Spending, other: Spending) -> Spending:
    return Spending(**{unit: max(getattr(one, unit), getattr(other, unit)) for unit in _EVERY_UNIT})
