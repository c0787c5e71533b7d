"""A question that a program may be asked, with the table as it was when the question came up.

It is asked and judged by the parts that a real match uses: the seat's session, the wire format and
the check of calls.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Final

from engine.calls import CricketAction
from engine.cricket.choices import DecisionKind
from engine.cricket.nodes import DecisionRequest
from engine.errors import CallError
from engine.observation import CricketObservation
from engine.seat import SeatSession
from engine.tool_captains.contract import Caller
from engine.tool_captains.remote.wire import request_of

CAPTAIN: Final = "compliance"  # what the program under test is called


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """`session` is the seat's as it was, and is never called itself. `match` names the rehearsed
    match, `refused` says why the last call was, None where it was taken.
    """

    request: DecisionRequest
    session: SeatSession
    match: str
    refused: str | None = None

    @property
    def kind(self) -> DecisionKind:
        return self.request.kind

    @property
    def name(self) -> str:
        return f"question {self.request.number} ({self.kind}) of {self.match}"

    def observation(self) -> CricketObservation:
        return copied(self.session).observation(self.request, error=self.refused)

    def body(self, episode: str, deadline_s: float) -> bytes:
        """The request as a program gets it in the match called `episode`."""
        who = Caller(captain=CAPTAIN, episode_id=episode, seat=self.request.seat)
        return request_of(self.observation(), who, deadline_s).model_dump_json().encode()

    def after(self, call: CricketAction) -> Question | None:
        """What is asked after a call that only prepares; None after one that answers. Raises
        `CallError` for a call that is refused.
        """
        session = copied(self.session)
        if session.call(call, self.request) is not None:
            return None
        return replace(self, session=session, refused=None)

    def after_refusal(self, call: CricketAction) -> Question:
        """The question as it is asked again after a call that is refused."""
        session = copied(self.session)
        try:
            session.call(call, self.request)
        except CallError as error:
            return replace(self, session=session, refused=str(error))
        raise AssertionError(f"{call.tool} was to be refused")


def copied(session: SeatSession) -> SeatSession:
    """With a life of its own; the balls, which never change, are shared."""
    return deepcopy(session, {id(ball): ball for ball in session.balls})
