"""Every limit of the bus in one place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True, slots=True, kw_only=True)
class BusSettings:
    """What the bus allows and how long it waits.

    `read_token` None lets everybody who reaches the port read. `allowed_origins` are browser
    origins (`https://example.org`) that may open a WebSocket besides the page's own; a bus on
    loopback answers to their hosts' names too.

    `trusted_addresses` may have any number of connections, and are believed about whom they speak
    for (`X-Forwarded-For`): this machine and the proxy before the bus.

    A request's head has `header_s` to arrive, the body of one to publish or to answer `body_s`. A
    viewer whose socket takes no data for `stall_s` is dropped. Who misses at most
    `recover_events` of `recover_bytes` when he joins gets them, else a snapshot if he takes one;
    who falls further behind than `behind_events` or `behind_bytes` gets one too, once.
    `max_message_bytes` bounds what a viewer may send, `max_messages` how often. `max_questions` to
    people may be open, and a request waits `max_wait_s` at most for something to happen. A spoken
    line takes `max_clip_bytes` at most, all that are kept `max_audio_bytes`.
    """

    read_token: str | None = None
    allowed_origins: frozenset[str] = frozenset()
    max_streams: int = 1_000_000
    max_body_bytes: int = 1024 * 1024
    max_connections: int = 4_000
    max_viewers: int = 2_000
    max_per_address: int = 100
    trusted_addresses: frozenset[str] = frozenset({"127.0.0.1", "::1"})
    max_message_bytes: int = 4 * 1024
    max_messages: int = 100
    header_s: float = 10.0
    body_s: float = 30.0
    stall_s: float = 10.0
    ping_s: float = 20.0
    ring_events: int = 1_024
    recover_events: int = 300
    recover_bytes: int = 512 * 1024
    behind_events: int = 1_000
    behind_bytes: int = 1024 * 1024
    snapshots: int = 64
    frame_bytes: int = 64 * 1024
    page_limit: int = 1_000
    max_questions: int = 1_000
    max_answer_bytes: int = 64 * 1024
    max_wait_s: int = 30
    max_clip_bytes: int = 2 * 1024 * 1024
    max_audio_bytes: int = 64 * 1024 * 1024


DEFAULTS: Final = BusSettings()
