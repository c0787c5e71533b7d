"""Names of streams, and what the wire says about one."""

from __future__ import annotations

from enum import StrEnum
from typing import Final, NewType

from engine.wire import Told

StreamName = NewType("StreamName", str)

RUN_PREFIX: Final = "run:"
REASONING_PREFIX: Final = "reasoning:"
COMMENTARY_PREFIX: Final = "commentary:"
SIDE_PREFIXES: Final = (REASONING_PREFIX, COMMENTARY_PREFIX)
MAX_EPISODE_ID: Final = 200
MAX_ATTEMPT_DIGITS: Final = 18
LAST_TYPES: Final = frozenset({"episode.ended", "tournament.ended"})


class StreamState(StrEnum):
    LIVE = "live"
    ENDED = "ended"


def stream_name(episode_id: str, attempt: int) -> StreamName:
    """`episode_id/attempt`; a tournament's events are in `run:<name>/1`."""
    return StreamName(f"{episode_id}/{attempt}")


def stream_of(event: Told) -> StreamName:
    return stream_name(event.episode_id, event.attempt)


def run_stream(name: str, attempt: int) -> StreamName:
    return stream_name(RUN_PREFIX + name, attempt)


def is_side(stream: StreamName) -> bool:
    """Whether the stream goes beside a match's own: it is never listed and never featured."""
    return stream.startswith(SIDE_PREFIXES)
