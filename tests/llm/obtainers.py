"""Makes what obtains answers, with clocks that do not wait and dice that are known."""

from __future__ import annotations

from typing import Any

from engine.captains.llm import LlmSettings
from engine.cricket.choices import Seat
from engine.tool_captains import Account, Caller, Services
from engine.tool_captains.backoff import Backoff
from engine.tool_captains.limiting import AdaptiveLimiter
from engine.tool_captains.llm.chat import ChatReply, ChatRequest
from engine.tool_captains.llm.obtaining import Obtaining

ASKED = ChatRequest(
    model="m", messages=({"role": "user", "content": "Bat or field?"},), max_tokens=50
)


class Sleeper:
    """Sleeps without waiting, and remembers for how long; its clock goes on by that."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def now(self) -> float:
        return sum(self.slept)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


def largest(_: float, high: float) -> float:
    return high


def lend(sleeper: Sleeper | None = None, **given: Any) -> Services:
    sleeper = sleeper or Sleeper()
    backoff = Backoff(sleep=sleeper.sleep, uniform=largest)
    limiter = AdaptiveLimiter(now=sleeper.now)
    return Services(**{"backoff": backoff, "limiter": limiter, **given})


def obtainer(url: str, services: Services, *, episode_id: str = "e1", **settings: Any) -> Obtaining:
    return Obtaining(
        LlmSettings.model_validate({"model": "m", "base_url": url, "max_tokens": 50, **settings}),
        who=Caller(captain="qwen", episode_id=episode_id, seat=Seat.HOME),
        services=services,
    )


async def ask(obtaining: Obtaining, account: Account | None = None, decision: int = 1) -> ChatReply:
    return await obtaining.obtain(ASKED, decision=decision, account=account or Account())
