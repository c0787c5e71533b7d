"""Events that say when they were sent, by real POSTs to one stream."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import httpx

EPISODE: Final = "bench"
TOKEN: Final = "bench"  # of a server that lives for seconds
TIMEOUT_S: Final = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """So many events, so many of them in one request."""

    events: int
    a_post: int


def in_batches(url: str, load: Load) -> None:
    """One request after the other, as fast as they are acknowledged."""
    with posting_to(url) as client:
        for first in range(1, load.events + 1, load.a_post):
            post(client, range(first, first + load.a_post))


def at_a_rate(url: str, load: Load, events_a_second: float) -> list[float]:
    """One event a request, by the clock; how long each took to be acknowledged, in ms."""
    took_ms = []
    with posting_to(url) as client:
        for seq, due in zip(range(1, load.events + 1), _ticks(events_a_second), strict=False):
            time.sleep(max(0.0, due - time.monotonic()))
            started = time.monotonic()
            post(client, range(seq, seq + 1))
            took_ms.append((time.monotonic() - started) * 1000)
    return took_ms


def _ticks(a_second: float) -> Iterator[float]:
    due = time.monotonic()
    while True:
        yield due
        due += 1 / a_second


def posting_to(url: str) -> httpx.Client:
    headers = {"authorization": f"Bearer {TOKEN}"}
    return httpx.Client(base_url=url, headers=headers, timeout=TIMEOUT_S, trust_env=False)


def post(client: httpx.Client, seqs: range) -> None:
    body = json.dumps([_event(seq) for seq in seqs])
    answer = client.post("/api/events", content=body)
    answer.raise_for_status()


def _event(seq: int) -> dict[str, Any]:
    """A decision of about 500 bytes; its latency is the monotonic clock's time, in ms."""
    return {
        "v": 1,
        "episode_id": EPISODE,
        "attempt": 1,
        "seq": seq,
        "ts": "2026-11-22T20:00:00Z",
        "type": "decision",
        "data": {
            "number": seq,
            "seat": "home",
            "captain": "qwen3-8b",
            "kind": "delivery",
            "innings": 1,
            "ball": "4.2",
            "choice": {"length": "good", "line": "off", "variation": "slower", "field": "ring"},
            "source": "llm",
            "reason": "Two set batters and a short straight boundary: keep it full, at the stumps.",
            "rethinks": 0,
            "errors": [],
            "latency_ms": round(time.monotonic() * 1000, 3),
            "cost": 0.0125,
            "spent": None,
        },
    }
