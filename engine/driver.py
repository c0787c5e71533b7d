"""Drive one match generator: price its chance nodes, draw them, keep account of luck, stop at every
question.

Every driver of a match (the live episode, the environment, replay, the tests) is a loop around a
`MatchDriver`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from engine.cricket import legality
from engine.cricket.choices import Decision, DecisionKind, Seat
from engine.cricket.distribution import MatchModel, Opening, OutcomeModel
from engine.cricket.match import play_match
from engine.cricket.nodes import (
    Answer,
    ChanceNode,
    DecisionRequest,
    DeliveryContext,
    Draw,
    Fact,
    MatchResult,
    TossDraw,
)
from engine.cricket.outcomes import OUTCOMES, Outcome
from engine.cricket.setup import MatchSetup
from engine.making import maker
from engine.seeds import CaptainDraws, Streams, captain_draws

EVEN: Final = 0.5
_EVEN_OPENING: Final = Opening(before=EVEN, after=EVEN)


@dataclass(frozen=True, slots=True, kw_only=True)
class BallLuck:
    """The home side's win probability around one ball, each 0…1.

    `before` the choices, `expected` over the distribution that was sampled, `after` the draw.
    """

    before: float
    expected: float
    after: float

    @property
    def luck(self) -> float:
        """What chance gave the home side; its expectation is zero."""
        return self.after - self.expected


_draws = maker(CaptainDraws)


def _no_listener(_: Fact) -> None:
    return None


def draws_for(request: DecisionRequest, streams: Streams) -> CaptainDraws:
    """The random numbers of the captain who is asked `request`.

    The key is the ball's, so that an extra question does not shift later draws; the batters of one
    vacancy after another are told apart by how many have come in.
    """
    innings, kind = request.view.innings, request.kind
    if innings is None:
        return captain_draws(streams, seat=request.seat, kind=kind, innings=0, ball=0, repeat=0)
    repeat = innings.repeat
    if kind is DecisionKind.BATTER:
        repeat += sum(1 for line in innings.batters if line.position)
    return _draws(
        own=streams.of_captain(request.seat),
        kind=kind,
        innings=innings.number,
        ball=innings.legal_balls,
        repeat=repeat,
    )


class MatchDriver:
    """One match in progress. `request` is the open question; None once `result` is there.

    `on_fact` hears every fact in order, after `luck`, `last_ball` and `home_win_probability` were
    brought up to date. `luck` begins with that of the draws before the first ball. Without a
    `value` model no luck is kept and the win probability stays at one half.
    """

    def __init__(
        self,
        setup: MatchSetup,
        *,
        model: OutcomeModel,
        value: MatchModel | None,
        streams: Streams,
        on_fact: Callable[[Fact], None] = _no_listener,
    ) -> None:
        self.setup = setup
        self.request: DecisionRequest | None = None
        self.result: MatchResult | None = None
        opening = value.opening() if value is not None else _EVEN_OPENING
        self.setup_luck = self.luck = opening.after - opening.before
        self.home_win_probability = opening.after
        self._last_ball: tuple[float, float, float] | None = None
        self._model, self._value, self._streams = model, value, streams
        self._on_fact = on_fact
        self._match = play_match(setup)
        self._advance(None)

    def answer(self, decision: Decision) -> None:
        """Plays on to the next question. Raises `IllegalDecision`, and then nothing has changed."""
        if self.request is None:
            raise ValueError("the match is over")
        legality.check(self.request, decision)
        self._advance(decision)

    def answer_checked(self, decision: Decision) -> None:
        """As `answer`, for a decision that has passed `legality.check` for the open question."""
        if self.request is None:
            raise ValueError("the match is over")
        self._advance(decision)

    def draws(self) -> CaptainDraws:
        """The random numbers of the captain who is asked the open question."""
        if self.request is None:
            raise ValueError("the match is over")
        return draws_for(self.request, self._streams)

    @property
    def last_ball(self) -> BallLuck | None:
        if self._last_ball is None:
            return None
        before, expected, after = self._last_ball
        return BallLuck(before=before, expected=expected, after=after)

    def close(self) -> None:
        self._match.close()

    def _advance(self, answer: Answer) -> None:
        self.request = None
        while True:
            try:
                node = self._match.send(answer)
            except StopIteration as finished:
                self.result = finished.value
                return
            if isinstance(node, DecisionRequest):
                self.request = node
                return
            if isinstance(node, ChanceNode):
                answer = self._draw(node)
            else:
                self._on_fact(node)
                answer = None

    def _draw(self, node: ChanceNode) -> Draw:
        uniform = self._streams.uniform(node.purpose, node.innings, node.legal_ball, node.repeat)
        if node.context is None:
            return self._toss(Seat.HOME if uniform < EVEN else Seat.AWAY)
        return self._deliver(node.context, uniform)

    def _toss(self, winner: Seat) -> TossDraw:
        """Winning the toss is worth what winners usually make of it; each side does half the
        time.
        """
        if self._value is not None:
            won, lost = (self._value.after_toss(seat) for seat in (winner, winner.other))
            self._account(Seat.HOME, EVEN * won + EVEN * lost, won)
        return TossDraw(winner=winner)

    def _deliver(self, context: DeliveryContext, uniform: float) -> Outcome:
        distribution = self._model.price(context)
        index = distribution.index_at(uniform)
        if self._value is not None:
            values = self._value.after(context.innings)
            expected = distribution.mean(values)
            self._account(context.innings.batting, expected, float(values[index]))
        return OUTCOMES[index]

    def _account(self, batting: Seat, expected: float, after: float) -> None:
        """Both values are the batting side's; kept for the home side."""
        if batting is Seat.AWAY:
            expected, after = 1.0 - expected, 1.0 - after
        self._last_ball = self.home_win_probability, expected, after
        self.luck += after - expected
        self.home_win_probability = after
