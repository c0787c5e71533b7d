"""Whether the spectator bus that commands and workers would publish to answers, and takes the
token.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from http import HTTPStatus
from pathlib import Path
from typing import Final

import httpx

from engine.errors import MissingSecret
from engine.variables import BUS_TOKEN, BUS_URL
from engine.wording import printable
from flows.health import damaged
from flows.needs import Finding, State
from flows.play import BusAddress
from flows.stage import BadBusAddress, bus_at
from flows.standing import standing_bus
from spectator.replies import STORE_DAMAGED

ASK_S: Final = 3.0
_NO_EVENTS: Final = b""
_WHY: Final = "matches are played unseen, and what they tell waits in the spool"
_REFUSED: Final = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)


def is_there(url: str) -> bool:
    """Whether a bus answers at this address."""
    with suppress(httpx.HTTPError, httpx.InvalidURL):
        return httpx.get(f"{url}/healthz", timeout=ASK_S, trust_env=False).is_success
    return False


def of_bus(homes: Sequence[Path]) -> Iterator[Finding]:
    """The one that the environment names, or that of a `captains up` of these home folders."""
    try:
        bus = bus_at(None) or standing_bus(homes)
    except (BadBusAddress, MissingSecret) as error:
        yield _finding("wrong", str(error), f"export {BUS_TOKEN}=…  # or: unset {BUS_URL}")
        return
    if bus is None:
        yield _finding("ok", "none is named: commands start their own")
        return
    yield _asked(bus)


def _asked(bus: BusAddress) -> Finding:
    headers = {"Authorization": f"Bearer {bus.token}"}
    try:
        with httpx.Client(base_url=bus.url, timeout=ASK_S, trust_env=False) as client:
            health = client.get("/healthz")
            taken = client.post("/api/events", content=_NO_EVENTS, headers=headers).status_code
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        said = f"{bus.url} does not answer ({type(error).__name__})"
        return _finding("wrong", said, f"captains up --detach  # or: unset {BUS_URL}")
    if taken in _REFUSED:
        mend = f"export {BUS_TOKEN}=…  # the bus's own"
        return _finding("wrong", f"{bus.url} does not take the token ({taken})", mend)
    if damage := _damage(health):
        return _finding("wrong", f"{bus.url}: {damage}", damaged.MEND)
    if health.status_code != HTTPStatus.OK:
        said = f"{bus.url} answers {health.status_code}: it cannot reach its store"
        return _finding("wrong", said, f"curl -i {bus.url}/healthz  # then mend its store")
    return _finding("ok", f"{bus.url} answers and takes the token")


def _damage(health: httpx.Response) -> str | None:
    """Of its store, as far as it has been met with."""
    with suppress(ValueError, KeyError, TypeError):
        told = health.json()
        if told["status"] == STORE_DAMAGED:
            return printable(f"its store {told['file']} is damaged ({told['why']})")
    return None


def _finding(state: State, said: str, mend: str = "") -> Finding:
    why, left = ("", "") if state == "ok" else (_WHY, "which bus is meant is yours to say")
    return Finding(check="bus", state=state, said=said, why=why, mend=mend, left=left)
