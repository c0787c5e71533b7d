"""The publishing side: events out of a match, onto the bus, without ever holding the match up.

`BusObserver.on_event` writes the event into memory and returns. One task of the shared
`BusPublisher` posts what has gathered, the events of many episodes in one request. While the bus is
away the events wait; when it is back it says which number it expects, and everything from there is
sent. What cannot be delivered is counted, never hidden.

A stream is numbered without a hole, so an event that is dropped ends its stream: what came before
is still delivered.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from types import TracebackType
from typing import Any, Final, Self

import httpx

from engine.wire import Told
from spectator.outbox import ObserverReport, Outbox, Tally
from spectator.streams import LAST_TYPES, StreamName, stream_of

BACKOFF_FIRST_S: Final = 0.05
BACKOFF_MOST_S: Final = 2.0
TIMEOUT: Final = httpx.Timeout(10.0, connect=2.0)
_WHY: Final = {
    "gap": "the bus lost events that are no longer here",
    "conflict": "the bus has other events in this stream",
    "stale_fence": "another publisher holds the featured channel",
    "too_many_streams": "the bus takes no new streams",
}
YIELD_EVERY: Final = 64  # events after which a match that never waits lets the sender have its turn


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """A run of one stream's events in a request, from number `first` on."""

    outbox: Outbox
    first: int
    lines: tuple[bytes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fate:
    """What the bus says of a stream's part: `status`, and the number that it expects next."""

    status: str
    next_seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PublisherLimits:
    """`pending` events wait at most, over all streams; `kept` delivered ones a live stream can send
    again.
    """

    pending: int = 20_000
    kept: int = 5_000
    batch_events: int = 1_000
    batch_bytes: int = 512 * 1024
    linger_s: float = 0.1
    unreached_s: float = 0.5  # the wait at the end for a bus that has never answered
    featured_linger_s: float = 0.02


class BusPublisher:
    """One client and one sender for any number of observers of one event loop.

    `async with BusPublisher(url, token) as publisher: … publisher.observer()`. Leaving the block
    delivers what it can within `flush_s`.
    """

    def __init__(
        self,
        url: str,
        token: str,
        *,
        flush_s: float = 5.0,
        limits: PublisherLimits | None = None,
    ) -> None:
        self._url = url.rstrip("/")
        self._token = token
        self._flush_s = flush_s
        self._limits = limits or PublisherLimits()
        self._outboxes: dict[StreamName, Outbox] = {}
        self._due: dict[StreamName, Outbox] = {}
        self._pending = 0
        self._batch_events = self._limits.batch_events
        self._total = Tally()
        self._wake = asyncio.Event()
        self._full = asyncio.Event()
        self._settled = asyncio.Event()
        self._closing = False
        self._reached = False  # whether the bus has ever answered
        self._broken: str | None = None
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    def observer(self, *, fence: int | None = None, flush_s: float = 0.0) -> BusObserver:
        """An observer for one episode or run. `fence` puts it on the featured channel.

        `flush_s`: how long its `aclose` waits for its own events to arrive.
        """
        return BusObserver(self, fence=fence, flush_s=flush_s)

    @property
    def report(self) -> ObserverReport:
        """All streams together."""
        return self._total.plus(box.report() for box in self._outboxes.values())

    async def aclose(self, timeout_s: float | None = None) -> ObserverReport:
        """Deliver what can be delivered in time, give the rest up, and say what became of it."""
        self._closing = True
        self._full.set()
        timeout_s = self._flush_s if timeout_s is None else timeout_s
        # A bus that has never answered does not hold up who closes us.
        first_s = min(timeout_s, self._limits.unreached_s)
        await self.flushed(first_s, done=lambda: self._reached or self._pending <= 0)
        if self._reached:
            await self.flushed(timeout_s, done=lambda: self._pending <= 0)
        if self._task is not None:
            self._task.cancel()
            (end,) = await asyncio.gather(self._task, return_exceptions=True)
            if isinstance(end, Exception):  # a publisher that broke must not break the match
                self._broken = f"the publisher broke: {end!r}"
            self._task = None
        for box in self._outboxes.values():
            if box.waiting:
                self._give_up(
                    box, self._broken or box.why or "the bus could not be reached in time"
                )
        return self.report

    # --- for observers -------------------------------------------------------------------------

    def open(self, stream: StreamName, fence: int | None) -> Outbox:
        """Where the events of `stream` wait."""
        box = self._outboxes.get(stream)
        if box is None:
            box = self._outboxes[stream] = Outbox(stream=stream, fence=fence)
        return box

    def put(self, box: Outbox, event: Told) -> bool:
        """Queue one event. True when so many wait that the caller should let others run."""
        refusal = self._refusal(box, event)
        if refusal is not None:
            box.cut, box.why = True, refusal
            box.dropped += 1
            return False
        box.lines.append(event.line)
        box.closed = event.type in LAST_TYPES
        self._pending += 1
        self._due[box.stream] = box
        self._wake.set()
        if self._pending >= self._batch_events:
            self._full.set()
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._run())
        return self._pending % YIELD_EVERY == 0

    def _refusal(self, box: Outbox, event: Told) -> str | None:
        """Why the event cannot be delivered; None where it can."""
        if box.cut:
            return box.why or "an earlier event was dropped"
        if self._broken is not None:
            return self._broken
        if self._closing:
            return "the publisher is closed"
        if self._pending >= self._limits.pending:
            return "too many events wait"
        if not box.expects(event.seq):
            return f"event {event.seq} is out of order"
        return None

    def close(self, box: Outbox) -> None:
        """No more events will come for this stream."""
        box.closed = True
        self._retire(box)

    def hurry(self) -> None:
        """Somebody waits: send now."""
        self._full.set()

    async def flushed(self, timeout_s: float, done: Callable[[], bool]) -> bool:
        """Wait until `done`, as far as it comes about in time."""
        try:
            async with asyncio.timeout(timeout_s):
                while not done():
                    self._settled.clear()
                    await self._settled.wait()
        except TimeoutError:
            return False
        return True

    # --- the sender ----------------------------------------------------------------------------

    async def _run(self) -> None:
        headers = {"authorization": f"Bearer {self._token}", "content-type": "application/json"}
        async with httpx.AsyncClient(
            base_url=self._url,
            headers=headers,
            timeout=TIMEOUT,
            trust_env=False,
            verify=tls_for(self._url),
        ) as client:
            pause_s = BACKOFF_FIRST_S
            while True:
                await self._gathered()
                parts = self._next_parts()
                if await self._deliver(client, parts):
                    pause_s = BACKOFF_FIRST_S
                    continue
                await asyncio.sleep(pause_s * random.uniform(0.75, 1.25))  # noqa: S311 - only spreads the knocking
                pause_s = min(pause_s * 2, BACKOFF_FIRST_S * 4 if self._closing else BACKOFF_MOST_S)

    async def _gathered(self) -> None:
        """Wait for something to send, and a moment longer for company."""
        while not self._due:
            self._wake.clear()
            await self._wake.wait()
        if self._pending < self._batch_events and not self._full.is_set():
            featured = any(box.fence is not None for box in self._due.values())
            linger_s = self._limits.featured_linger_s if featured else self._limits.linger_s
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(linger_s):
                    await self._full.wait()
        self._full.clear()

    def _next_parts(self) -> list[_Part]:
        """What goes into the next request: streams that share a fence (or have none), in turn."""
        fence = next(iter(self._due.values())).fence
        parts: list[_Part] = []
        events, room = self._batch_events, self._limits.batch_bytes
        for box in self._due.values():
            if box.fence != fence:
                continue
            lines: list[bytes] = []
            for i in range(box.next_seq - box.base, len(box.lines)):
                if not events or (room < len(box.lines[i]) and (lines or parts)):
                    break
                lines.append(box.lines[i])
                events -= 1
                room -= len(box.lines[i]) + 1
            if not lines:
                break
            parts.append(_Part(outbox=box, first=box.next_seq, lines=tuple(lines)))
        return parts

    async def _deliver(self, client: httpx.AsyncClient, parts: list[_Part]) -> bool:
        """Post the parts and settle them. False when the bus is away: try again."""
        body = b"[" + b",".join(line for part in parts for line in part.lines) + b"]"
        fence = parts[0].outbox.fence
        headers = {} if fence is None else {"x-captains-fence": str(fence)}
        try:
            answer = await client.post("/api/events", content=body, headers=headers)
        except httpx.TransportError as error:
            self._blame(parts, f"the bus could not be reached ({type(error).__name__})")
            return False
        status = answer.status_code
        self._reached = True
        if status == HTTPStatus.OK:
            self._settle(parts, _fates(answer))
        elif status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
            self._break("the bus does not accept the token")
        elif status == HTTPStatus.UNPROCESSABLE_ENTITY:
            self._refused(parts, answer.json())
        elif status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            self._too_large(parts)
        else:
            self._blame(parts, f"the bus answered {status}")
            return False
        self._settled.set()
        return True

    def _settle(self, parts: list[_Part], fates: dict[str, _Fate]) -> None:
        for part in parts:
            fate, box = fates[part.outbox.stream], part.outbox
            before = box.waiting
            if fate.status == "ok":
                box.accepted(part.first + len(part.lines))
                box.trim(self._limits.kept)
                self._pending += box.waiting - before
            elif fate.status == "gap" and box.rewind(fate.next_seq):
                self._pending += box.waiting - before
            else:
                box.stale = fate.status == "stale_fence"
                self._give_up(box, _WHY.get(fate.status, f"the bus answered {fate.status}"))
            self._next_turn(box)

    def _next_turn(self, box: Outbox) -> None:
        """To the end of the queue, or out of it."""
        self._due.pop(box.stream, None)
        if box.waiting:
            self._due[box.stream] = box
        self._retire(box)

    def _refused(self, parts: list[_Part], answer: dict[str, Any]) -> None:
        """The bus does not understand one event: its stream ends here, the others go on."""
        index = answer.get("index") or 0
        for part in parts:
            if index < len(part.lines):
                why = f"the bus refused an event: {answer.get('field')}: {answer.get('why')}"
                self._give_up(part.outbox, why)
                self._next_turn(part.outbox)
                return
            index -= len(part.lines)

    def _too_large(self, parts: list[_Part]) -> None:
        if sum(len(part.lines) for part in parts) == 1:
            self._give_up(parts[0].outbox, "an event is larger than the bus reads")
            self._next_turn(parts[0].outbox)
        self._batch_events = max(1, self._batch_events // 2)

    def _give_up(self, box: Outbox, why: str) -> None:
        self._pending -= box.waiting
        box.give_up(why)
        self._due.pop(box.stream, None)

    def _break(self, why: str) -> None:
        self._broken = why
        for box in list(self._due.values()):
            self._give_up(box, why)
            self._retire(box)

    def _blame(self, parts: list[_Part], why: str) -> None:
        for part in parts:
            part.outbox.why = why

    def _retire(self, box: Outbox) -> None:
        """Forget a stream that is finished and delivered; its numbers stay in the report."""
        if box.closed and not box.waiting and self._outboxes.get(box.stream) is box:
            del self._outboxes[box.stream]
            box.trim(0)
            self._total.add(box.report())


class BusObserver:
    """Puts the events of an episode, or of a run, on the bus: an `Observer` for `play_episode`."""

    def __init__(
        self, publisher: BusPublisher, *, fence: int | None = None, flush_s: float = 0.0
    ) -> None:
        self._publisher = publisher
        self._fence = fence
        self._flush_s = flush_s
        self._boxes: dict[tuple[str, int], Outbox] = {}

    @property
    def report(self) -> ObserverReport:
        return Tally().plus(box.report() for box in self._boxes.values())

    async def on_event(self, event: Told) -> None:
        key = (event.episode_id, event.attempt)
        box = self._boxes.get(key)
        if box is None:
            box = self._boxes[key] = self._publisher.open(stream_of(event), self._fence)
        if self._publisher.put(box, event):
            await asyncio.sleep(0)

    async def aclose(self) -> None:
        """The streams end here. Waits `flush_s` at most; the publisher delivers the rest."""
        for box in self._boxes.values():
            self._publisher.close(box)
        if self._flush_s > 0:
            self._publisher.hurry()
            await self._publisher.flushed(
                self._flush_s, lambda: not any(box.waiting for box in self._boxes.values())
            )


def _fates(answer: httpx.Response) -> dict[str, _Fate]:
    """The bus's answer by stream; something else that answers 200 fails here, loudly."""
    return {
        result["stream"]: _Fate(status=result["status"], next_seq=result["next"])
        for result in answer.json()["results"]
    }


def tls_for(url: str) -> ssl.SSLContext:
    """What a connection to `url` is verified with."""
    return _tls(url.startswith("https:"))


@cache
def _tls(needed: bool) -> ssl.SSLContext:
    """One context a process: reading the authorities takes 20 ms; plain HTTP need not."""
    return ssl.create_default_context() if needed else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
