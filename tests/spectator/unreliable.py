"""A bus in memory that behaves as badly as a test tells it to, behind httpx's transport."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable
from enum import StrEnum
from typing import Any

import httpx


class Mood(StrEnum):
    """How one request is met."""

    FINE = "fine"
    REFUSES = "refuses"  # nobody listens
    CUTS = "cuts"  # takes all of it, and the answer is lost
    CUTS_EARLY = "cuts early"  # takes half of it, and the answer is lost
    TAKES_TWICE = "takes twice"
    FORGETS = "forgets"  # comes back empty, then takes what it can
    FAILS = "fails"
    CONFLICTS = "conflicts"  # as a proxy would, of the whole request
    BABBLES = "babbles"
    SAYS_NOTHING = "says nothing"  # of any stream
    IS_SMALL = "is small"


class UnreliableBus(httpx.AsyncBaseTransport):
    """`moods` are those of the next requests; then it is fine. `watch` is called at each."""

    def __init__(self, moods: list[Mood], watch: Callable[[], None] = lambda: None) -> None:
        self.moods, self.watch = deque(moods), watch
        self.streams: dict[str, list[dict[str, Any]]] = {}
        self.requests = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        events = json.loads(await request.aread())
        self.requests += 1
        self.watch()
        mood = self.moods.popleft() if self.moods else Mood.FINE
        match mood:
            case Mood.REFUSES:
                raise httpx.ConnectError("refused")
            case Mood.CUTS:
                self.take(events)
                raise httpx.ReadError("cut")
            case Mood.CUTS_EARLY:
                self.take(events[: len(events) // 2])
                raise httpx.RemoteProtocolError("cut")
            case Mood.TAKES_TWICE:
                self.take(events)
            case Mood.FORGETS:
                self.streams.clear()
            case Mood.FAILS:
                return httpx.Response(503)
            case Mood.CONFLICTS:
                return httpx.Response(409, json={"error": "gap", "next": 1})
            case Mood.BABBLES:
                return httpx.Response(200, text="<html>welcome</html>")
            case Mood.SAYS_NOTHING:
                return httpx.Response(200, json={"results": []})
            case Mood.IS_SMALL if len(events) > 1:
                return httpx.Response(413)
        return httpx.Response(200, json={"results": self.take(events)})

    def take(self, events: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """As the store does: in order, once, and what does not fit is named."""
        results: dict[str, dict[str, Any]] = {}
        for event in events:
            name = f"{event['episode_id']}/{event['attempt']}"
            result = results.setdefault(name, {"stream": name, "status": "ok"})
            stored = self.streams.setdefault(name, [])
            if result["status"] != "ok":
                continue
            if event["seq"] == len(stored) + 1:
                stored.append(event)
            elif event["seq"] > len(stored):
                result["status"] = "gap"
            elif stored[event["seq"] - 1] != event:
                result["status"] = "conflict"
        for name, result in results.items():
            result["next"] = len(self.streams[name]) + 1
        return list(results.values())
