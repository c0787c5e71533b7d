"""How a captain's answer is obtained: asked, checked, asked again, then replaced or forfeited.

Every answer passes through here, so that fallbacks, rethinks and errors are counted in one place,
whatever the captain is.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import Final, Protocol, runtime_checkable

from engine import events as ev
from engine.captains import CaptainSpec, Policy
from engine.chance.advice import Adviser
from engine.cricket.choices import Decision, Seat
from engine.cricket.distribution import WinModel
from engine.cricket.nodes import DecisionRequest, Fact
from engine.errors import BrokenRecord, CallError, CaptainFailed, CaptainUnavailable
from engine.making import maker
from engine.observation import CricketObservation
from engine.reporter import Answered
from engine.seat import SeatSession
from engine.seeds import CaptainDraws
from engine.tools import CricketAction
from engine.wording import shown

_MS: Final = 1000.0


_answered = maker(Answered)


@runtime_checkable
class ToolCaptain(Protocol):
    """A captain that reads an observation and calls a tool: a language model, a program, a person.

    Raises `CaptainUnavailable` when it could not be reached, which is not its own doing. What `act`
    leaves open is closed by `aclose`, which is called once, when the episode ends.
    """

    async def act(self, observation: CricketObservation) -> CricketAction: ...

    async def aclose(self) -> None: ...


Captain = Policy | ToolCaptain


@dataclass(slots=True, kw_only=True)
class _Attempt:
    """What went wrong so far while one question was being answered."""

    errors: list[str]
    started: float


class Chair:
    """One captain in one seat for one match.

    `max_rethinks` is how often he may be asked again after an unusable answer to one question.
    """

    def __init__(
        self,
        seat: Seat,
        captain: Captain,
        spec: CaptainSpec,
        *,
        max_rethinks: int,
        value: WinModel | None,
        adviser: Adviser | None = None,
    ) -> None:
        self._spec, self._max_rethinks = spec, max_rethinks
        # Told apart once: the check against a protocol costs more than a scripted decision.
        self._policy = captain if isinstance(captain, Policy) else None
        self._tool_captain = None if isinstance(captain, Policy) else captain
        # A scripted captain answers at once: `answer_at_once` does, and nobody has to wait.
        self.is_scripted = self._policy is not None
        self._session = SeatSession(seat, spec.name, value=value, adviser=adviser)
        self._own_source: ev.Source = "recorded" if spec.kind == "recorded" else "policy"

    async def answer(self, request: DecisionRequest, draws: CaptainDraws) -> Answered:
        """A legal decision for `request`, and how it came about.

        Raises `CaptainFailed` where no usable answer came and the captain's file says `forfeit`,
        and `CaptainUnavailable` where he could not be reached.
        """
        if self._tool_captain is not None:
            return await self._of_tools(self._tool_captain, request, draws)
        return self.answer_at_once(request, draws)

    def answer_at_once(self, request: DecisionRequest, draws: CaptainDraws) -> Answered:
        """As `answer`, of a scripted captain. He answers the same question in the same way, so he
        is not asked again.
        """
        policy = self._policy
        assert policy is not None
        try:
            decision = policy.decide(request, draws)
        except (CaptainUnavailable, BrokenRecord):
            raise
        except Exception as crash:  # noqa: BLE001 - a captain's bug is his failure, not the match's
            return self._without_answer([self._crashed(request, crash)], request, draws)
        try:
            self._session.answer_of_policy(decision, request)
        except CallError as refused:
            return self._without_answer([str(refused)], request, draws)
        return _answered(decision=decision, source=self._own_source)

    def hear(self, fact: Fact) -> None:
        """Takes notice of what was published; a scripted captain is shown it with each question."""
        if self._policy is None:
            self._session.hear(fact)

    def counts(self) -> ev.SeatCounts:
        return self._session.counts()

    async def aclose(self) -> None:
        if self._tool_captain is not None:
            await self._tool_captain.aclose()

    async def _of_tools(
        self, captain: ToolCaptain, request: DecisionRequest, draws: CaptainDraws
    ) -> Answered:
        attempt = _Attempt(errors=[], started=time.perf_counter())
        while len(attempt.errors) <= self._max_rethinks:
            decision = await self._one_call(captain, request, attempt)
            if decision is not None:
                return Answered(
                    decision=decision,
                    source="llm",
                    reason=self._session.reason,
                    rethinks=len(attempt.errors),
                    errors=tuple(attempt.errors),
                    latency_ms=(time.perf_counter() - attempt.started) * _MS,
                )
        return self._without_answer(attempt.errors, request, draws)

    async def _one_call(
        self, captain: ToolCaptain, request: DecisionRequest, attempt: _Attempt
    ) -> Decision | None:
        """One tool call; None where it only prepares, or was refused (and then noted)."""
        last = attempt.errors[-1] if attempt.errors else None
        observation = self._session.observation(request, error=last)
        try:
            return self._session.call(await captain.act(observation), request)
        except CaptainUnavailable:
            raise
        except CallError as refused:
            attempt.errors.append(str(refused))
        except asyncio.CancelledError as cancelled:
            if _is_being_cancelled():
                raise
            attempt.errors.append(self._crashed(request, cancelled))
        except Exception as crash:  # noqa: BLE001 - a captain's bug is his failure, not the match's
            attempt.errors.append(self._crashed(request, crash))
        return None

    def _crashed(self, request: DecisionRequest, error: BaseException) -> str:
        """Counts a breakdown of the captain, and says what it was."""
        self._session.crashed(request)
        return shown(error)

    def _without_answer(
        self, errors: list[str], request: DecisionRequest, draws: CaptainDraws
    ) -> Answered:
        if self._spec.on_failure == "forfeit":
            raise CaptainFailed(f"{self._spec.name}: {errors[-1]}")
        return Answered(
            decision=self._session.fall_back(request, draws),
            source="fallback",
            rethinks=len(errors) - 1,
            errors=tuple(errors),
        )


def _is_being_cancelled() -> bool:
    """Whether it is this episode that is cancelled, and not something inside the captain."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
