"""What a tool captain is, and what it needs of the world above: slots, budgets, a memory of
answers, secrets, and a way to ask a person.

The protocols stand here, their implementations beside or above; the composition root joins them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from engine.calls import CricketAction
from engine.captains.llm import NO_LIMIT, Allowance
from engine.cricket.choices import Seat
from engine.cricket.nodes import Fact
from engine.observation import CricketObservation
from engine.tool_captains.account import Account, Usage

if TYPE_CHECKING:
    from engine.tool_captains.budgets import Purse


@runtime_checkable
class ToolCaptain(Protocol):
    """A captain that reads an observation and calls a tool.

    `act` raises a `CallError` for an answer that is no usable call, `CaptainUnavailable` where the
    captain could not be reached, which is not its own doing, `CaptainOverBudget` and
    `RunBudgetSpent`. What it leaves open is closed by `aclose`, which is called once, when the
    episode ends.
    """

    async def act(self, observation: CricketObservation) -> CricketAction: ...

    async def aclose(self) -> None: ...


@runtime_checkable
class Listening(Protocol):
    """A tool captain that keeps a memory of his own of what is published."""

    def hear(self, fact: Fact) -> None:
        """Each fact of the match, once it happened."""
        ...


@runtime_checkable
class Accountable(Protocol):
    """A tool captain that says what its answers took."""

    def take_account(self) -> Account:
        """Of everything since this was last called."""
        ...


@runtime_checkable
class Preparable(Protocol):
    """A tool captain that can say before the match that he cannot play it."""

    async def prepare(self) -> None:
        """Raises `MissingSecret` or `BadPreset`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Which captain of which episode is asking, and what he may spend in the run and in one
    episode. `match` is the match's digest, the same in every episode that plays it.
    """

    captain: str
    episode_id: str
    seat: Seat
    match: str = ""
    budget: Allowance = NO_LIMIT
    episode_budget: Allowance = NO_LIMIT


class Limiter(Protocol):
    """Slots of endpoints that several captains, episodes and processes share. An endpoint is its
    base URL.
    """

    def slot(self, endpoint: str) -> AbstractAsyncContextManager[None]:
        """Hold one slot; waits for one."""
        ...

    def pushed_back(self, endpoint: str, retry_after_s: float | None = None) -> None:
        """The endpoint said that it is asked too much (429), and when to come back: nobody is let
        in before that.
        """
        ...

    def went_well(self, endpoint: str) -> None:
        """An answer came."""
        ...


class Reservation(Protocol):
    """Room in the budgets for one call, until it is known what the call took."""

    def settle(self, usage: Usage, took_s: float = 0.0) -> None: ...

    def release(self) -> None:
        """The call was not made, or took nothing."""
        ...


class Budgets(Protocol):
    """What may be spent, by captain, episode and run."""

    @property
    def in_dollars(self) -> bool:
        """Whether the run has a limit in dollars, so that every price must be known."""
        ...

    async def reserve(self, who: Caller, most: Usage, *, also: Sequence[Purse] = ()) -> Reservation:
        """Waits while `most` would fit if calls under way took less than they may. `also` are
        purses of the caller's own. Raises `CaptainOverBudget` or `RunBudgetSpent` where it does not
        fit any more.
        """
        ...


class ResponseCache(Protocol):
    """Answers by the digest of everything that matters to them. Never raises: what it could not
    read or write is a miss, and `trouble` says why.
    """

    @property
    def trouble(self) -> str | None: ...

    async def get(self, key: str) -> bytes | None: ...

    async def put(self, key: str, reply: bytes) -> None:
        """The first answer under a key stays."""
        ...

    async def aclose(self) -> None: ...


class Secrets(Protocol):
    """Secrets by their names; the only place that knows their values. Raises `MissingSecret`."""

    async def from_environment(self, variable: str) -> str: ...

    async def from_block(self, block: str) -> str: ...


class Asker(Protocol):
    """A way to ask a person."""

    async def ask(
        self, who: Caller, observation: CricketObservation, deadline_s: float
    ) -> CricketAction:
        """His call, which is one of those offered. Raises `CaptainSilent` when the time is over,
        `CaptainUnavailable` where he cannot be asked at all.
        """
        ...

    def call_back(
        self, who: Caller, observation: CricketObservation, on_back: Callable[[], None]
    ) -> Callable[[], None]:
        """Calls `on_back` once he shows that he is there; returns what ends the waiting."""
        ...
