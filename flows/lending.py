"""What a run lends to its captains that call tools: slots, budgets, the memory of answers, keys."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterable
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import Any, Final

from engine.captains import settings_of
from engine.captains.base import CaptainSpec
from engine.captains.llm import LlmSettings
from engine.captains.remote import RemoteSettings
from engine.errors import MissingSecret
from engine.tool_captains import Services
from engine.tool_captains.contract import Asker, Limiter, Secrets
from engine.tool_captains.limiting import AdaptiveLimiter
from engine.tool_captains.response_cache import SqliteCache
from engine.tool_captains.services import EnvironmentSecrets, secret_of, sendable
from flows.play import BusAddress
from flows.spending import KeptBudgets
from flows.stage import current_stage

CACHE: Final = "answers.sqlite"


class BlockSecrets(EnvironmentSecrets):
    """Secrets of the environment and of Prefect's Secret blocks. Implements `Secrets`."""

    async def from_block(self, block: str) -> str:
        from prefect.blocks.system import Secret

        try:
            found: Any = await Secret.aload(block)
        except ValueError:
            raise MissingSecret(block, "there is no Prefect Secret block of that name") from None
        value = found.get()
        if not isinstance(value, str) or not value:
            raise MissingSecret(block, "the Prefect Secret block holds no text")
        return sendable(block, value)


@asynccontextmanager
async def lent(
    home: Path, budgets: KeptBudgets, limiter: Limiter, bus: BusAddress | None
) -> AsyncIterator[Services]:
    """The services of a run; `home` keeps the answers of every run, people are asked on `bus`."""
    async with _asking(bus) as asker:
        services = Services(
            limiter=limiter,
            budgets=budgets,
            secrets=BlockSecrets(),
            cache=SqliteCache(home / CACHE, tell=current_stage().reporter.trouble),
            asker=asker,
        )
        try:
            yield services
        finally:
            try:
                budgets.keep()
            finally:  # connections do not stay open for a disk that is full
                await services.aclose()


@asynccontextmanager
async def lent_to_one(
    runs: Path, bus: BusAddress | None, limiter: Limiter | None = None
) -> AsyncIterator[Services]:
    """The services of a single match: no budgets but the captains' own, and the same memory.
    `limiter` None: the slots are this process's alone, as there is no server to share them by.
    """
    async with _asking(bus) as asker:
        cache = SqliteCache(answers_home(runs) / CACHE)
        services = Services(
            limiter=limiter or AdaptiveLimiter(),
            secrets=BlockSecrets(),
            cache=cache,
            asker=asker,
        )
        try:
            yield services
        finally:
            await services.aclose()


@asynccontextmanager
async def _asking(bus: BusAddress | None) -> AsyncIterator[Asker | None]:
    """The way to people; None where there is no bus."""
    if bus is None:
        yield None
        return
    from spectator import BusAsker

    async with aclosing(BusAsker(bus.url, bus.token)) as asker:
        yield asker


async def check_secrets(captains: Iterable[CaptainSpec], secrets: Secrets) -> None:
    """Ask for every key that is named. Raises `MissingSecret`."""
    for captain in captains:
        match settings_of(captain):
            case LlmSettings(mode="cached"):
                pass  # whoever asks nobody needs no key
            case LlmSettings() | RemoteSettings() as settings:
                await secret_of(captain.name, settings, secrets)


def answers_home(runs: Path) -> Path:
    """The folder of the memory of answers, made where it is missing."""
    from flows import settings

    home = settings.home(runs, os.environ)
    home.mkdir(parents=True, exist_ok=True)
    return home
