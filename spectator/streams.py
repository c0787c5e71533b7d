"""Names of streams, and what the wire says about one."""

from __future__ import annotations

from enum import StrEnum
from typing import Final, NewType

from engine.wire import Told

StreamName = NewType("StreamName", str)

RUN_PREFIX: Final = "run:"
REASONING_PREFIX: Final = "reasoning:"
COMMENTARY_PREFIX: Final = "commentary:"
MAX_EPISODE_ID: Final = 200
MAX_ATTEMPT_DIGITS: Final = 18
LAST_TYPES: Final = frozenset({"episode.ended", "tournament.ended"})


class StreamState(StrEnum):
    LIVE = "live"
    ENDED = "ended"


class StreamKind(StrEnum):
    """What a stream carries. A side channel belongs to a match and is never listed."""

    MATCH = "match"
    RUN = "run"
    SIDE = "side"


def kind_of(stream: StreamName) -> StreamKind:
    if stream.startswith(RUN_PREFIX):
        return StreamKind.RUN
    side = stream.startswith((REASONING_PREFIX, COMMENTARY_PREFIX))
    return StreamKind.SIDE if side else StreamKind.MATCH


def stream_name(episode_id: str, attempt: int) -> StreamName:
    """`episode_id/attempt`; a tournament's events are in `run:<name>/1`."""
    return StreamName(f"{episode_id}/{attempt}")


def stream_of(event: Told) -> StreamName:
    return stream_name(event.episode_id, event.attempt)
