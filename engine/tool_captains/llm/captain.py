"""A language model as a captain: what it is asked, in which way, and how its answer is read."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Final

from engine.calls import CricketAction
from engine.captains.llm import LlmSettings
from engine.cricket.nodes import Fact
from engine.errors import BadPreset, EngineError, IllegalCall
from engine.observation import CricketObservation
from engine.tool_captains.account import Account
from engine.tool_captains.contract import Caller
from engine.tool_captains.llm.chat import ChatReply, ChatRequest, RequestRefused
from engine.tool_captains.llm.conversation import Asking, Turn, result_of, turn_of
from engine.tool_captains.llm.loading import load_prompt
from engine.tool_captains.llm.memory import MatchMemory, tokens_of
from engine.tool_captains.llm.obtaining import Obtaining
from engine.tool_captains.llm.reading import Read, read_reply
from engine.tool_captains.llm.rungs import Rung
from engine.tool_captains.llm.schemas import shape_of
from engine.tool_captains.services import Services
from engine.tools import ToolOffer


@dataclass(slots=True, kw_only=True)
class _Last:
    """An answer: `reply` None where none came, `read` None where no call is in it; `is_call` where
    the call was handed on.
    """

    reply: ChatReply | None = None
    read: Read | None = None
    is_call: bool = False


@dataclass(slots=True, kw_only=True)
class _Question:
    """An open question. `rung` is how it is asked, `failed_here` how often the answer was unusable
    there; `last` is the answer of which it is not known yet what came of it.
    """

    number: int | None
    rung: Rung
    failed_here: int = 0
    prepared: int = 0
    turns: list[Turn] = field(default_factory=list)
    last: _Last | None = None


_REASONS: Final = ("reason", "rationale")
_SENT: Final = ("temperature", "top_p", "seed", "reasoning_effort")  # as the file says, if it does


class LlmCaptain:
    """One model in one seat of one episode. Implements `ToolCaptain`, `Preparable`, `Accountable`
    and `Listening`.
    """

    def __init__(self, settings: LlmSettings, *, who: Caller, services: Services) -> None:
        self._settings, self._rungs = settings, services.rungs
        self._obtaining = Obtaining(settings, who=who, services=services)
        self._captain, self._prompt = who.captain, load_prompt(settings.prompt, who.captain)
        self._memory = MatchMemory()
        self._question = _Question(number=None, rung=self._working_rung())
        self._room = settings.context_tokens
        # Until a question comes that was never asked before: none after it was, either.
        self._is_repeated = services.cache is not None
        self._account = self._new_account()

    async def prepare(self) -> None:
        await self._obtaining.prepare()

    async def act(self, observation: CricketObservation) -> CricketAction:
        question = self._go_on(observation)
        offers = self._offered(observation, question)
        last = question.last = _Last()
        reply = last.reply = await self._obtain(observation, offers, question)
        read = last.read = read_reply(
            reply, offers, rung=question.rung, question=observation.question
        )
        self._account.problems.update(read.oddities)
        _check_offered(read.action, observation, offers)
        last.is_call = True
        self._memory.chose = read.action.arguments
        return read.action

    def hear(self, fact: Fact) -> None:
        self._memory.hear(fact)

    def take_account(self) -> Account:
        taken, self._account = self._account, self._new_account()
        return taken

    async def aclose(self) -> None:
        """Nothing of its own is open: the clients are the process's."""

    # --- one question --------------------------------------------------------------------------

    def _go_on(self, seen: CricketObservation) -> _Question:
        """The question that is open, with what came of the last answer to it."""
        question, last = self._question, self._question.last
        was_taken = last is not None and last.is_call and _was_taken(seen)
        if was_taken:
            self._worked(question.rung)
        if seen.question != question.number:
            self._question = _Question(number=seen.question, rung=self._working_rung())
            return self._question
        if last is not None:
            question.turns.append(turn_of(last.reply, last.read, result_of(seen)))
            if was_taken:
                question.prepared, question.failed_here = question.prepared + 1, 0
            else:
                self._step_down(question)
        return question

    def _step_down(self, question: _Question) -> None:
        """A first unusable answer is asked for again in the same way, told what is wrong."""
        question.failed_here += 1
        if question.failed_here > 1:
            question.rung, question.failed_here = question.rung.when_unusable(), 0

    def _offered(self, seen: CricketObservation, question: _Question) -> tuple[ToolOffer, ...]:
        """Those that prepare are offered until there were enough of them."""
        settings = self._settings
        may_prepare = settings.tools == "all" and question.prepared < settings.max_preparing
        offers = tuple(tool for tool in seen.available_tools if may_prepare or tool.commits)
        return offers if settings.reasons else tuple(map(_without_reason, offers))

    async def _obtain(
        self, seen: CricketObservation, offers: tuple[ToolOffer, ...], question: _Question
    ) -> ChatReply:
        """An answer, asked for more humbly where the endpoint will not take the request."""
        if not question.turns:
            question.rung = await self._rung_remembered(seen, offers, question)
        while True:
            request = self._compose(seen, offers, question)
            try:
                reply = await self._obtaining.obtain(
                    request, decision=seen.question, account=self._account
                )
            except RequestRefused as refused:
                self._ask_for_less(refused, question)
                continue
            self._account.rungs[question.rung.name.lower()] += 1
            return reply

    async def _rung_remembered(
        self, seen: CricketObservation, offers: tuple[ToolOffer, ...], question: _Question
    ) -> Rung:
        """The rung at which this question was asked before, so that a repeated run asks as the
        first did, whatever it has learnt by then of the endpoint; the working one of a new one.
        """
        if not self._is_repeated:
            return question.rung
        for rung in (question.rung, *(rung for rung in Rung if rung is not question.rung)):
            request = self._compose(seen, offers, replace(question, rung=rung))
            if await self._obtaining.is_remembered(request, decision=seen.question):
                return rung
        self._is_repeated = False
        return question.rung

    def _ask_for_less(self, refused: RequestRefused, question: _Question) -> None:
        """Raises `refused` where there is nothing less to ask for."""
        if refused.too_long:
            if self._room == 0:
                raise refused
            self._room = 0  # of the match so far, nothing is sent any more
            return
        humbler = question.rung.when_refused()
        if humbler is None:
            raise self._blamed(refused)
        question.rung, question.failed_here = humbler, 0

    def _blamed(self, refused: RequestRefused) -> EngineError:
        """The organiser's error where it is one of his settings that is refused."""
        settings = self._settings
        own = {**settings.model_dump(include=set(_SENT), exclude_none=True), **settings.extra_body}
        for name in own:
            if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", refused.why):
                why = f"{name}: {refused}; allowed: what the model takes, or leave it out"
                return BadPreset(self._captain, why)
        return refused

    # --- the ladder ----------------------------------------------------------------------------

    def _working_rung(self) -> Rung:
        settings = self._settings
        best = Rung.STRICT if settings.strict else Rung.TOOLS
        return self._rungs.of(settings.base_url, settings.model, best)

    def _worked(self, rung: Rung) -> None:
        self._rungs.worked(self._settings.base_url, self._settings.model, rung)

    # --- the request ---------------------------------------------------------------------------

    def _compose(
        self, seen: CricketObservation, offers: tuple[ToolOffer, ...], question: _Question
    ) -> ChatRequest:
        settings, rung = self._settings, question.rung
        shape = shape_of(rung, offers)
        asking = Asking(
            prompt=self._prompt,
            rung=rung,
            seen=seen,
            offers=offers,
            turns=question.turns,
            memory=self._memory,
            stands_for_the_over=settings.cadence == "over",
            context_tokens=self._room,
            schema_tokens=tokens_of(shape),
        )
        return ChatRequest(
            model=settings.model,
            messages=asking.messages(),
            max_tokens=settings.max_tokens,
            temperature=settings.temperature,
            top_p=settings.top_p,
            seed=settings.seed,
            reasoning_effort=settings.reasoning_effort,
            extra_body=settings.extra_body,
            **shape,
        )

    def _new_account(self) -> Account:
        return Account(prompt_digest=self._prompt.digest)


def _was_taken(seen: CricketObservation) -> bool:
    """Whether the engine took the last call that was handed on."""
    return bool(seen.recent_calls) and seen.recent_calls[-1].error is None


def _without_reason(offer: ToolOffer) -> ToolOffer:
    properties = offer.parameters["properties"]
    kept = {name: about for name, about in properties.items() if name not in _REASONS}
    return offer.model_copy(update={"parameters": {**offer.parameters, "properties": kept}})


def _check_offered(
    action: CricketAction, seen: CricketObservation, offers: tuple[ToolOffer, ...]
) -> None:
    """Raises `IllegalCall` for a tool that is legal, but was not offered any more."""
    legal = {tool.name for tool in seen.available_tools}
    offered = [offer.name for offer in offers]
    if action.tool in legal and action.tool not in offered:
        raise IllegalCall(f"{action.tool} may not be called now", ", ".join(offered))
