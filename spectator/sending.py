"""The way to the bus: one request, and what the bus says to it."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from types import TracebackType
from typing import Any, Final, Self

import httpx

from spectator.replies import STORE_DAMAGED

BACKOFF_FIRST_S: Final = 0.05
BACKOFF_MOST_S: Final = 2.0
TIMEOUT: Final = httpx.Timeout(10.0, connect=2.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """What the bus says of a stream's events: `status`, and the number that it expects next."""

    status: str
    next_seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """The request was read: what became of each stream in it."""

    fates: Mapping[str, Fate]


@dataclass(frozen=True, slots=True, kw_only=True)
class Away:
    """The bus cannot be reached or does not do its work: try again."""

    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Denied:
    """We may not publish, now or later."""

    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Misread:
    """The bus does not understand event `index` of the request, and took none."""

    index: int
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TooLarge:
    """The request is larger than the bus reads."""


Answer = Taken | Away | Denied | Misread | TooLarge


class BusLine:
    """A connection to the bus at `url`, to be used in an `async with`."""

    def __init__(
        self, url: str, token: str, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self._client = httpx.AsyncClient(
            base_url=url,
            headers={"authorization": f"Bearer {token}", "content-type": "application/json"},
            timeout=TIMEOUT,
            trust_env=False,
            verify=tls_for(url),
            transport=transport,
        )

    async def __aenter__(self) -> Self:
        await self._client.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._client.__aexit__(kind, error, traceback)

    async def post(self, body: bytes, fence: int | None) -> Answer:
        """Send a JSON array of events."""
        headers = {} if fence is None else {"x-captains-fence": str(fence)}
        try:
            answer = await self._client.post("/api/events", content=body, headers=headers)
        except httpx.HTTPError as error:
            return Away(why=f"the bus could not be reached ({type(error).__name__})")
        try:
            return _understood(answer)
        except (ValueError, TypeError, KeyError, AttributeError):
            return Away(why=f"the bus answered {answer.status_code}, and not as a bus does")


def _understood(answer: httpx.Response) -> Answer:
    match answer.status_code:
        case HTTPStatus.OK:
            return Taken(fates=_fates(answer.json()))
        case HTTPStatus.UNAUTHORIZED | HTTPStatus.FORBIDDEN:
            return Denied(why="the bus does not accept the token")
        case HTTPStatus.UNPROCESSABLE_ENTITY:
            told = answer.json()
            why = f"the bus refused an event: {told['field']}: {told['why']}"
            return Misread(index=int(told["index"] or 0), why=why)
        case HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            return TooLarge()
        case HTTPStatus.SERVICE_UNAVAILABLE if answer.json()["error"] == STORE_DAMAGED:
            return Away(why="the file in which the bus keeps its events is damaged")
        case other:
            return Away(why=f"the bus answered {other}")


def _fates(told: Mapping[str, Any]) -> dict[str, Fate]:
    return {
        result["stream"]: Fate(status=str(result["status"]), next_seq=int(result["next"]))
        for result in told["results"]
    }


def tls_for(url: str) -> ssl.SSLContext:
    """What a connection to `url` is verified with."""
    return _tls(url.startswith("https:"))


@cache
def _tls(needed: bool) -> ssl.SSLContext:
    """One context a process: reading the authorities takes 20 ms; plain HTTP need not."""
    return ssl.create_default_context() if needed else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
