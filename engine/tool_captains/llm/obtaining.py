"""How one answer of a model is obtained: remembered, or paid for, waited for, sent and booked.

The captain says what is asked; everything between him and the endpoint is here.
"""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass, replace

from engine.captains.llm import LlmSettings
from engine.errors import BadPreset, NoUsableCall
from engine.tool_captains.account import NOT_TOLD, Account, Usage
from engine.tool_captains.breaker import Line
from engine.tool_captains.budgets import Purse
from engine.tool_captains.calling import call
from engine.tool_captains.contract import Caller, Reservation, ResponseCache
from engine.tool_captains.deadline import late
from engine.tool_captains.faults import BadEndpoint, Part, bad_preset
from engine.tool_captains.llm.chat import ChatReply, ChatRequest, RequestRefused
from engine.tool_captains.llm.endpoints import encoded
from engine.tool_captains.llm.faults import NotCached
from engine.tool_captains.llm.prices import is_known, priced
from engine.tool_captains.llm.remembering import (
    Late,
    Outcome,
    Place,
    key_in_match,
    key_of,
    read,
    written,
)
from engine.tool_captains.services import Services, secret_of

_CHARACTERS_A_TOKEN = 3  # of JSON and English, on the safe side


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bill:
    """Of one call, in the budgets and in the captain's account. It is booked as soon as an answer
    is there: whatever is cancelled after that, it has been paid for.
    """

    reserved: Reservation
    most: Usage
    settings: LlmSettings
    account: Account

    def book(self, outcome: ChatReply | Late, took_s: float) -> None:
        usage = outcome.usage if isinstance(outcome, ChatReply) else NOT_TOLD
        known = priced(usage, self.settings) if usage != NOT_TOLD else None
        # Where nobody says what it took, it is budgeted as the most that it may have taken.
        self.reserved.settle(known.usage if known else self.most, took_s)
        self.account.calls += 1
        self.account.usage += known.usage if known else NOT_TOLD
        self.account.cost_sources.add(known.source.value if known else "unknown")

    def cut_off(self) -> None:
        """The episode is cancelled meanwhile: the endpoint may answer, and be paid, all the
        same.
        """
        self.reserved.settle(self.most)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """What came, and where it is remembered."""

    key: str
    in_match: str | None
    body: bytes

    async def put(self, cache: ResponseCache) -> None:
        await cache.put(self.key, self.body)
        if self.in_match is not None:
            await cache.put(self.in_match, self.key.encode())


class Obtaining:
    """The answers of one model in one seat of one attempt at an episode."""

    def __init__(self, settings: LlmSettings, *, who: Caller, services: Services) -> None:
        self._settings, self._services = settings, services
        self._who = replace(who, budget=settings.budget, episode_budget=settings.episode_budget)
        # An attempt that was void took nothing from the next one's.
        self._episode = Purse(allowed=settings.episode_budget)
        self._place = Place(decision=None, answer=0)
        self._refusals: list[_Entry] = []  # since an answer came
        self._is_renamed = False  # the limit of an answer, as far as is known

    async def prepare(self) -> None:
        """Raises `MissingSecret` for a key that is not there, and `BadPreset` where dollars are
        limited and nobody knows the price.
        """
        if self._settings.mode == "cached":
            return
        await self._key()
        if self._in_dollars and not await asyncio.to_thread(is_known, self._settings):
            raise BadPreset(
                self._who.captain,
                f"a limit in usd cannot be kept, as the price of {self._settings.model!r} at "
                f"{self._settings.base_url} is not known; give price: {{input: …, output: …}}, "
                "in dollars for a million tokens",
            )

    async def obtain(
        self, request: ChatRequest, *, decision: int | None, account: Account
    ) -> ChatReply:
        """The answer to `request`, asked for the question numbered `decision`. What it took is
        added to `account`, also where none came.

        Raises `RequestRefused`, `CaptainUnavailable`, `CaptainOverBudget`, `RunBudgetSpent`,
        `BadPreset`, `MissingSecret`, and `NoUsableCall` for an answer that is late.
        """
        outcome = await self._came_of(self._named_here(request), decision, account)
        if not self._is_renamed and _renames_the_limit(outcome):
            self._is_renamed = True
            outcome = await self._came_of(self._named_here(request), decision, account)
        return self._told(outcome, decision, account)

    async def is_remembered(self, request: ChatRequest, *, decision: int | None) -> bool:
        """Whether `obtain` would ask nobody."""
        return await self._remembered(self._named_here(request), decision) is not None

    async def _came_of(
        self, request: ChatRequest, decision: int | None, account: Account
    ) -> Outcome:
        outcome = await self._remembered(request, decision)
        if outcome is not None:
            account.from_cache += not isinstance(outcome, RequestRefused)
            return outcome
        if self._settings.mode == "cached":
            raise NotCached(self._miss(decision))
        outcome = await self._asked(request, account)
        await self._remember(request, decision, outcome)
        return outcome

    def _named_here(self, request: ChatRequest) -> ChatRequest:
        """With the limit under the name that the endpoint takes."""
        return request.with_renamed_limit() if self._is_renamed else request

    # --- memory --------------------------------------------------------------------------------

    def _at(self, decision: int | None) -> Place:
        same = decision == self._place.decision
        return self._place if same else Place(decision=decision, answer=0)

    async def _remembered(self, request: ChatRequest, decision: int | None) -> Outcome | None:
        cache, settings = self._services.cache, self._settings
        if cache is None:
            return None
        entry = await cache.get(self._cache_key(request, decision))
        if entry is None and settings.mode == "cached":
            entry = await self._kept_of_the_match(cache, request, decision)
        outcome = read(entry) if entry is not None else None
        is_live = settings.mode == "live"
        if isinstance(outcome, Late) and is_live and outcome.deadline_s < settings.deadline_s:
            return None  # he has more time than he had then
        return outcome

    async def _kept_of_the_match(
        self, cache: ResponseCache, request: ChatRequest, decision: int | None
    ) -> bytes | None:
        """What was answered first where this match was played under another name."""
        key = self._match_key(request, decision)
        place = await cache.get(key) if key is not None else None
        return await cache.get(place.decode(errors="replace")) if place is not None else None

    async def _remember(self, request: ChatRequest, decision: int | None, outcome: Outcome) -> None:
        """A refusal once something humbler is answered: an endpoint that answers nothing may be
        mended, and is asked again then.
        """
        if self._services.cache is None:
            return
        entry = _Entry(
            key=self._cache_key(request, decision),
            in_match=self._match_key(request, decision),
            body=written(outcome),
        )
        if isinstance(outcome, RequestRefused):
            self._refusals.append(entry)
            return
        await entry.put(self._services.cache)
        if isinstance(outcome, ChatReply):  # silence is no answer
            for refused in self._refusals:
                await refused.put(self._services.cache)
            self._refusals.clear()

    def _match_key(self, request: ChatRequest, decision: int | None) -> str | None:
        return key_in_match(self._settings.base_url, request, self._who, self._at(decision))

    def _cache_key(self, request: ChatRequest, decision: int | None) -> str:
        return key_of(self._settings.base_url, request, self._who, self._at(decision))

    def _miss(self, decision: int | None) -> str:
        cache, who = self._services.cache, self._who
        why = "there is no cache" if cache is None else cache.trouble
        return (
            f"{who.captain} plays from the cache (mode: cached), and no answer is kept for "
            f"{self._at(decision)} of episode {who.episode_id}, {who.seat.value}"
            + (f": {why}" if why else "; play the match once with mode: live (preset llm_live)")
        )

    def _told(self, outcome: Outcome, decision: int | None, account: Account) -> ChatReply:
        """The reply, or what came instead raised. A refused request is no answer, so that which
        answer is which does not depend on what was refused before it.
        """
        if isinstance(outcome, RequestRefused):
            raise outcome
        at = self._at(decision)
        self._place = replace(at, answer=at.answer + 1)
        if isinstance(outcome, Late):
            raise late(outcome.deadline_s)
        if outcome.model:
            account.models.add(outcome.model)
        return outcome

    # --- asking --------------------------------------------------------------------------------

    async def _asked(self, request: ChatRequest, account: Account) -> Outcome:
        """Live, within the budgets. Raises `CaptainUnavailable` and `BadPreset`."""
        most = self._most(request)
        with account.waiting():
            reserved = await self._services.budgets.reserve(self._who, most, also=(self._episode,))
        bill = _Bill(reserved=reserved, most=most, settings=self._settings, account=account)
        try:
            return await self._sent(encoded(request), bill)
        finally:
            reserved.release()

    async def _sent(self, body: bytes, bill: _Bill) -> Outcome:
        """What the endpoint made of it, asked as often as its transport fails."""
        settings, services, key = self._settings, self._services, await self._key()

        async def send() -> ChatReply:
            started = time.monotonic()
            try:
                reply = await services.endpoints.complete(
                    settings.base_url,
                    key,
                    body,
                    model=settings.model,
                    deadline_s=settings.deadline_s,
                    connect_s=settings.connect_s,
                )
            except asyncio.CancelledError:
                bill.cut_off()
                raise
            bill.book(reply, time.monotonic() - started)
            return reply

        line, attempts = Line(endpoint=settings.base_url, key=key), settings.transport_attempts
        try:
            return await call(
                send, line, attempts=attempts, services=services, account=bill.account
            )
        except RequestRefused as refused:
            return refused
        except NoUsableCall:
            silence = Late(deadline_s=settings.deadline_s)
            bill.book(silence, settings.deadline_s)
            return silence
        except BadEndpoint as bad:
            raise bad_preset(self._who.captain, bad, self._named()) from None

    def _named(self) -> dict[Part, str]:
        settings = self._settings
        key = settings.api_key_env or settings.api_key_block
        kind = "api_key_block" if settings.api_key_block else "api_key_env"
        return {
            Part.ADDRESS: "base_url",
            Part.KEY: f"{kind} {key}" if key else f"{kind}, which is not given",
            Part.MODEL: "model",
        }

    async def _key(self) -> str | None:
        return await secret_of(self._who.captain, self._settings, self._services.secrets)

    @property
    def _in_dollars(self) -> bool:
        limits = (self._who.budget.usd, self._who.episode_budget.usd)
        return self._services.budgets.in_dollars or any(usd is not None for usd in limits)

    def _most(self, request: ChatRequest) -> Usage:
        """What the call may take at most, with its price where that is limited or stated."""
        sent = (request.messages, request.tools, request.response_format)
        characters = len(json.dumps(sent, default=str, ensure_ascii=False))
        usage = Usage(
            tokens_in=characters // _CHARACTERS_A_TOKEN + 1,
            tokens_out=request.max_tokens or self._settings.max_tokens,
        )
        has_price = self._in_dollars or self._settings.price is not None
        return priced(usage, self._settings).usage if has_price else usage


def _renames_the_limit(outcome: Outcome) -> bool:
    return isinstance(outcome, RequestRefused) and outcome.renames_the_limit
