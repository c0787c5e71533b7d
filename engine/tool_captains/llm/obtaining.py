"""How one answer of a model is obtained: paid for, waited for, sent and booked.

The captain says what is asked; everything between him and the endpoint is here.
"""

from __future__ import annotations

from engine.captains.llm import LlmSettings
from engine.tool_captains.account import Account, Usage
from engine.tool_captains.contract import Player
from engine.tool_captains.llm.chat import ChatReply, ChatRequest
from engine.tool_captains.services import Services


class Obtaining:
    """The answers of one model in one seat of one episode."""

    def __init__(self, settings: LlmSettings, *, who: Player, services: Services) -> None:
        self._settings, self._who, self._services = settings, who, services

    async def obtain(
        self, request: ChatRequest, *, decision: int | None, account: Account
    ) -> ChatReply:
        """The answer to `request`, asked for the question numbered `decision`. What it took is
        added to `account`, also where none came.

        Raises `RequestRefused`, `CaptainUnavailable`, `CaptainOverBudget`, `RunBudgetSpent`,
        `MissingSecret`, and `NoUsableCall` for an answer that is late.
        """
        del decision
        settings, services = self._settings, self._services
        reserved = services.budgets.reserve(self._who, Usage(tokens_out=settings.max_tokens))
        async with services.limiter.slot(settings.base_url):
            reply = await services.endpoints.complete(
                settings.base_url, await self._key(), request, deadline_s=settings.deadline_s
            )
        reserved.settle(reply.usage)
        account.calls += 1
        account.usage += reply.usage
        if reply.model:
            account.models.add(reply.model)
        return reply

    async def _key(self) -> str | None:
        settings, secrets = self._settings, self._services.secrets
        if settings.api_key_env is not None:
            return await secrets.from_environment(settings.api_key_env)
        if settings.api_key_block is not None:
            return await secrets.from_block(settings.api_key_block)
        return None
