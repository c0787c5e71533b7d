"""Asks a program as a match does, and tells apart what comes.

The client is the one that matches use, so what passes here is what passes there; what comes back is
judged by the seat's session. Nothing that a program sends raises: every answer has an outcome.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from engine.calls import CricketAction
from engine.compliance.questions import Question
from engine.errors import CallError, NoUsableCall
from engine.overhead import MAX_PREPARING_CALLS
from engine.tool_captains.account import Problem
from engine.tool_captains.faults import BadEndpoint, Part, TransportFault
from engine.tool_captains.remote.posting import Programs
from engine.tool_captains.remote.wire import action_of
from engine.wording import printable, shortened, shown

LONGEST_SAID: Final = 160
PUSHED_BACK_TRIES: Final = 3  # how often a program may say that it is asked too much
USUAL_WAIT_S: Final = 1.0  # where it does not say for how long


# What the client calls it when no answer comes.
_IN_WORDS: Final = {
    "ConnectError": "no connection could be made",
    "ConnectTimeout": "no connection could be made in time",
    "ReadError": "the connection broke before the answer was there",
    "WriteError": "the connection broke while the request was sent",
    "RemoteProtocolError": "the connection ended without an answer, or what came is no HTTP",
}


class Outcome(StrEnum):
    """What an answer came to, by the first thing that was wrong with it."""

    LEGAL = "legal"
    NO_ANSWER = "no answer"  # no connection, or none that lasted
    LATE = "late"
    MISPLACED = "misplaced"  # a status that says: not here
    NOT_LET_IN = "not let in"  # a status that says: not you
    UNREADABLE = "unreadable"  # another status, or no call in the body
    NOT_OFFERED = "not offered"
    ILLEGAL = "illegal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request and what came of it. `said` tells it in a line that may be shown, `call` is what
    was read, `leads_to` what is asked after a legal call that only prepares.
    """

    question: Question
    sent: bytes
    outcome: Outcome
    said: str
    took_s: float
    call: CricketAction | None = None
    leads_to: Question | None = None

    @property
    def is_legal(self) -> bool:
        return self.outcome is Outcome.LEGAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where the program is, and how it is asked. `token` None: it wants none."""

    url: str
    token: str | None
    timeout_s: float


@dataclass(slots=True, kw_only=True)
class Examiner:
    """`pushed_back` counts how often the program wished to be asked later."""

    address: Address
    programs: Programs
    pushed_back: int = 0

    async def ask(self, question: Question, episode: str) -> Exchange:
        return await self.send(question, question.body(episode, self.address.timeout_s))

    async def ask_to_the_end(self, question: Question, episode: str) -> list[Exchange]:
        """Asks until a call answers the question, or one is wrong."""
        exchanges = list[Exchange]()
        at: Question | None = question
        while at is not None and len(exchanges) <= MAX_PREPARING_CALLS:
            exchanges.append(await self.ask(at, episode))
            at = exchanges[-1].leads_to
        return exchanges

    async def send(self, question: Question, body: bytes) -> Exchange:
        """`body` is the request for `question`, or what has been made of it."""
        started = time.perf_counter()
        try:
            answer = await self._posted(body)
        except NoUsableCall as unusable:
            late = unusable.problem == Problem.LATE
            outcome, why = Outcome.LATE if late else Outcome.UNREADABLE, unusable.why
        except BadEndpoint as barred:
            mine = barred.part is Part.KEY
            outcome, why = Outcome.NOT_LET_IN if mine else Outcome.MISPLACED, barred.why
        except TransportFault as fault:
            answered = fault.why.startswith("status")
            outcome = Outcome.UNREADABLE if answered else Outcome.NO_ANSWER
            why = _IN_WORDS.get(fault.why, fault.why)
        else:
            return judged(question, body, answer, time.perf_counter() - started)
        return _exchange(question, body, outcome, why, time.perf_counter() - started)

    async def _posted(self, body: bytes) -> bytes:
        """The answer; asked again where the program wished to be asked later."""
        address = self.address
        for left in reversed(range(PUSHED_BACK_TRIES)):
            try:
                return await self.programs.post(
                    address.url, body, token=address.token, deadline_s=address.timeout_s
                )
            except TransportFault as fault:
                if not (fault.pushed_back and left):
                    raise
                self.pushed_back += 1
                wished_s = USUAL_WAIT_S if fault.retry_after_s is None else fault.retry_after_s
            await asyncio.sleep(min(wished_s, address.timeout_s))
        raise AssertionError("the last try raises or returns")


def judged(question: Question, body: bytes, answer: bytes, took_s: float) -> Exchange:
    """What the bytes of an answer with status 200 come to."""

    def came(outcome: Outcome, said: str) -> Exchange:
        return _exchange(question, body, outcome, said, took_s)

    try:
        call = action_of(answer, question.request.number)
    except CallError as unreadable:
        return came(Outcome.UNREADABLE, f"{unreadable.why}: {shown(answer)}")
    offered = [tool.name for tool in question.observation().available_tools]
    if call.tool not in offered:
        return came(Outcome.NOT_OFFERED, f"{shown(call.tool)}; legal: {', '.join(offered)}")
    try:
        leads_to = question.after(call)
    except CallError as illegal:
        return came(Outcome.ILLEGAL, str(illegal))
    return replace(came(Outcome.LEGAL, call.tool), call=call, leads_to=leads_to)


def _exchange(
    question: Question, body: bytes, outcome: Outcome, said: str, took_s: float
) -> Exchange:
    return Exchange(
        question=question,
        sent=body,
        outcome=outcome,
        said=f"{question.name}: {_safe(said)}",
        took_s=took_s,
    )


def _safe(text: str) -> str:
    """On one line, in ASCII: other scripts change the order and the width of what is shown."""
    plain = printable(" ".join(text.split())).encode("ascii", "backslashreplace").decode()
    return shortened(plain, LONGEST_SAID)
