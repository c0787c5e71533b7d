"""Matches without a ball model: chance is a script that brings on what is rare.

A suite that tries out captains wants free hits, all out and the last pair, super overs and batters
retired hurt in every run, not once in a season.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, Protocol, TypeVar

from engine.cricket.choices import Decision, Seat
from engine.cricket.match import play_match
from engine.cricket.nodes import Answer, ChanceNode, DecisionRequest, Draw, Fact, TossDraw
from engine.cricket.outcomes import OUTCOME_INDEX, OUTCOMES, Outcome
from engine.cricket.setup import MatchSetup
from engine.seeds import Streams

Weather = Callable[[ChanceNode, float], Outcome]


class Answered(Protocol):
    """A question as whoever leads the match answered it."""

    @property
    def decision(self) -> Decision: ...


A = TypeVar("A", bound=Answered)


def _nobody(_: Fact) -> None:
    return None


def rehearse(
    setup: MatchSetup,
    weather: Weather,
    streams: Streams,
    *,
    lead: Callable[[DecisionRequest], A],
    hear: Callable[[Fact], None] = _nobody,
) -> Iterator[A]:
    """One match under `weather`, question by question; the home side wins the toss. `lead` answers
    for both sides, legally.
    """
    match = play_match(setup)
    answer: Answer = None
    while True:
        try:
            node = match.send(answer)
        except StopIteration:
            return
        if isinstance(node, DecisionRequest):
            answered = lead(node)
            yield answered
            answer = answered.decision
        elif isinstance(node, ChanceNode):
            answer = _drawn(node, weather, streams)
        else:
            hear(node)
            answer = None


def _drawn(node: ChanceNode, weather: Weather, streams: Streams) -> Draw:
    if node.context is None:
        return TossDraw(winner=Seat.HOME)
    uniform = streams.uniform(node.purpose, node.innings, node.legal_ball, node.repeat)
    return weather(node, uniform)


def _outcome(key: str) -> Outcome:
    return OUTCOMES[OUTCOME_INDEX[key]]


# Roughly the shares of a T20 ball; only the variety matters here.
_ORDINARY: Final = (
    (0.06, "caught"),
    (0.08, "bowled"),
    (0.09, "run out/striker's end"),
    (0.40, "0"),
    (0.76, "1"),
    (0.82, "2"),
    (0.92, "4"),
    (0.96, "6"),
    (0.98, "wd1"),
    (0.99, "lb1"),
    (1.00, "nb1+1"),
)


def ordinary(node: ChanceNode, uniform: float) -> Outcome:
    key = next(key for limit, key in _ORDINARY if uniform < limit)
    return _outcome("1" if _is_free_hit(node) and key in ("caught", "bowled") else key)


def no_balls(node: ChanceNode, _uniform: float) -> Outcome:
    """Every legal ball is preceded by a no-ball; every other free hit is hit for a single."""
    if node.repeat == 0:
        return _outcome("nb1")
    return _outcome("1" if node.legal_ball % 2 else "0")


def wickets(node: ChanceNode, _uniform: float) -> Outcome:
    """A wicket every other ball: both sides are all out for the same, and every super over is
    level.
    """
    return _outcome("bowled" if node.legal_ball % 2 else "1")


def dots(_node: ChanceNode, _uniform: float) -> Outcome:
    return _outcome("0")


def injuries(node: ChanceNode, _uniform: float) -> Outcome:
    if _is_free_hit(node) or node.legal_ball % 3:
        return _outcome("1")
    return _outcome("retired hurt" if node.legal_ball % 2 else "bowled")


def _is_free_hit(node: ChanceNode) -> bool:
    return node.context is not None and node.context.innings.free_hit
