"""How a captain's answer is obtained: asked, checked, asked again, then replaced or forfeited.

Every answer passes through here, so that fallbacks, rethinks and errors are counted in one place,
whatever the captain is.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field, replace
from typing import Final

from engine import events as ev
from engine.books import Books
from engine.calls import CricketAction
from engine.captains import CaptainSpec, Policy
from engine.chance.advice import Adviser
from engine.cricket.choices import Decision, Seat
from engine.cricket.distribution import WinModel
from engine.cricket.nodes import DecisionRequest, Fact
from engine.errors import (
    BadPreset,
    BrokenRecord,
    CallError,
    CaptainFailed,
    CaptainOverBudget,
    CaptainSilent,
    CaptainUnavailable,
    MissingSecret,
    RunBudgetSpent,
)
from engine.making import maker
from engine.reporter import Answered
from engine.seat import SeatSession
from engine.seeds import CaptainDraws
from engine.standing import LastChoices, StandingOrders
from engine.tool_captains.account import Account, Problem, problem_of
from engine.tool_captains.contract import Accountable, Listening, ToolCaptain
from engine.wording import shown

_MS: Final = 1000.0
_answered = maker(Answered)

Captain = Policy | ToolCaptain
_NOT_HIS_OWN: Final[frozenset[ev.Source]] = frozenset({"fallback", "default", "repeat"})
# Not the captain's answer, however it ends: the infrastructure, the organiser, the run's budget.
_NOT_HIS_DOING: Final = (
    CaptainUnavailable,
    BrokenRecord,
    BadPreset,
    MissingSecret,
    RunBudgetSpent,
)


@dataclass(slots=True, kw_only=True)
class _Attempt:
    """What was called and what went wrong so far while one question was being answered, and what it
    took.
    """

    started: float
    calls: list[ev.CallMade] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    account: Account = field(default_factory=Account)
    refused: str | None = None  # why the last call was; None where it was taken

    def latency_ms(self) -> float:
        """Without what was waited for others: it is the captain's."""
        return (time.perf_counter() - self.started - self.account.waited_s) * _MS

    def note(self, error: str, problem: Problem) -> None:
        self.refused = error
        self.errors.append(error)
        self.account.problems[problem] += 1


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
        self._listener = captain if isinstance(captain, Listening) else None
        # A scripted captain answers at once: `answer_at_once` does, and nobody has to wait.
        self.is_scripted = self._policy is not None
        self._session = SeatSession(seat, spec.name, value=value, adviser=adviser)
        self._own_source: ev.Source = "recorded" if spec.kind == "recorded" else "policy"
        self._standing = StandingOrders() if spec.params.get("cadence") == "over" else None
        self._choices = LastChoices()
        self._books = Books()
        self._answers: dict[int, Answered] = {}  # of a policy, by the decision's id

    async def answer(self, request: DecisionRequest, draws: CaptainDraws) -> Answered:
        """A legal decision for `request`, and how it came about.

        Raises `CaptainFailed` where no usable answer came and the captain's file says `forfeit`,
        `CaptainUnavailable` where he could not be reached, `BadPreset` and `MissingSecret` where
        he never can be as he is set up.
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
        except _NOT_HIS_DOING:
            raise
        except Exception as crash:  # noqa: BLE001 - a captain's bug is his failure, not the match's
            return self._without_answer([self._crashed(request, crash)], request, draws)
        try:
            self._session.answer_of_policy(decision, request)
        except CallError as refused:
            return self._without_answer([str(refused)], request, draws)
        known = self._answers.get(id(decision))
        if known is None:  # the answer keeps the decision, so that its id is its own
            known = _answered(decision=decision, source=self._own_source)
            self._answers[id(decision)] = known
        return known

    def hear(self, fact: Fact) -> None:
        """Takes notice of what was published; a scripted captain is shown it with each question."""
        if self._policy is None:
            self._session.hear(fact)
        if self._listener is not None:
            self._listener.hear(fact)

    def counts(self) -> ev.SeatCounts:
        counts = self._session.counts()
        return counts if self.is_scripted else counts.model_copy(update=self._books.closed())

    async def aclose(self) -> None:
        if self._tool_captain is not None:
            await self._tool_captain.aclose()

    async def _of_tools(
        self, captain: ToolCaptain, request: DecisionRequest, draws: CaptainDraws
    ) -> Answered:
        standing = self._standing.decide(request) if self._standing else None
        if standing is not None:
            self._books.stood()
            return Answered(decision=standing, source="standing")
        attempt = _Attempt(started=time.perf_counter())
        try:
            answered = await self._asked(captain, request, draws, attempt)
        finally:
            self._books.take(attempt.account)
        self._books.answered(answered)
        if answered.source not in _NOT_HIS_OWN:
            self._choices.note(request, answered.decision)
            if self._standing is not None:
                self._standing.give(request, answered.decision)
        return answered

    async def _asked(
        self,
        captain: ToolCaptain,
        request: DecisionRequest,
        draws: CaptainDraws,
        attempt: _Attempt,
    ) -> Answered:
        """Asks until there is a usable answer, or he has been asked often enough."""
        while len(attempt.errors) <= self._max_rethinks:
            try:
                decision = await self._one_call(captain, request, attempt)
            except CaptainOverBudget as spent:
                self._session.crashed(request)
                attempt.note(str(spent), Problem.OVER_BUDGET)
                break
            except CaptainSilent as silent:
                attempt.account.problems[Problem(silent.problem)] += 1
                return self._by_default(silent, attempt, request, draws)
            finally:
                if isinstance(captain, Accountable):
                    attempt.account.add(captain.take_account())
            if decision is not None:
                return Answered(
                    decision=decision,
                    source=self._source(attempt.account),
                    reason=self._session.reason,
                    rethinks=len(attempt.errors),
                    errors=tuple(attempt.errors),
                    calls=tuple(attempt.calls),
                    latency_ms=attempt.latency_ms(),
                    spent=attempt.account.spent(),
                )
        fallback = self._without_answer(attempt.errors, request, draws)
        return replace(fallback, calls=tuple(attempt.calls), spent=attempt.account.spent())

    def _source(self, account: Account) -> ev.Source:
        match self._spec.kind:
            case "remote" | "human" as kind:
                return kind
        return "cache" if account.from_cache and not account.calls else "llm"

    async def _one_call(
        self, captain: ToolCaptain, request: DecisionRequest, attempt: _Attempt
    ) -> Decision | None:
        """One tool call; None where it only prepares, or was refused (and then noted)."""
        observation = self._session.observation(request, error=attempt.refused)
        attempt.refused = None
        try:
            action = await captain.act(observation)
        except (*_NOT_HIS_DOING, CaptainOverBudget, CaptainSilent):
            raise
        except CallError as unusable:
            self._session.refused(unusable, request)
            attempt.note(str(unusable), problem_of(unusable))
            return None
        except asyncio.CancelledError as cancelled:
            if _is_being_cancelled():
                raise
            attempt.note(self._crashed(request, cancelled), Problem.CRASHED)
            return None
        except Exception as crash:  # noqa: BLE001 - a captain's bug is his failure, not the match's
            attempt.note(self._crashed(request, crash), Problem.CRASHED)
            return None
        return self._call(action, request, attempt)

    def _call(
        self, action: CricketAction, request: DecisionRequest, attempt: _Attempt
    ) -> Decision | None:
        try:
            decision = self._session.call(action, request)
        except CallError as refused:
            attempt.note(str(refused), problem_of(refused))
            attempt.calls.append(_made(action, error=str(refused)))
            return None
        attempt.calls.append(_made(action, reply=self._session.reply))
        return decision

    def _crashed(self, request: DecisionRequest, error: BaseException) -> str:
        """Counts a breakdown of the captain, and says what it was."""
        self._session.crashed(request)
        return shown(error)

    def _by_default(
        self,
        silent: CaptainSilent,
        attempt: _Attempt,
        request: DecisionRequest,
        draws: CaptainDraws,
    ) -> Answered:
        """What a person's settings say where he let his time pass."""
        repeats = self._spec.params.get("on_timeout") == "repeat"
        repeated = self._choices.again(request) if repeats else None
        return Answered(
            decision=self._session.by_default(request, draws, repeated),
            source="default" if repeated is None else "repeat",
            rethinks=len(attempt.errors),
            errors=(*attempt.errors, str(silent)),
            calls=tuple(attempt.calls),
            spent=attempt.account.spent(),
        )

    def _without_answer(
        self,
        errors: list[str],
        request: DecisionRequest,
        draws: CaptainDraws,
    ) -> Answered:
        if self._spec.on_failure == "forfeit":
            raise CaptainFailed(f"{self._spec.name}: {errors[-1]}")
        return Answered(
            decision=self._session.fall_back(request, draws),
            source="fallback",
            rethinks=len(errors) - 1,
            errors=tuple(errors),
        )


def _made(action: object, *, reply: object = None, error: str | None = None) -> ev.CallMade:
    """A call as it is told. A captain of one's own may hand over what is none."""
    if isinstance(action, CricketAction):
        return ev.CallMade.of(action.tool, action.arguments, reply=reply, error=error)
    return ev.CallMade.of("?", {}, reply=reply, error=error)


def _is_being_cancelled() -> bool:
    """Whether it is this episode that is cancelled, and not something inside the captain."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
