"""What may be spent and what is: by each captain in a run, and by the run.

Room is reserved before a call and settled after it, so that calls under way at the same time never
spend together what none of them may spend alone. A call that would fit once others are settled
waits for them; one that cannot fit any more is refused.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

from engine.captains.llm import NO_LIMIT, Allowance
from engine.errors import CaptainOverBudget, RunBudgetSpent
from engine.tool_captains.account import Usage
from engine.tool_captains.contract import Caller
from engine.wording import duration

_NANO: Final = 1e9  # dollars are kept in whole nano-dollars, so that sums are exact


@dataclass(slots=True, kw_only=True)
class Spending:
    """`wall_s` are seconds that answers took. Dollars are whole billionths, without what
    `unpriced` calls cost, which nobody knows.
    """

    tokens: int = 0
    nano_usd: int = 0
    calls: int = 0
    unpriced: int = 0
    wall_s: float = 0.0

    def add(self, other: Spending, sign: int = 1) -> None:
        self.tokens += sign * other.tokens
        self.nano_usd += sign * other.nano_usd
        self.calls += sign * other.calls
        self.unpriced += sign * other.unpriced
        self.wall_s += sign * other.wall_s

    def __add__(self, other: Spending) -> Spending:
        total = replace(self)
        total.add(other)
        return total

    def exported(self) -> dict[str, Any]:
        return {
            "tokens": self.tokens,
            "usd": self.nano_usd / _NANO,
            "calls": self.calls,
            "unpriced": self.unpriced,
            "wall_s": round(self.wall_s, 3),
        }

    @classmethod
    def restored(cls, state: Mapping[str, Any]) -> Spending:
        return cls(
            tokens=int(state["tokens"]),
            nano_usd=round(float(state["usd"]) * _NANO),
            calls=int(state["calls"]),
            unpriced=int(state["unpriced"]),
            wall_s=float(state["wall_s"]),
        )

    @classmethod
    def of_call(cls, usage: Usage, took_s: float = 0.0) -> Spending:
        """An unknown price adds no dollars: where dollars are limited, prices are known."""
        return cls(
            tokens=usage.tokens_in + usage.tokens_out,
            nano_usd=round((usage.cost_usd or 0.0) * _NANO),
            calls=1,
            unpriced=int(usage.cost_usd is None),
            wall_s=took_s,
        )


@dataclass(slots=True, kw_only=True)
class Sums:
    """What is spent, or may be: by the run, and by each of its captains."""

    run: Spending = field(default_factory=Spending)
    captains: dict[str, Spending] = field(default_factory=dict)

    def add(self, other: Sums, sign: int = 1) -> None:
        self.run.add(other.run, sign)
        for name, spending in other.captains.items():
            self.captains.setdefault(name, Spending()).add(spending, sign)

    def exported(self) -> dict[str, Any]:
        captains = {name: self.captains[name].exported() for name in sorted(self.captains)}
        return {"run": self.run.exported(), "captains": captains}

    @classmethod
    def restored(cls, state: Mapping[str, Any]) -> Sums:
        captains = {name: Spending.restored(one) for name, one in state["captains"].items()}
        return cls(run=Spending.restored(state["run"]), captains=captains)


@dataclass(slots=True, kw_only=True)
class Purse:
    """One budget: what is allowed, what was spent, and what calls under way may still spend."""

    allowed: Allowance = NO_LIMIT
    spent: Spending = field(default_factory=Spending)
    reserved: Spending = field(default_factory=Spending)

    def too_little(self, most: Spending, *, reserved: bool) -> str | None:
        """What does not fit, such as `tokens (9800 of 10000 spent, 400 more asked for)`. Without
        `reserved`, as if the calls under way took nothing.
        """
        held = self.reserved if reserved else Spending()
        allowed, spent = self.allowed, self.spent
        if (n := allowed.tokens) is not None and spent.tokens + held.tokens + most.tokens > n:
            return f"tokens ({spent.tokens} of {n} spent, up to {most.tokens} more wanted)"
        if (n := allowed.calls) is not None and spent.calls + held.calls + most.calls > n:
            return f"calls ({spent.calls} of {n})"
        if (usd := allowed.usd) is not None:
            limit = round(usd * _NANO)
            if spent.nano_usd + held.nano_usd + most.nano_usd > limit:
                return (
                    f"usd ({spent.nano_usd / _NANO:.4f} of {usd:g} spent, "
                    f"up to {most.nano_usd / _NANO:.4f} more wanted)"
                )
        if (wall_s := allowed.wall_s) is not None and spent.wall_s >= wall_s:
            return f"wall_s ({duration(spent.wall_s)} of {duration(wall_s)})"
        return None


class _Reservation:
    """Of one call, in every purse that it is paid from. Implements `Reservation`."""

    def __init__(
        self, purses: Sequence[Purse], most: Spending, changed: Callable[[], None]
    ) -> None:
        self._purses, self._most, self._changed = purses, most, changed
        self._open = True
        for purse in purses:
            purse.reserved.add(most)

    def settle(self, usage: Usage, took_s: float = 0.0) -> None:
        self._close(Spending.of_call(usage, took_s))

    def release(self) -> None:
        self._close(None)

    def _close(self, spent: Spending | None) -> None:
        if not self._open:
            return
        self._open = False
        for purse in self._purses:
            purse.reserved.add(self._most, -1)
            if spent is not None:
                purse.spent.add(spent)
        self._changed()


class Ledger:
    """Implements `Budgets`. `run` is what the run may spend; its `wall_s` counts from when the
    ledger was opened, over all the times that the run was resumed.

    `state` is JSON; what was exported is restored with whatever budget the run has then.
    `before_call` is called once room for a call is reserved. Of the budgets of captains who are
    `shared`, others have the rest: what does not fit is no captain's failure.
    """

    def __init__(
        self,
        run: Allowance = NO_LIMIT,
        *,
        state: Mapping[str, Any] | None = None,
        before_call: Callable[[], None] = lambda: None,
        shared: Collection[str] = (),
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._now, self._before_call, self._shared = now, before_call, shared
        self._run = Purse(allowed=run)
        self._captains: dict[str, Purse] = {}
        self._waiting: list[asyncio.Future[None]] = []
        if state is not None:
            self._restore(state)
        self._before_s, self._opened = self._run.spent.wall_s, now()

    @property
    def in_dollars(self) -> bool:
        return self._run.allowed.usd is not None

    async def reserve(
        self, who: Caller, most: Usage, *, also: Sequence[Purse] = ()
    ) -> _Reservation:
        wanted = Spending.of_call(most)
        captain = self._captains.setdefault(who.captain, Purse())
        captain.allowed = who.budget
        purses = (captain, *also, self._run)
        while True:
            self._tick()
            self._refuse_what_cannot_fit(who, purses, wanted)
            if all(purse.too_little(wanted, reserved=True) is None for purse in purses):
                reservation = _Reservation(purses, wanted, self._changed)
                self._before_call()
                return reservation
            await self._change()

    def state(self, *, under_way: bool = False) -> dict[str, Any]:
        """What was spent; with the calls `under_way`, as if each took the most that it may."""
        return self.sums(under_way=under_way).exported()

    def sums(self, *, under_way: bool = False) -> Sums:
        """The same to reckon with."""
        self._tick()

        def of(purse: Purse) -> Spending:
            return purse.spent + purse.reserved if under_way else replace(purse.spent)

        captains = {name: of(purse) for name, purse in self._captains.items()}
        return Sums(run=of(self._run), captains=captains)

    def promise(self, most: Sums, sign: int = 1) -> None:
        """Others may spend so much: for calls it is as good as under way. `sign` -1: no more."""
        self._add(most, "reserved", sign)

    def paid(self, spent: Sums) -> None:
        """Others have spent so much."""
        self._add(spent, "spent", 1)

    def _add(self, sums: Sums, what: Literal["spent", "reserved"], sign: int) -> None:
        getattr(self._run, what).add(sums.run, sign)
        for name, spending in sums.captains.items():
            getattr(self._captains.setdefault(name, Purse()), what).add(spending, sign)
        self._changed()

    def _refuse_what_cannot_fit(
        self, who: Caller, purses: Sequence[Purse], wanted: Spending
    ) -> None:
        """The run's own budget is looked at first: it is spent for everybody."""
        if what := self._run.too_little(wanted, reserved=False):
            raise RunBudgetSpent(what)
        for purse in purses[:-1]:
            if what := purse.too_little(wanted, reserved=False):
                if purse is self._captains[who.captain] and who.captain in self._shared:
                    raise RunBudgetSpent(f"{who.captain}'s share of his budget: {what}")
                raise CaptainOverBudget(who.captain, what)

    def _tick(self) -> None:
        self._run.spent.wall_s = self._before_s + self._now() - self._opened

    async def _change(self) -> None:
        waiting = asyncio.get_running_loop().create_future()
        self._waiting.append(waiting)
        await waiting

    def _changed(self) -> None:
        waiting, self._waiting = self._waiting, []
        for future in waiting:
            if not future.done():
                future.set_result(None)

    def _restore(self, state: Mapping[str, Any]) -> None:
        sums = Sums.restored(state)
        self._run.spent = sums.run
        self._captains = {name: Purse(spent=spent) for name, spent in sums.captains.items()}
