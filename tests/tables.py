"""Open questions of every kind, for tests of the captain's side of the table."""

from __future__ import annotations

from engine.captains import Baseline
from engine.cricket.choices import DecisionKind, Seat
from engine.cricket.formats import format_of
from engine.cricket.nodes import DecisionRequest, Fact
from engine.cricket.setup import MatchSetup
from engine.cricket.state import Squads
from engine.driver import MatchDriver
from engine.seat import SeatSession
from engine.seeds import Streams
from engine.squads import load_squad
from tests.doubles import FlatModel, RunsValue

SQUADS = Squads(home=load_squad("saltmarsh"), away=load_squad("redstone"))


class Match:
    """A match of two baselines that stops wherever a test wants to take over.

    `session` is the side of the table of whoever is asked; both hear every fact.
    """

    def __init__(
        self, seed: int = 1, overs: int = 5, shares: dict[str, float] | None = None
    ) -> None:
        self.sessions = {seat: SeatSession(seat, seat.value, value=RunsValue()) for seat in Seat}
        self.driver = MatchDriver(
            MatchSetup(format=format_of(overs), squads=SQUADS),
            model=FlatModel(shares),
            value=RunsValue(),
            streams=Streams(seed),
            on_fact=self._hear,
        )

    @property
    def request(self) -> DecisionRequest:
        assert self.driver.request is not None
        return self.driver.request

    @property
    def session(self) -> SeatSession:
        return self.sessions[self.request.seat]

    def to(self, kind: DecisionKind, *, skip: int = 0) -> Match:
        """Plays on to the question of that kind, past `skip` of them."""
        while self.request.kind is not kind or skip:
            skip -= self.request.kind is kind
            self.play()
        return self

    def to_ball(self, legal_balls: int) -> Match:
        """Plays on to the first delivery question with so many legal balls bowled."""
        while True:
            self.to(DecisionKind.DELIVERY)
            innings = self.request.view.innings
            assert innings is not None
            if innings.legal_balls >= legal_balls:
                return self
            self.play()

    def play(self) -> None:
        """Lets the baseline answer the open question."""
        self.driver.answer(Baseline().decide(self.request, self.driver.draws()))

    def finish(self) -> None:
        while self.driver.request is not None:
            self.play()

    def _hear(self, fact: Fact) -> None:
        for session in self.sessions.values():
            session.hear(fact)
