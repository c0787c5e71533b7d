"""One viewer's WebSocket: hello, what he missed, then live.

Server messages: `{"t": "hello", "epoch", "stream", "top", "after"}`, `{"t": "events", "events":
[…]}`, `{"t": "featured", "stream"}`, `{"t": "ping"}`. Close codes: 1001 the bus goes away, 1008 not
allowed or too many messages, 1012 the store is away or another one, 1013 full, 4008 too slow.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine, Sequence
from enum import IntEnum
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from spectator.hub import Channel, Hub
from spectator.settings import BusSettings
from spectator.store import Line, StoreUnavailable
from spectator.streams import StreamName


class CloseCode(IntEnum):
    """RFC 6455 codes, and our own above 4000."""

    GOING_AWAY = 1001
    POLICY = 1008
    COME_AGAIN = 1012
    TRY_LATER = 1013
    TOO_SLOW = 4008


class Leave(Exception):
    """The viewer is to be closed, with `code`."""

    def __init__(self, code: CloseCode) -> None:
        super().__init__(code)
        self.code = code


class Viewer:
    """Sends a stream, or whatever is featured, to one accepted WebSocket."""

    def __init__(self, socket: WebSocket, hub: Hub, settings: BusSettings) -> None:
        self._socket = socket
        self._hub = hub
        self._settings = settings

    async def watch(self, stream: StreamName, after: int, epoch: str | None) -> None:
        """Follow one stream until somebody leaves."""
        await self._serve(self._follow(stream, after, epoch, featured=False))

    async def watch_featured(self, stream: StreamName, after: int, epoch: str | None) -> None:
        """Follow whatever is featured. `stream` and `after` say where the viewer was, if he comes
        back.
        """
        await self._serve(self._follow_featured(stream, after, epoch))

    async def _serve(self, sending: Coroutine[Any, Any, None]) -> None:
        """Send and listen until either ends; then close the socket with the code that says why."""
        sender = asyncio.ensure_future(sending)
        listener = asyncio.ensure_future(self._listen())
        self._hub.enter(asyncio.current_task())
        try:
            await asyncio.wait({sender, listener}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            sender.cancel()
            listener.cancel()
            ended = await asyncio.gather(sender, listener, return_exceptions=True)
        for end in ended:
            if isinstance(end, Leave):
                await self._close(end.code)
                return
            if isinstance(end, StoreUnavailable):
                await self._close(CloseCode.COME_AGAIN)
                return
        for end in ended:
            if isinstance(end, Exception) and not isinstance(end, WebSocketDisconnect):
                raise end

    async def _close(self, code: CloseCode) -> None:
        try:
            await self._socket.close(code, code.name.lower().replace("_", " "))
        except (WebSocketDisconnect, RuntimeError):
            return  # he was quicker

    async def _listen(self) -> None:
        """Viewers have nothing to say; a few small messages are borne."""
        for _ in range(self._settings.max_messages):
            message = await self._socket.receive()
            if message["type"] == "websocket.disconnect":
                return
            if len(message.get("text") or message.get("bytes") or "") > (
                self._settings.max_message_bytes
            ):
                break
        raise Leave(CloseCode.POLICY)

    async def _follow_featured(self, stream: StreamName, after: int, epoch: str | None) -> None:
        while True:
            bell, now = self._hub.featured_changed, self._hub.featured
            await self._send({"t": "featured", "stream": now.stream if now else None})
            if now is None:
                await self._wait(bell)
                continue
            start = after if now.stream == stream else 0
            await self._follow(now.stream, start, epoch, featured=True)
            stream, after = StreamName(""), 0

    async def _follow(
        self, stream: StreamName, after: int, epoch: str | None, *, featured: bool
    ) -> None:
        """Send one stream from `after`; ends only where another one is featured and this one is
        told.
        """
        channel = await self._hub.join(stream)
        try:
            if epoch not in (None, self._hub.store.epoch) or after > channel.top:
                after = 0
            await self._send(
                {
                    "t": "hello",
                    "epoch": self._hub.store.epoch,
                    "stream": stream,
                    "top": channel.top,
                    "after": after,
                }
            )
            while not (featured and self._is_over(channel, after)):
                after = await self._advance(channel, after)
        finally:
            self._hub.leave(channel)

    def _is_over(self, channel: Channel, after: int) -> bool:
        now = self._hub.featured
        return after >= channel.top and now is not None and now.stream != channel.stream

    async def _advance(self, channel: Channel, after: int) -> int:
        """Send what follows `after`, or wait for it; returns where the viewer stands now."""
        if self._hub.closing:
            raise Leave(CloseCode.GOING_AWAY)
        if channel.gone:
            raise Leave(CloseCode.COME_AGAIN)
        bell = channel.changed
        lines = await self._hub.lines_after(channel, after)
        for part in _frames(lines, self._settings.frame_bytes):
            body = ",".join(line.text for line in part)
            await self._send_text(f'{{"t":"events","events":[{body}]}}')
        if not lines:
            await self._wait(bell)
            return after
        return lines[-1].seq

    async def _wait(self, bell: asyncio.Event) -> None:
        if self._hub.closing:
            raise Leave(CloseCode.GOING_AWAY)
        try:
            async with asyncio.timeout(self._settings.ping_s):
                await bell.wait()
        except TimeoutError:
            await self._send({"t": "ping"})
        if self._hub.closing:
            raise Leave(CloseCode.GOING_AWAY)

    async def _send(self, message: dict[str, object]) -> None:
        await self._send_text(json.dumps(message))

    async def _send_text(self, text: str) -> None:
        try:
            async with asyncio.timeout(self._settings.stall_s):
                await self._socket.send_text(text)
        except TimeoutError:
            raise Leave(CloseCode.TOO_SLOW) from None


def _frames(lines: Sequence[Line], limit: int) -> list[list[Line]]:
    """Runs of lines, each about `limit` bytes at most."""
    frames: list[list[Line]] = []
    room = 0
    for line in lines:
        if not frames or room < len(line.text):
            frames.append([])
            room = limit
        frames[-1].append(line)
        room -= len(line.text)
    return frames
