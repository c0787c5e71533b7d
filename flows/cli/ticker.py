"""What `captains play` says while captains who have to be waited for think: a line for each of
their decisions, with what it took and what the match has cost so far.
"""

from __future__ import annotations

from typing import Final

from engine.events import DecisionEvent, DecisionMade, Spent
from engine.wire import Told
from engine.wording import printable, shortened
from flows.cli.terminal import note
from flows.honesty import tokens_and_cost
from tournaments.report import plain_name

_LONGEST_NAME: Final = 20  # of a captain; the rest of the line is what is waited for


class Ticker:
    """An observer of a match. Where only people are waited for, nothing is said of tokens."""

    def __init__(self) -> None:
        self._calls = 0
        self._tokens = 0
        self._usd_priced: float | None = None
        self._unpriced_calls = 0

    async def on_event(self, event: Told) -> None:
        told = event.event
        if isinstance(told, DecisionEvent) and told.data.spent is not None:
            self._add(told.data.spent)
            note(self._line(told.data))

    async def aclose(self) -> None: ...

    def _add(self, spent: Spent) -> None:
        self._calls += spent.calls + spent.from_cache
        self._tokens += spent.tokens_in + spent.tokens_out
        if spent.cost_usd is None:
            self._unpriced_calls += spent.calls
        else:
            self._usd_priced = (self._usd_priced or 0.0) + spent.cost_usd

    def _line(self, made: DecisionMade) -> str:
        name = shortened(plain_name(made.captain), _LONGEST_NAME)
        chosen = ", ".join(str(value) for value in made.choice.values() if value is not None)
        took = "" if made.latency_ms is None else f", {made.latency_ms / 1000:.1f} s"
        again = f", asked {made.rethinks + 1} times" if made.rethinks else ""
        so_far = f"; {self._so_far()} so far" if self._calls else ""
        return (
            f"{made.innings}/{made.ball} {name}, {made.kind}: "
            f"{printable(chosen)} ({made.source}{took}{again}){so_far}"
        )

    def _so_far(self) -> str:
        return tokens_and_cost(self._tokens, self._usd_priced, self._unpriced_calls)
