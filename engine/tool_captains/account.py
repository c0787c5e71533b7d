"""What it took to get a captain's answers: calls, tokens, dollars, time, and what went wrong on
the way, each under its own name.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from engine.errors import CallError, LateCall, MalformedCall, NoUsableCall, UnknownTool
from engine.events import Spent


class Problem(StrEnum):
    """What may be wrong with an answer, as it is counted."""

    TRUNCATED = "truncated"  # it ended at the token limit
    EMPTY = "empty"
    REFUSED = "refused"  # the model declined
    NO_CALL = "no_call"  # text, but no tool call in it
    UNKNOWN_TOOL = "unknown_tool"
    MALFORMED = "malformed"  # arguments that are no JSON, or not of the schema
    ILLEGAL = "illegal"  # a tool or a choice that is not legal now
    LATE = "late"  # past the captain's own deadline
    GONE = "gone"  # a person who let so much pass that he is not waited for
    UNREACHABLE = "unreachable"  # the bus was away when a person's time was over
    SEVERAL_CALLS = "several_calls"  # only the first is taken
    CALL_IN_TEXT = "call_in_text"  # taken, though it was to be a tool call
    NO_FINISH_REASON = (
        "no_finish_reason"  # the call is taken; the endpoint does not say it is whole
    )
    OVER_BUDGET = "over_budget"
    CRASHED = "crashed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens and dollars of some calls. `cost_usd` None: nobody knows; never taken for zero."""

    tokens_in: int = 0
    tokens_out: int = 0
    tokens_cached: int = 0
    tokens_reasoning: int = 0
    cost_usd: float | None = None

    def __add__(self, other: Usage) -> Usage:
        costs = (self.cost_usd, other.cost_usd)
        known = [cost for cost in costs if cost is not None]
        return Usage(
            tokens_in=self.tokens_in + other.tokens_in,
            tokens_out=self.tokens_out + other.tokens_out,
            tokens_cached=self.tokens_cached + other.tokens_cached,
            tokens_reasoning=self.tokens_reasoning + other.tokens_reasoning,
            cost_usd=sum(known) if len(known) == len(costs) else None,
        )


def problem_of(error: CallError) -> Problem:
    """The name under which an unusable answer is counted."""
    match error:
        case NoUsableCall(problem=problem):
            return Problem(problem)
        case UnknownTool():
            return Problem.UNKNOWN_TOOL
        case MalformedCall():
            return Problem.MALFORMED
        case LateCall():
            return Problem.LATE
        case _:
            return Problem.ILLEGAL


FREE: Final = Usage(cost_usd=0.0)
NOT_TOLD: Final = Usage()


@dataclass(slots=True, kw_only=True)
class Account:
    """Of one decision, or summed over many. `from_cache` answers cost nothing and are no calls.
    `waited_s` went by before requests were sent: for room, for a slot, and to send one again.

    `usage` of calls made, `cost_source` says where their prices come from. `models` as the server
    reported them, `rungs` how the answers were asked for.
    """

    calls: int = 0
    from_cache: int = 0
    transport_retries: int = 0
    waited_s: float = 0.0
    usage: Usage = FREE
    problems: Counter[Problem] = field(default_factory=Counter)
    models: set[str] = field(default_factory=set)
    rungs: Counter[str] = field(default_factory=Counter)
    cost_sources: set[str] = field(default_factory=set)
    prompt_digest: str | None = None

    @contextmanager
    def waiting(self) -> Iterator[None]:
        since = time.perf_counter()
        try:
            yield
        finally:
            self.waited_s += time.perf_counter() - since

    def spent(self) -> Spent:
        """As events and results tell it."""
        return Spent(
            calls=self.calls,
            from_cache=self.from_cache,
            transport_retries=self.transport_retries,
            tokens_in=self.usage.tokens_in,
            tokens_out=self.usage.tokens_out,
            tokens_cached=self.usage.tokens_cached,
            tokens_reasoning=self.usage.tokens_reasoning,
            cost_usd=self.usage.cost_usd,
        )

    def add(self, other: Account) -> None:
        self.calls += other.calls
        self.from_cache += other.from_cache
        self.transport_retries += other.transport_retries
        self.waited_s += other.waited_s
        self.usage += other.usage
        self.problems.update(other.problems)
        self.models |= other.models
        self.rungs.update(other.rungs)
        self.cost_sources |= other.cost_sources
        self.prompt_digest = other.prompt_digest or self.prompt_digest
