"""The questions to people that are open on this bus, and the one answer that each gets.

They are kept in memory alone and are no events: nobody but the captain asked sees them, and a bus
that was started again is asked again by whoever waits. The bus's clock decides whether an answer
came in time; whoever waits is told of the same end as the person.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from engine.calls import CricketAction
from engine.tool_captains.human.wire import HumanQuestion, HumanQuestions, answer_of

ENDED_KEPT: Final = 1_000  # questions that are over, so that a late answer is told why
LEFT_ALONE_S: Final = 10.0  # then nobody will come back for the answer: the match has died


class QuestionState(StrEnum):
    OPEN = "open"
    ANSWERED = "answered"
    TIMED_OUT = "timed_out"
    WITHDRAWN = "withdrawn"  # the match went on, or ended, without it


class TooManyQuestions(Exception):
    """As many are open as the bus keeps."""


@dataclass(slots=True, eq=False)
class Asked:
    """One question. `over` rings when it has ended, or the bus does; `waiting` are the requests
    that listen for it. `clock` ends it when its time is over, `left_alone` when nobody listens.
    `question` is None once it has ended: what was seen is large, and nobody reads it again.
    """

    id: str
    captain: str
    gone: bool
    question: HumanQuestion | None
    ends_s: float | None = None  # by the loop's clock
    state: QuestionState = QuestionState.OPEN
    answer: CricketAction | None = None
    over: asyncio.Event = field(default_factory=asyncio.Event)
    waiting: int = 0
    clock: asyncio.TimerHandle | None = None
    left_alone: asyncio.TimerHandle | None = None

    def told(self, now_s: float) -> HumanQuestion:
        """The open question as it is shown now."""
        assert self.question is not None
        left = None if self.ends_s is None else round(max(0.0, self.ends_s - now_s), 3)
        return self.question.model_copy(update={"remaining_s": left})

    @classmethod
    def of(cls, question: HumanQuestion) -> Asked:
        return cls(id=question.id, captain=question.captain, gone=question.gone, question=question)

    def stop_timers(self) -> None:
        for timer in (self.clock, self.left_alone):
            if timer is not None:
                timer.cancel()


class Questions:
    """Every question of the bus; belongs to the loop that serves it. At most `most` are open, and
    one that nobody waits for is withdrawn after `left_alone_s`.
    """

    def __init__(self, most: int, left_alone_s: float = LEFT_ALONE_S) -> None:
        self._most, self._left_alone_s = most, left_alone_s
        self._open: dict[str, Asked] = {}
        self._ended: OrderedDict[str, Asked] = OrderedDict()
        self._changed = asyncio.Event()
        self.closing = False

    @property
    def open(self) -> int:
        return len(self._open)

    # --- for the match -------------------------------------------------------------------------

    def ask(self, question: HumanQuestion) -> Asked:
        """Opens the question; the same one when it was asked before, whose time goes on, or which
        has ended. One that was withdrawn is opened again: its match was only away. Raises
        `TooManyQuestions`.
        """
        known = self._open.get(question.id) or self._ended.get(question.id)
        if known is not None and known.state is not QuestionState.WITHDRAWN:
            return known
        if len(self._open) >= self._most:
            raise TooManyQuestions
        self._ended.pop(question.id, None)
        asked = self._open[question.id] = Asked.of(question)
        if question.remaining_s is not None:
            loop = asyncio.get_running_loop()
            asked.ends_s = loop.time() + question.remaining_s
            asked.clock = loop.call_at(asked.ends_s, self._end, asked, QuestionState.TIMED_OUT)
        self._ring()
        return asked

    async def outcome(self, asked: Asked, wait_s: float) -> QuestionState:
        """Waits for the end of the question, `wait_s` at most."""
        asked.waiting += 1
        if asked.left_alone is not None:
            asked.left_alone.cancel()
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(wait_s):
                    await asked.over.wait()
        finally:
            asked.waiting -= 1
            if not asked.waiting and asked.state is QuestionState.OPEN:
                asked.left_alone = asyncio.get_running_loop().call_later(
                    self._left_alone_s, self._end, asked, QuestionState.WITHDRAWN
                )
        return asked.state

    def withdraw(self, question_id: str) -> Asked | None:
        """Nobody waits any more, unless the answer was there before."""
        asked = self._open.get(question_id)
        if asked is not None:
            self._end(asked, QuestionState.WITHDRAWN)
        return asked or self._ended.get(question_id)

    # --- for the person ------------------------------------------------------------------------

    async def of(self, captain: str, after: str | None, wait_s: float) -> HumanQuestions:
        """The open questions to `captain`; waits while they are those of version `after`."""
        ends_s = asyncio.get_running_loop().time() + wait_s
        while True:
            bell, now = self._changed, self._questions(captain)
            if now.version != after or self.closing:
                return now
            try:
                async with asyncio.timeout_at(ends_s):
                    await bell.wait()
            except TimeoutError:
                return now

    def find(self, captain: str, question_id: str) -> Asked | None:
        """A question to `captain`, open or over; None where he was never asked it."""
        asked = self._open.get(question_id) or self._ended.get(question_id)
        return asked if asked is not None and asked.captain == captain else None

    def answer(self, asked: Asked, body: bytes) -> None:
        """Takes the answer to an open question. Raises `CallError`, and the question stays open.

        To a captain who is not waited for every answer says that he is back; none is played.
        """
        if not asked.gone:
            assert asked.question is not None
            asked.answer = answer_of(body, asked.question)
        self._end(asked, QuestionState.ANSWERED)

    # --- both ----------------------------------------------------------------------------------

    def close(self) -> None:
        """The bus goes away: whoever waits is told so."""
        self.closing = True
        for asked in self._open.values():
            asked.over.set()
            asked.stop_timers()
        self._ring()

    def _end(self, asked: Asked, state: QuestionState) -> None:
        asked.state = state
        asked.stop_timers()
        asked.question = None
        del self._open[asked.id]
        self._ended[asked.id] = asked
        while len(self._ended) > ENDED_KEPT:
            self._ended.popitem(last=False)
        asked.over.set()
        self._ring()

    def _ring(self) -> None:
        bell, self._changed = self._changed, asyncio.Event()
        bell.set()

    def _questions(self, captain: str) -> HumanQuestions:
        now_s = asyncio.get_running_loop().time()
        mine = [asked for asked in self._open.values() if asked.captain == captain]
        return HumanQuestions(
            version=_version(asked.id for asked in mine),
            questions=tuple(asked.told(now_s) for asked in mine),
        )


def _version(ids: Iterable[str]) -> str:
    """The same for the same open questions, whichever bus keeps them."""
    return hashlib.blake2b(" ".join(ids).encode(), digest_size=8).hexdigest()
