"""The slots of an endpoint as Prefect keeps them: a global concurrency limit, leased in parts.

Beside it stands a second limit that bounds nothing. A process that wants more slots than it has
holds a place there, so that those who have many see that somebody waits; unlike a note it ends
with its process. A lease ends by itself `LEASE_S` after it was last renewed.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Final, Protocol, TypeVar
from urllib.parse import urlsplit
from uuid import UUID

import httpx
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.actions import GlobalConcurrencyLimitCreate
from prefect.client.schemas.responses import (
    ConcurrencyLimitWithLeaseResponse,
    GlobalConcurrencyLimitResponse,
)
from prefect.exceptions import ObjectAlreadyExists, ObjectNotFound

LEASE_S: Final = 60.0  # the shortest that Prefect grants
ASK_S: Final = 4.0
MOST_WAITING: Final = 1_000  # processes
_LONGEST_SLUG: Final = 80
# Somebody else was faster; the lease has ended; the limit is lower than what was asked for.
_REFUSED: Final = (HTTPStatus.LOCKED, HTTPStatus.GONE, HTTPStatus.UNPROCESSABLE_ENTITY)

T = TypeVar("T")


class SlotsUnreachable(Exception):
    """Prefect could not be asked: why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """`ends_s` by the clock of this process, on the safe side."""

    lease_id: UUID
    limit_id: UUID
    slots: int
    ends_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """The limit as it stands: `taken` by all processes, `waiting` of them for more, with places at
    `queue_id`. `is_active` False: somebody has switched it off, and Prefect counts nothing.
    `created`: by this look.
    """

    limit_id: UUID
    queue_id: UUID
    limit: int
    taken: int
    waiting: int = 0
    is_active: bool = True
    created: bool = False


class Slots(Protocol):
    """The slots of one endpoint. All raise `SlotsUnreachable`."""

    async def look(self) -> Seen: ...

    async def take(self, slots: int) -> Lease | None:
        """All of them, or None."""
        ...

    async def wait(self) -> Lease | None:
        """A place among those who wait."""
        ...

    async def renew(self, lease: Lease) -> Lease | None:
        """None where it has ended."""
        ...

    async def give_back(self, lease: Lease) -> None: ...


def limit_name(endpoint: str) -> str:
    """`captains-llm-HOST-PATH` for an endpoint of models, `captains-NAME` for another service."""
    return f"captains-llm-{slug(endpoint)}" if is_model(endpoint) else f"captains-{slug(endpoint)}"


def is_model(endpoint: str) -> bool:
    """Whether it is an endpoint of models, which are known by their address."""
    return "://" in endpoint


def waiting_name(endpoint: str) -> str:
    return f"captains-waiting-{slug(endpoint)}"


def slug(endpoint: str) -> str:
    """Host, port and path of a URL in letters, digits, `.` and `-`; never its user or query."""
    parts = urlsplit(endpoint)
    plain = f"{parts.netloc.rpartition('@')[2]}{parts.path}".lower()
    safe = re.sub(r"[^a-z0-9.]+", "-", plain).strip("-.")
    if len(safe) <= _LONGEST_SLUG and plain.isascii():
        return safe
    return f"{safe[:_LONGEST_SLUG]}-{hashlib.sha256(plain.encode()).hexdigest()[:8]}"


@asynccontextmanager
async def prefect_slots(endpoint: str, limit: int) -> AsyncIterator[Slots]:
    """`limit` is for a limit that is not there yet."""
    async with get_client() as client:
        yield PrefectSlots(client, endpoint, limit)


class PrefectSlots:
    """Implements `Slots`."""

    def __init__(
        self,
        client: PrefectClient,
        endpoint: str,
        limit: int,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client, self._now, self._limit = client, now, limit
        self._name, self._waiting = limit_name(endpoint), waiting_name(endpoint)

    async def look(self) -> Seen:
        with _asking():
            found, created = await self._read_or_create(self._name, self._limit)
            waiting, _ = await self._read_or_create(self._waiting, MOST_WAITING)
        return Seen(
            limit_id=found.id,
            queue_id=waiting.id,
            limit=found.limit,
            taken=found.active_slots,
            waiting=waiting.active_slots,
            is_active=found.active,
            created=created,
        )

    async def take(self, slots: int) -> Lease | None:
        return await self._lease(self._name, slots)

    async def wait(self) -> Lease | None:
        return await self._lease(self._waiting, 1)

    async def renew(self, lease: Lease) -> Lease | None:
        asked_s = self._now()
        with _asking():
            answer = await _answered(self._client.renew_concurrency_lease(lease.lease_id, LEASE_S))
        return None if answer is None else replace(lease, ends_s=asked_s + LEASE_S)

    async def give_back(self, lease: Lease) -> None:
        with _asking():
            await _answered(self._client.release_concurrency_slots_with_lease(lease.lease_id))

    async def _lease(self, name: str, slots: int) -> Lease | None:
        asked_s = self._now()
        with _asking():
            answer = await _answered(
                self._client.increment_concurrency_slots_with_lease(
                    [name], slots, "concurrency", LEASE_S
                )
            )
        if answer is None:
            return None
        granted = ConcurrencyLimitWithLeaseResponse.model_validate(answer.json())
        if not granted.limits:  # the limit was deleted just now, and a lease of nothing granted
            return None
        return Lease(
            lease_id=granted.lease_id,
            limit_id=granted.limits[0].id,
            slots=slots,
            ends_s=asked_s + LEASE_S,
        )

    async def _read_or_create(
        self, name: str, limit: int
    ) -> tuple[GlobalConcurrencyLimitResponse, bool]:
        with suppress(ObjectNotFound):
            return await self._read(name), False
        created = False
        with suppress(ObjectAlreadyExists):  # somebody else created it just now
            wanted = GlobalConcurrencyLimitCreate(name=name, limit=limit)
            await _in_time(self._client.create_global_concurrency_limit(wanted))
            created = True
        return await self._read(name), created

    async def _read(self, name: str) -> GlobalConcurrencyLimitResponse:
        return await _in_time(self._client.read_global_concurrency_limit_by_name(name))


async def _in_time(asked: Awaitable[T]) -> T:
    async with asyncio.timeout(ASK_S):
        return await asked


async def _answered(asked: Awaitable[httpx.Response]) -> httpx.Response | None:
    """None where Prefect refuses."""
    try:
        return await _in_time(asked)
    except httpx.HTTPStatusError as error:
        if error.response.status_code in _REFUSED:
            return None
        raise


@contextmanager
def _asking() -> Iterator[None]:
    try:
        yield
    except TimeoutError:
        raise SlotsUnreachable(f"no answer within {ASK_S:g} s") from None
    except httpx.HTTPStatusError as error:
        raise SlotsUnreachable(f"HTTP {error.response.status_code}") from None
    except (httpx.HTTPError, ObjectNotFound) as error:
        raise SlotsUnreachable(str(error) or type(error).__name__) from None
