"""A language model as a captain: what it is asked, and how its answer is obtained and read."""

from __future__ import annotations

from typing import Any

from engine.captains.llm import LlmSettings
from engine.observation import CricketObservation
from engine.tool_captains.account import Account
from engine.tool_captains.contract import Player
from engine.tool_captains.llm.chat import ChatRequest
from engine.tool_captains.llm.obtaining import Obtaining
from engine.tool_captains.llm.prompts import load_prompt
from engine.tool_captains.llm.reading import action_of
from engine.tool_captains.llm.rungs import Rung
from engine.tool_captains.services import Services
from engine.tools import CricketAction, ToolOffer


class LlmCaptain:
    """One model in one seat of one episode. Implements `ToolCaptain`, `Preparable` and
    `Accountable`."""

    def __init__(self, settings: LlmSettings, *, who: Player, services: Services) -> None:
        self._settings = settings
        self._obtaining = Obtaining(settings, who=who, services=services)
        self._prompt = load_prompt(settings.prompt)
        self._account = self._new_account()

    async def prepare(self) -> None:
        await self._obtaining.prepare()

    async def act(self, observation: CricketObservation) -> CricketAction:
        self._account.rungs[Rung.TOOLS.name.lower()] += 1
        reply = await self._obtaining.obtain(
            self._compose(observation), decision=observation.question, account=self._account
        )
        return action_of(reply, observation)

    def take_account(self) -> Account:
        taken, self._account = self._account, self._new_account()
        return taken

    async def aclose(self) -> None:
        """Nothing of its own is open: the clients are the process's."""

    def _new_account(self) -> Account:
        return Account(prompt_digest=self._prompt.digest)

    def _compose(self, seen: CricketObservation) -> ChatRequest:
        settings = self._settings
        return ChatRequest(
            model=settings.model,
            messages=(
                {"role": "system", "content": self._prompt.system},
                {"role": "user", "content": seen.prompt_text},
            ),
            tools=tuple(_function(tool) for tool in self._offered(seen)),
            tool_choice="required",
            max_tokens=settings.max_tokens,
            temperature=settings.temperature,
            top_p=settings.top_p,
            seed=settings.seed,
            reasoning_effort=settings.reasoning_effort,
            extra_body=settings.extra_body,
        )

    def _offered(self, seen: CricketObservation) -> list[ToolOffer]:
        everything = self._settings.tools == "all"
        return [tool for tool in seen.available_tools if everything or tool.commits]


def _function(tool: ToolOffer) -> dict[str, Any]:
    return {
        "type": "function",
        "function": {
            "name": tool.name,
            "description": tool.description,
            "parameters": tool.parameters,
        },
    }
