"""Scripted doubles of the engine's parts: a model without contexts, observers that remember."""

from __future__ import annotations

from collections.abc import Sequence

from engine.cricket.choices import Seat
from engine.cricket.distribution import Distribution, Opening
from engine.cricket.nodes import DeliveryContext
from engine.cricket.outcomes import ALLOWED_ON_FREE_HIT, OUTCOMES
from engine.cricket.state import Innings
from engine.events import Event
from engine.wire import Told

SHARES = {
    "0": 0.33, "1": 0.36, "2": 0.07, "3": 0.004, "4": 0.11, "6": 0.05, "wd1": 0.03, "nb1": 0.002,
    "nb1+1": 0.002, "lb1": 0.012, "b1": 0.003, "caught": 0.035, "bowled": 0.01, "lbw": 0.004,
    "run out/striker's end": 0.002, "run out+1/bowler's end": 0.002,
}  # fmt: skip


class FlatModel:
    """An `OutcomeModel` that gives every delivery the same shares, less what a free hit forbids."""

    digest = "flat"

    def __init__(self, shares: dict[str, float] | None = None) -> None:
        shares = shares or SHARES
        self._any = _distribution(shares)
        self._free_hit = _distribution(
            {
                o.key: shares[o.key]
                for o in OUTCOMES
                if o.key in shares and (not o.dismissal or o.dismissal in ALLOWED_ON_FREE_HIT)
            }
        )

    def price(self, context: DeliveryContext) -> Distribution:
        return self._free_hit if context.innings.free_hit else self._any


def _distribution(shares: dict[str, float]) -> Distribution:
    total = sum(shares.values())
    return Distribution([shares.get(outcome.key, 0.0) / total for outcome in OUTCOMES])


class RunsValue:
    """A `MatchModel` of its own kind: half, a little more for every run, less for every wicket."""

    def of(self, innings: Innings) -> float:
        return 0.5 + 0.001 * (innings.runs - 10 * innings.wickets)

    def after(self, innings: Innings) -> Sequence[float]:
        now = self.of(innings)
        return [now + 0.001 * (o.runs - 10 * o.is_wicket) for o in OUTCOMES]

    def after_each(self, innings: Sequence[Innings]) -> Sequence[Sequence[float]]:
        return [self.after(each) for each in innings]

    def opening(self) -> Opening:
        return Opening(before=0.5, after=0.5)

    def after_toss(self, winner: Seat) -> float:
        return 0.5


class Remembering:
    """An observer that keeps every event, and whether it was closed."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.closed = False

    async def on_event(self, event: Told) -> None:
        self.events.append(event.event)

    async def aclose(self) -> None:
        self.closed = True
