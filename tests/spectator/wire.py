"""What the tests of the bus share: posting events, watching a stream, waiting for a condition."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol

import httpx
from websockets.asyncio.client import ClientConnection, connect

from engine.events import DecisionEvent, Event
from spectator.sending import tls_for
from spectator.store import Batch, Entry
from spectator.streams import stream_of
from tests.spectator.matches import match_events

DEADLINE_S = 120.0  # for a machine that is stuck


class Bus(Protocol):
    """A bus that is reached over the wire alone: in this process or in one of its own."""

    @property
    def url(self) -> str: ...

    @property
    def port(self) -> int: ...

    @property
    def publish_token(self) -> str: ...


def body(events: Sequence[Event]) -> str:
    return "[" + ",".join(event.model_dump_json() for event in events) + "]"


def batch(events: Sequence[Event]) -> Batch:
    entries = tuple(
        Entry(seq=e.seq, type=e.type, ts=e.ts.isoformat(), text=e.model_dump_json()) for e in events
    )
    return Batch(stream=stream_of(events[0]), entries=entries)


def client(bus: Bus, token: str | None = None) -> httpx.AsyncClient:
    headers = {"authorization": f"Bearer {token or bus.publish_token}"}
    return httpx.AsyncClient(
        base_url=bus.url,
        headers=headers,
        trust_env=False,
        timeout=DEADLINE_S,
        verify=tls_for(bus.url),
    )


async def post(bus: Bus, events: Sequence[Event], *, fence: int | None = None) -> httpx.Response:
    """The events as one batch of their own stream."""
    headers = {"x-captains-fence": str(fence)} if fence is not None else {}
    async with client(bus) as http:
        path = f"/api/streams/{stream_of(events[0])}/events"
        return await http.post(path, content=body(events), headers=headers)


async def stored(bus: Bus, stream: str) -> list[dict[str, Any]]:
    """The whole stream, as exported."""
    async with client(bus) as http:
        answer = await http.get(f"/api/streams/{stream}/export.jsonl")
    return [json.loads(line) for line in answer.text.splitlines()] if answer.is_success else []


def watch(bus: Bus, path: str, **options: Any) -> connect:
    url = f"ws://127.0.0.1:{bus.port}{path}"
    patient = {"open_timeout": DEADLINE_S, "ping_timeout": DEADLINE_S, **options}
    return connect(url, proxy=None, compression=None, **patient)


async def events_until(socket: ClientConnection, last_seq: int) -> list[int]:
    """The numbers of the events that arrive, up to `last_seq`."""
    seen: list[int] = []
    async with asyncio.timeout(DEADLINE_S):
        while not seen or seen[-1] < last_seq:
            message = json.loads(await socket.recv())
            if message["t"] == "events":
                seen += [event["seq"] for event in message["events"]]
    return seen


async def to_the_end(socket: ClientConnection) -> None:
    """Read until the socket is closed, which raises."""
    async with asyncio.timeout(DEADLINE_S):
        while True:
            await socket.recv()


async def metric(bus: Bus, name: str) -> float:
    """A figure of `/metrics`, by its name with labels; 0 where it has not been counted yet."""
    async with client(bus) as http:
        text = (await http.get("/metrics")).text
    found = [line for line in text.splitlines() if line.startswith(f"{name} ")]
    return float(found[0].split()[1]) if found else 0.0


async def has_no_viewers(bus: Bus) -> bool:
    return await metric(bus, "captains_bus_viewers") == 0


def bulky_events(*, count: int, size: int, first: int = 1) -> list[Event]:
    """A stream of decisions whose captain talks at great length, from number `first` on."""
    talk = next(e for e in match_events("bulk", seed=3) if isinstance(e, DecisionEvent))
    data = talk.data.model_copy(update={"reason": "x" * size})
    return [talk.model_copy(update={"seq": first + n, "data": data}) for n in range(count)]


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    """Wait for `condition`, and fail when it does not come about."""
    async with asyncio.timeout(DEADLINE_S):
        while not await condition():  # noqa: ASYNC110 - it looks across sockets
            await asyncio.sleep(0.01)
