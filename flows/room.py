"""Whether another pair fits into what a run may still spend, so that a run stops between pairs.

The budget itself is kept call by call (`engine.tool_captains.budgets`) and is never overspent. Here
a pair is begun only where it will fit beside those that are being played: half a pair counts for
nobody, and what it took is lost until the run goes on.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, fields
from functools import reduce
from types import MappingProxyType

from engine.captains import CaptainSpec, is_scripted
from engine.captains.llm import Allowance
from engine.spec import EpisodeSpec
from engine.wording import duration
from flows.assumed import assumed, one_call
from flows.experience import Experience
from flows.spending import KeptBudgets


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The most that some episodes will hardly exceed, by the names that limits have. `is_measured`:
    everybody who is asked has been seen in an episode.
    """

    tokens: float = 0.0
    usd: float = 0.0
    calls: float = 0.0
    is_measured: bool = True

    def plus(self, other: Wanted) -> Wanted:
        return Wanted(
            tokens=self.tokens + other.tokens,
            usd=self.usd + other.usd,
            calls=self.calls + other.calls,
            is_measured=self.is_measured and other.is_measured,
        )


_SPENT = tuple(one.name for one in fields(Wanted) if one.name != "is_measured")


class Room:
    """What is left of a run's budgets, with the pairs that are being played taken off. `pairs`,
    by their first episodes: what they take by somebody who has seen more of them.
    """

    def __init__(
        self,
        allowed: Allowance,
        budgets: KeptBudgets,
        experience: Experience,
        pairs: Mapping[str, Wanted] = MappingProxyType({}),
    ) -> None:
        self._allowed, self._budgets, self._experience = allowed, budgets, experience
        self._pairs = pairs
        self._open: list[Wanted] = []
        self._changed = asyncio.Condition()

    @asynccontextmanager
    async def pair(self, episodes: Sequence[EpisodeSpec]) -> AsyncIterator[str | None]:
        """For as long as a pair is played. Waits while it may fit once others have ended; gives why
        it does not fit, or None where it may be begun.
        """
        async with self._changed:
            while (why := self.refused(episodes)) and self._open:
                await self._changed.wait()
            most = self._wanted(episodes)
            self._open.append(most)
        try:
            yield why
        finally:
            async with self._changed:
                self._open.remove(most)
                self._changed.notify_all()

    def refused(self, episodes: Sequence[EpisodeSpec], *, under_way: bool = False) -> str | None:
        """What there is no room for, in words; `under_way`: as if each call that is took the most
        that it may. Of whom nothing is known is seen alone first.
        """
        most = self._wanted(episodes)
        if (late := self.time_is_up(self._length_s(episodes))) is not None:
            return late
        if not self._open and not most.is_measured:
            return None  # the budget itself stops it where it is less than a pair
        held = reduce(Wanted.plus, self._open, Wanted())
        spent = self._budgets.state(under_way=under_way)
        for name in _SPENT:
            allowed = getattr(self._allowed, name)
            more = getattr(most, name)
            if allowed is not None and spent[name] + getattr(held, name) + more > allowed:
                return (
                    f"{name} ({_shown(spent[name])} of {_shown(allowed)} spent, a pair takes up to "
                    f"{_shown(more)})"
                )
        return None

    def time_is_up(self, length_s: float = 0.0) -> str | None:
        """Why nothing that takes so long may be begun; None where there is time."""
        wall_s = self._allowed.wall_s
        if wall_s is None:
            return None
        spent_s = self._budgets.state()["wall_s"]
        if spent_s + length_s < wall_s:
            return None
        more = f", a pair takes up to {duration(length_s)}" if spent_s < wall_s else ""
        return f"wall_s ({duration(spent_s)} of {duration(wall_s)}{more})"

    def wanted(self, episodes: Sequence[EpisodeSpec]) -> dict[str, Wanted]:
        """What each of their captains will hardly exceed."""
        each: dict[str, Wanted] = {}
        for spec in episodes:
            for captain, opponent in _both(spec):
                more = self._wanted_by(spec, captain, opponent)
                each[captain.name] = each.get(captain.name, Wanted()).plus(more)
        return each

    def _wanted(self, episodes: Sequence[EpisodeSpec]) -> Wanted:
        if (known := self._pairs.get(episodes[0].episode_id)) is not None:
            return known
        return reduce(Wanted.plus, self.wanted(episodes).values(), Wanted())

    def _wanted_by(self, spec: EpisodeSpec, captain: CaptainSpec, opponent: CaptainSpec) -> Wanted:
        if is_scripted(captain):
            return Wanted()
        last = one_call(captain)
        held = Wanted(tokens=last.tokens_in + last.tokens_out, usd=last.cost_usd or 0.0)
        taken = self._experience.of(captain.name, opponent.name)
        if taken.is_known:
            return held.plus(
                Wanted(
                    tokens=taken.tokens.at_most(),
                    usd=taken.usd.at_most(),
                    calls=taken.calls.at_most(),
                )
            )
        prior = assumed(captain, spec.overs)
        if prior is None:
            return Wanted(is_measured=False)
        usd = prior.usd(captain)
        return held.plus(
            Wanted(
                tokens=prior.tokens.high,
                usd=usd.high if usd is not None else 0.0,
                calls=prior.calls.high,
                is_measured=False,
            )
        )

    def _length_s(self, episodes: Sequence[EpisodeSpec]) -> float:
        """Both legs are played at once."""
        lengths = (self._experience.length(one.home.name, one.away.name) for one in episodes)
        return max((length.at_most() for length in lengths), default=0.0)


def _both(spec: EpisodeSpec) -> tuple[tuple[CaptainSpec, CaptainSpec], ...]:
    return (spec.home, spec.away), (spec.away, spec.home)


def _shown(amount: float) -> str:
    return f"{amount:,.0f}" if amount >= 100 else f"{amount:.4g}"
