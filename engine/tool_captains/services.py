"""What tool captains are lent: shared by every captain and episode of a process, closed by whoever
made it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.errors import MissingSecret
from engine.tool_captains.backoff import Backoff
from engine.tool_captains.breaker import Breakers
from engine.tool_captains.budgets import Ledger
from engine.tool_captains.contract import Asker, Budgets, Limiter, ResponseCache, Secrets
from engine.tool_captains.human.attendance import Attendance
from engine.tool_captains.limiting import AdaptiveLimiter
from engine.tool_captains.llm.endpoints import Endpoints
from engine.tool_captains.llm.rungs import Rungs
from engine.tool_captains.remote.posting import Programs


def sendable(name: str, value: str) -> str:
    """The secret's `value`, checked: it travels in a header. Raises `MissingSecret`."""
    if not (value.isascii() and value.isprintable() and value == value.strip()):
        why = "it holds what no header can: a line break, a space at an end, a letter beyond ASCII"
        raise MissingSecret(name, why)
    return value


async def secret_of(captain: str, settings: object, secrets: Secrets) -> str | None:
    """The key or token that a captain's settings name; None where they name none. Raises
    `MissingSecret`, which says whose it is.
    """
    for setting in ("api_key_env", "token_env", "api_key_block"):
        if (named := getattr(settings, setting, None)) is None:
            continue
        ask = secrets.from_block if setting == "api_key_block" else secrets.from_environment
        try:
            return await ask(named)
        except MissingSecret as missing:
            raise MissingSecret(named, missing.why, captain, setting) from None
    return None


class EnvironmentSecrets:
    """Secrets of the environment alone."""

    def __init__(self, environ: Mapping[str, str] = os.environ) -> None:
        self._environ = environ

    async def from_environment(self, variable: str) -> str:
        value = self._environ.get(variable, "")
        if not value:
            raise MissingSecret(variable, "the environment variable is not set")
        return sendable(variable, value)

    async def from_block(self, block: str) -> str:
        raise MissingSecret(block, "Prefect Secret blocks can be read by `captains run` only")


@dataclass(slots=True, kw_only=True)
class Services:
    """`asker` None: people cannot be asked; it is closed by whoever lends it. `cache` None: every
    answer is asked for, and none is kept.
    """

    limiter: Limiter = field(default_factory=AdaptiveLimiter)
    budgets: Budgets = field(default_factory=Ledger)
    secrets: Secrets = field(default_factory=EnvironmentSecrets)
    cache: ResponseCache | None = None
    asker: Asker | None = None
    attendance: Attendance = field(default_factory=Attendance)
    endpoints: Endpoints = field(default_factory=Endpoints)
    breakers: Breakers = field(default_factory=Breakers)
    backoff: Backoff = field(default_factory=Backoff)
    rungs: Rungs = field(default_factory=Rungs)
    programs: Programs = field(default_factory=Programs)

    async def aclose(self) -> None:
        await self.endpoints.aclose()
        await self.programs.aclose()
        if self.cache is not None:
            await self.cache.aclose()
