"""The match's side of asking a person: the question is put on the bus, and waited for there.

One request asks and waits; it is sent again until the question has ended, so a bus that was
started again is asked again. While the bus is away the person's time goes on, and when it is over
his default decides.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

import httpx

from engine.calls import CricketAction
from engine.errors import CaptainSilent, CaptainUnavailable
from engine.observation import CricketObservation
from engine.tool_captains.account import Problem
from engine.tool_captains.contract import Caller
from engine.tool_captains.human.wire import HumanQuestion, question_of
from spectator.questions import QuestionState
from spectator.sending import BACKOFF_FIRST_S, BACKOFF_MOST_S, tls_for

WAIT_S: Final = 20  # how long the bus holds a request while nothing happens
SLACK_S: Final = 5.0  # for the way there and back
CONNECT_S: Final = 2.0
WITHDRAW_S: Final = 1.0  # how long the end of a run waits to take its questions back


class _Away(Exception):
    """The bus cannot be reached, or goes away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """What the bus says of a question."""

    state: QuestionState
    answer: CricketAction | None


class BusAsker:
    """Implements `Asker`, for any number of matches of one event loop. Closing it takes its
    questions back.
    """

    def __init__(self, url: str, token: str) -> None:
        self._url = url.rstrip("/")
        self._token = token
        self._client: httpx.AsyncClient | None = None
        self._calls_back: set[asyncio.Task[None]] = set()
        self._withdrawals: set[asyncio.Task[None]] = set()

    async def aclose(self) -> None:
        for call in self._calls_back:
            call.cancel()  # it takes its question back
        while left := self._calls_back | self._withdrawals:
            await asyncio.wait(left)
        if self._client is not None:
            await self._client.aclose()

    async def ask(
        self, who: Caller, observation: CricketObservation, deadline_s: float
    ) -> CricketAction:
        question = question_of(observation, who, deadline_s)
        try:
            told = await self._until_it_ends(question, deadline_s)
        except asyncio.CancelledError:
            _in_background(self._withdraw(question), self._withdrawals)
            raise
        if told.answer is None:
            raise CaptainSilent(Problem.LATE, f"no answer within {deadline_s:g} s")
        # The number is ours: an answer is to the question that was asked.
        return told.answer.model_copy(update={"question": observation.question})

    def call_back(
        self, who: Caller, observation: CricketObservation, on_back: Callable[[], None]
    ) -> Callable[[], None]:
        question = question_of(observation, who, deadline_s=0.0, gone=True)
        task = _in_background(self._until_he_is_back(question, on_back), self._calls_back)

        def stop() -> None:
            task.cancel()

        return stop

    # --- one question --------------------------------------------------------------------------

    async def _until_it_ends(self, question: HumanQuestion, deadline_s: float) -> _Told:
        """Raises `CaptainSilent` where the bus is away when the time is over."""
        clock = asyncio.get_running_loop().time
        ends_s, pause_s = clock() + deadline_s, BACKOFF_FIRST_S
        while (left_s := ends_s - clock()) > 0:
            asked = question.model_copy(update={"remaining_s": left_s})
            try:
                # A second more, so that it is the bus that says that the time is over.
                told = await self._put(asked, min(WAIT_S, int(left_s) + 2))
            except _Away:
                await asyncio.sleep(min(pause_s, left_s))
                pause_s = min(pause_s * 2, BACKOFF_MOST_S)
                continue
            pause_s = BACKOFF_FIRST_S
            if told.state is not QuestionState.OPEN:
                return told
        try:
            return await self._delete(question)
        except _Away:
            why = f"the bus was away when his {deadline_s:g} s were over"
            raise CaptainSilent(Problem.UNREACHABLE, why) from None

    async def _until_he_is_back(self, question: HumanQuestion, on_back: Callable[[], None]) -> None:
        try:
            while True:
                try:
                    told = await self._put(question, WAIT_S)
                except (_Away, CaptainUnavailable):  # whoever asks him next says what is wrong
                    await asyncio.sleep(BACKOFF_MOST_S)
                    continue
                if told.state is not QuestionState.OPEN:
                    break
        except asyncio.CancelledError:
            await self._withdraw(question)
            raise
        if told.state is QuestionState.ANSWERED:
            on_back()

    async def _withdraw(self, question: HumanQuestion) -> None:
        """As far as it comes about in time: a question that is left ends by itself."""
        with suppress(_Away, CaptainUnavailable, TimeoutError):
            async with asyncio.timeout(WITHDRAW_S):
                await self._delete(question)

    # --- the wire ------------------------------------------------------------------------------

    async def _put(self, question: HumanQuestion, wait_s: int) -> _Told:
        return await self._sent(
            "PUT", question, params={"wait_s": wait_s}, content=question.model_dump_json(),
            timeout=httpx.Timeout(wait_s + SLACK_S, connect=CONNECT_S),
        )  # fmt: skip

    async def _delete(self, question: HumanQuestion) -> _Told:
        return await self._sent("DELETE", question, timeout=httpx.Timeout(SLACK_S))

    async def _sent(self, method: str, question: HumanQuestion, **request: Any) -> _Told:
        """Raises `_Away`, or `CaptainUnavailable` for what waiting would not mend."""
        try:
            path = f"/api/questions/{question.id}"
            answer = await self._connections().request(method, path, **request)
        except httpx.TransportError:
            raise _Away from None
        if answer.status_code >= 500 or answer.status_code == HTTPStatus.TOO_MANY_REQUESTS:
            raise _Away
        if answer.status_code == HTTPStatus.UNAUTHORIZED:
            raise CaptainUnavailable(f"{self._url}: the bus does not accept the token")
        if method == "DELETE" and answer.status_code == HTTPStatus.NOT_FOUND:
            raise _Away  # a bus that was started again, and had not been asked yet
        if answer.status_code != HTTPStatus.OK:
            raise CaptainUnavailable(f"{self._url}: the bus answered {answer.status_code}")
        try:
            return _told(answer.json())
        except (ValueError, KeyError, TypeError):
            raise CaptainUnavailable(f"{self._url}: what answers there is no bus") from None

    def _connections(self) -> httpx.AsyncClient:
        if self._client is None:
            self._client = httpx.AsyncClient(
                base_url=self._url,
                headers={
                    "authorization": f"Bearer {self._token}",
                    "content-type": "application/json",
                },
                limits=httpx.Limits(max_connections=None, max_keepalive_connections=20),
                trust_env=False,
                verify=tls_for(self._url),
            )
        return self._client


def _told(outcome: Any) -> _Told:
    """The bus's answer; something else that answers 200 raises."""
    given = outcome.get("answer") if isinstance(outcome, dict) else None
    return _Told(
        state=QuestionState(outcome["state"]),
        answer=None if given is None else CricketAction.model_validate(given),
    )


def _in_background(
    work: Coroutine[Any, Any, None], among: set[asyncio.Task[None]]
) -> asyncio.Task[None]:
    task = asyncio.get_running_loop().create_task(work)
    among.add(task)
    task.add_done_callback(among.discard)
    return task
