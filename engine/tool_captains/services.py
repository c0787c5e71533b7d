"""What tool captains are lent: shared by every captain and episode of a process, closed by whoever
made it.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from engine.errors import MissingSecret
from engine.tool_captains.account import Usage
from engine.tool_captains.contract import (
    Asker,
    Budgets,
    Limiter,
    Player,
    Reservation,
    ResponseCache,
    Secrets,
)
from engine.tool_captains.llm.endpoints import Endpoints
from engine.tool_captains.llm.rungs import Rungs
from engine.tool_captains.remote.posting import Programs


class NoLimit:
    """A `Limiter` that lets everybody in."""

    @asynccontextmanager
    async def slot(self, endpoint: str) -> AsyncIterator[None]:  # noqa: ARG002
        yield

    def pushed_back(self, endpoint: str) -> None: ...

    def went_well(self, endpoint: str) -> None: ...


class _Free:
    def settle(self, usage: Usage) -> None: ...

    def release(self) -> None: ...


class NoBudgets:
    """`Budgets` without an end."""

    def reserve(self, who: Player, most: Usage) -> Reservation:  # noqa: ARG002
        return _Free()


class EnvironmentSecrets:
    """Secrets of the environment alone."""

    def __init__(self, environ: Mapping[str, str] = os.environ) -> None:
        self._environ = environ

    async def from_environment(self, variable: str) -> str:
        value = self._environ.get(variable, "")
        if not value:
            raise MissingSecret(variable, "the environment variable is not set")
        return value

    async def from_block(self, block: str) -> str:
        raise MissingSecret(block, "Prefect Secret blocks can be read by `captains run` only")


@dataclass(slots=True, kw_only=True)
class Services:
    """`asker` None: there is nobody to ask. `cache` None: every answer is asked for."""

    limiter: Limiter = field(default_factory=NoLimit)
    budgets: Budgets = field(default_factory=NoBudgets)
    secrets: Secrets = field(default_factory=EnvironmentSecrets)
    cache: ResponseCache | None = None
    asker: Asker | None = None
    endpoints: Endpoints = field(default_factory=Endpoints)
    rungs: Rungs = field(default_factory=Rungs)
    programs: Programs = field(default_factory=Programs)

    async def aclose(self) -> None:
        await self.endpoints.aclose()
        await self.programs.aclose()
