"""One viewer's WebSocket: what `Follower` tells, as JSON messages (docs/bus.md)."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import aclosing
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from spectator.following import Follower, Messages, connection_of
from spectator.hub import Hub
from spectator.messages import CloseCode, Leave, json_of
from spectator.settings import BusSettings
from spectator.store import StoreUnavailable


class Viewer:
    """Sends a follower's messages to one accepted WebSocket, until either side leaves."""

    def __init__(
        self, socket: WebSocket, follower: Follower, hub: Hub, settings: BusSettings
    ) -> None:
        self._socket, self._follower = socket, follower
        self._hub, self._settings = hub, settings
        self._connection = connection_of(socket.scope)

    async def watch(self, messages: Messages) -> None:
        with self._hub.attendance.following(self._follower):
            try:
                await first_of(self._tell(messages), self._listen())
            except Leave as leave:
                await self._close(leave.code)
            except StoreUnavailable:
                await self._close(CloseCode.COME_AGAIN)
            except WebSocketDisconnect:
                return  # he has gone

    async def _close(self, code: CloseCode) -> None:
        self._hub.metrics.drops.labels(code=int(code)).inc()
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

    async def _tell(self, messages: Messages) -> None:
        async with aclosing(messages):
            async for message in messages:
                await self._send(json_of(message))

    async def _send(self, text: str) -> None:
        if self._connection is not None:
            if self._connection.is_writable():
                await self._socket.send_text(text)
                return
            self._follower.blocked = True
        try:
            async with asyncio.timeout(self._settings.stall_s):
                await self._socket.send_text(text)
        except TimeoutError:
            raise Leave(CloseCode.TOO_SLOW) from None


async def first_of(sending: Coroutine[Any, Any, None], other: Coroutine[Any, Any, None]) -> None:
    """Both at once until either ends, which ends the other. Raises `Leave` where one did, else what
    went wrong.
    """
    tasks = [asyncio.ensure_future(sending), asyncio.ensure_future(other)]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        ends = await asyncio.gather(*tasks, return_exceptions=True)
    errors = [end for end in ends if isinstance(end, Exception)]
    for error in sorted(errors, key=lambda e: not isinstance(e, Leave)):
        raise error
