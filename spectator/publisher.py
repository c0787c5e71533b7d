"""The publishing side: events out of a match, onto the bus, without ever holding the match up.

`BusObserver.on_event` puts the event into memory and returns. One task of the shared `BusPublisher`
posts what has gathered, the events of many episodes in one request. While the bus is away the
events go to the spool on disk; when it is back it says which number it expects, and everything
from there is sent. What cannot be delivered is counted, never hidden.

A stream is numbered without a hole, so an event that is dropped ends its stream: what came before
is still delivered.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType
from typing import Final, Self, assert_never

import httpx

from engine.wire import Told
from spectator.observer import BusObserver
from spectator.outbox import ObserverReport, Outbox
from spectator.outboxes import Outboxes, Part, PublisherLimits
from spectator.reasoning import Shown
from spectator.sending import Answer, Away, BusLine, Denied, Misread, Taken, TooLarge
from spectator.spool import Spool
from spectator.streams import StreamName

YIELD_EVERY: Final = 64  # events after which a match that never waits lets the sender have its turn
_AT_ONCE: Final = float("-inf")


class BusPublisher:
    """One client and one sender for any number of observers of one event loop.

    `async with BusPublisher(url, token) as publisher: … publisher.observer()`. Leaving the block
    delivers what it can, and waits at most `flush_s` for the bus to take any more; the rest stays
    in `spool`, a folder, for the next one.
    One that `adopts` delivers what others have left there. `reasoning` says when what captains
    thought may be seen. `transport` takes the place of the network, in tests.
    """

    def __init__(
        self,
        url: str,
        token: str,
        *,
        flush_s: float = 5.0,
        limits: PublisherLimits | None = None,
        spool: Path | None = None,
        adopts: bool = False,
        reasoning: Shown = "live",
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.reasoning = reasoning
        self._url, self._token, self._transport = url.rstrip("/"), token, transport
        self._flush_s = flush_s
        self._limits = limits or PublisherLimits()
        self._spool = Spool(spool) if spool is not None else None
        self._adopts = adopts and self._spool is not None
        self._boxes = Outboxes(self._limits, self._spool)
        self._batch_events = self._limits.batch_events
        self._answers = self._failures = 0  # of the bus, so far
        self._look_at_s = _AT_ONCE  # when to look for what others have left
        self._wake = asyncio.Event()
        self._full = asyncio.Event()
        self._settled = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        if self._adopts:
            self._start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose(None if kind is None else self._flush_s)

    def observer(self, *, fence: int | None = None, flush_s: float = 0.0) -> BusObserver:
        """An observer for one episode or run. `fence` puts it on the featured channel.

        `flush_s`: how long its `aclose` waits for its own events to arrive.
        """
        return BusObserver(self, fence=fence, flush_s=flush_s)

    @property
    def report(self) -> ObserverReport:
        """All streams together."""
        return self._boxes.report

    @property
    def streams_left(self) -> int:
        """Streams in the spool that no process is about to send."""
        return self._spool.streams_left() if self._spool is not None else 0

    async def aclose(self, timeout_s: float | None = None) -> ObserverReport:
        """Deliver what can be delivered, in `timeout_s` or as long as the bus takes more, leave or
        give up the rest, and say what became of it.
        """
        self._boxes.closing = True
        self._look_at_s = _AT_ONCE
        self._full.set()
        self._wake.set()
        patience_s = self._flush_s if timeout_s is None else timeout_s
        # A bus that has never answered, and cannot be reached, does not hold up who closes us.
        first_s = min(patience_s, self._limits.unreached_s)
        await self.flushed(first_s, done=lambda: self._answers > 0 or self._is_done())
        if timeout_s is not None:
            await self.flushed(timeout_s, self._is_over)
        while timeout_s is None and not self._is_over() and await self._more_taken(patience_s):
            pass
        await self._end()
        self._boxes.abandon_all("the bus could not be reached in time")
        return self.report

    async def _more_taken(self, patience_s: float) -> bool:
        """Wait for the bus to answer once more, as far as that comes about in time."""
        answers = self._answers
        return await self.flushed(patience_s, lambda: self._is_over() or self._answers > answers)

    def _is_over(self) -> bool:
        """Whether nothing more can be hoped for."""
        return self._is_done() or (self._failures > 0 and self._answers == 0)

    def _is_done(self) -> bool:
        """Whether there is nothing more to wait for."""
        boxes = self._boxes
        if boxes.stopped is not None or self._task is None or self._task.done():
            return True
        if boxes.away and self._spool is not None and not self._adopts:
            return True  # whoever adopts waits for the bus
        may_find_more = self._adopts and (boxes.has_left or self._look_at_s == _AT_ONCE)
        return boxes.pending <= 0 and not may_find_more

    async def _end(self) -> None:
        if self._task is None:
            return
        self._task.cancel()
        (end,) = await asyncio.gather(self._task, return_exceptions=True)
        if isinstance(end, Exception):  # a publisher that broke must not break the match
            self._boxes.stopped = f"the publisher broke: {end!r}"
        self._task = None

    # --- for observers -------------------------------------------------------------------------

    def open(self, stream: StreamName, fence: int | None) -> Outbox:
        """Where the events of `stream` wait."""
        return self._boxes.open(stream, fence)

    def put(self, box: Outbox, event: Told) -> bool:
        """Queue one event. True when so many wait that the caller should let others run."""
        if not self._boxes.put(box, event):
            return False
        pending = self._boxes.pending
        self._wake.set()
        if pending >= self._batch_events:
            self._full.set()
        self._start()
        return pending % YIELD_EVERY == 0

    def close(self, box: Outbox) -> None:
        """No more events will come for this stream."""
        self._boxes.close(box)

    async def delivered(self, boxes: Iterable[Outbox], timeout_s: float) -> None:
        """Wait until these events are on the bus, as far as that comes about in time."""
        boxes = list(boxes)
        self._full.set()
        await self.flushed(timeout_s, lambda: not any(box.waiting for box in boxes))

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

    def _start(self) -> None:
        if self._task is None and self._boxes.stopped is None:
            self._task = asyncio.get_running_loop().create_task(self._run())

    async def _run(self) -> None:
        limits, boxes = self._limits, self._boxes
        async with BusLine(self._url, self._token, self._transport) as line:
            pause_s = limits.backoff_first_s
            while boxes.stopped is None:
                await self._gathered()
                if not boxes.due:  # it was left to the spool while company was waited for
                    self._settled.set()
                    continue
                parts = boxes.next_parts(self._batch_events)
                self._settle(parts, await self._posted(line, parts))
                self._settled.set()
                if not boxes.away:
                    pause_s = limits.backoff_first_s
                    continue
                await asyncio.sleep(pause_s * random.uniform(0.75, 1.25))  # noqa: S311 - only spreads the knocking
                most_s = limits.backoff_first_s * 4 if boxes.closing else limits.backoff_most_s
                pause_s = min(pause_s * 2, most_s)

    async def _gathered(self) -> None:
        """Wait for something to send, and a moment longer for company."""
        boxes, limits = self._boxes, self._limits
        self._adopt()
        while not boxes.due:
            self._wake.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(limits.adopt_every_s if self._adopts else None):
                    await self._wake.wait()
            self._adopt()
        if boxes.pending < self._batch_events and not self._full.is_set():
            featured = any(box.fence is not None for box in boxes.due.values())
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(
                    limits.featured_linger_s if featured else limits.linger_s
                ):
                    await self._full.wait()
        self._full.clear()

    def _adopt(self) -> None:
        """Take over streams that earlier processes could not deliver, a few at a time."""
        boxes, now = self._boxes, asyncio.get_running_loop().time()
        room = self._limits.adopted - boxes.adopted
        is_due = now >= self._look_at_s or (boxes.closing and boxes.has_left)
        if not self._adopts or self._spool is None or room <= 0 or not is_due:
            return
        boxes.has_left = False
        found = self._spool.orphans(room)
        self._look_at_s = _AT_ONCE if found else now + self._limits.adopt_every_s
        for log in found:
            boxes.adopt(log)
        self._settled.set()

    async def _posted(self, line: BusLine, parts: list[Part]) -> Answer:
        body = b"[" + b",".join(line for part in parts for line in part.lines) + b"]"
        loop = asyncio.get_running_loop()
        patience = loop.call_later(self._limits.slow_s, self._boxes.went_away)
        try:
            return await line.post(body, parts[0].box.fence)
        finally:
            patience.cancel()

    def _settle(self, parts: list[Part], answer: Answer) -> None:
        boxes = self._boxes
        if isinstance(answer, Away):
            self._failures += 1
        else:
            self._answers += 1
            boxes.away = False
        match answer:
            case Away(why=why):
                for part in parts:
                    part.box.why = why
                boxes.went_away()
            case Denied(why=why):
                boxes.stop(why)
            case Misread(index=index, why=why):
                boxes.misread(parts, index, why)
            case TooLarge():
                if sum(len(part.lines) for part in parts) == 1:
                    boxes.misread(parts, 0, "an event is larger than the bus reads")
                else:
                    self._batch_events = max(1, self._batch_events // 2)
            case Taken(fates=fates):
                for part in parts:
                    boxes.settle(part, fates.get(part.box.stream))
            case _:
                assert_never(answer)
