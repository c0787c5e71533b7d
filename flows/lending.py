"""What a run lends to its captains that call tools: slots, budgets, the memory of answers, keys.

What was spent is kept in the run's folder, written whole after each answer, so that a killed run
forgets nothing that it has paid for.
"""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Final

from engine.captains.base import CaptainSpec
from engine.captains.llm import Allowance, LlmSettings
from engine.captains.presets import settings_of
from engine.captains.remote import RemoteSettings
from engine.errors import MissingSecret
from engine.tool_captains import Services
from engine.tool_captains.account import Usage
from engine.tool_captains.budgets import Ledger, Purse
from engine.tool_captains.contract import Caller, Reservation, Secrets
from engine.tool_captains.limiting import AdaptiveLimiter
from engine.tool_captains.response_cache import SqliteCache
from engine.tool_captains.services import EnvironmentSecrets, sendable

CACHE: Final = "answers.sqlite"
SPENT: Final = "spent.json"


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


class KeptBudgets:
    """Implements `Budgets`: a ledger that is in `path` as soon as anything was spent."""

    def __init__(self, run: Allowance, path: Path) -> None:
        self._path = path
        self.ledger = Ledger(run, state=_read(path))

    @property
    def in_dollars(self) -> bool:
        return self.ledger.in_dollars

    async def reserve(self, who: Caller, most: Usage, *, also: Sequence[Purse] = ()) -> Reservation:
        return _Kept(await self.ledger.reserve(who, most, also=also), self)

    def spent(self) -> dict[str, Any]:
        """Of the run, over all its starts: tokens, usd, usd_priced, calls, unpriced_calls, wall_s.

        `usd` is None where nobody knows what some calls cost; `usd_priced` is what the others did,
        None where there are no others.
        """
        run = dict(self.ledger.state()["run"])
        unpriced, usd = run.pop("unpriced"), run.pop("usd")
        priced = usd if run["calls"] > unpriced or not run["calls"] else None
        dollars = {"usd": None if unpriced else usd, "usd_priced": priced}
        return run | dollars | {"unpriced_calls": unpriced}

    def keep(self) -> None:
        part = self._path.with_name(f"{self._path.name}.part")
        part.write_text(json.dumps(self.ledger.state()), encoding="utf-8")
        part.replace(self._path)


class _Kept:
    def __init__(self, inner: Reservation, budgets: KeptBudgets) -> None:
        self._inner, self._budgets = inner, budgets

    def settle(self, usage: Usage, took_s: float = 0.0) -> None:
        self._inner.settle(usage, took_s)
        # A disk that is full is not the captain's failure; the run's end writes again, or says so.
        with suppress(OSError):
            self._budgets.keep()

    def release(self) -> None:
        self._inner.release()


@asynccontextmanager
async def lent(home: Path, budgets: KeptBudgets, slots: int) -> AsyncIterator[Services]:
    """The services of a run; `home` keeps the answers of every run."""
    services = Services(
        limiter=AdaptiveLimiter(slots),
        budgets=budgets,
        secrets=BlockSecrets(),
        cache=SqliteCache(home / CACHE),
    )
    try:
        yield services
    finally:
        budgets.keep()
        await services.aclose()


@asynccontextmanager
async def lent_to_one(runs: Path) -> AsyncIterator[Services]:
    """The services of a single match: no budgets but the captains' own, and the same memory."""
    services = Services(secrets=BlockSecrets(), cache=SqliteCache(answers_home(runs) / CACHE))
    try:
        yield services
    finally:
        await services.aclose()


async def check_secrets(captains: Iterable[CaptainSpec], secrets: Secrets) -> None:
    """Ask for every key that is named. Raises `MissingSecret`."""
    for captain in captains:
        match settings_of(captain):
            case LlmSettings(mode="cached"):
                pass  # whoever asks nobody needs no key
            case LlmSettings(api_key_env=str(variable)) | RemoteSettings(token_env=str(variable)):
                await secrets.from_environment(variable)
            case LlmSettings(api_key_block=str(block)):
                await secrets.from_block(block)


def _read(path: Path) -> dict[str, Any] | None:
    with suppress(FileNotFoundError):
        found = json.loads(path.read_text(encoding="utf-8"))
        return found if isinstance(found, dict) else None
    return None


def answers_home(runs: Path) -> Path:
    """The folder of the memory of answers, made where it is missing."""
    from flows import settings

    home = settings.home(runs, os.environ)
    home.mkdir(parents=True, exist_ok=True)
    return home
