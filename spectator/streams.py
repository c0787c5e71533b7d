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
RUN_TAIL: Final = 32  # the last events of a run, among which there is one of each type that it told
LAST_TYPES: Final = frozenset({"episode.ended", "tournament.ended"})


class StreamState(StrEnum):
    LIVE = "live"
    ENDED = "ended"


class StreamKind(StrEnum):
    """What a stream carries. A side channel goes beside a match's own stream, and is never listed
    and never featured.
    """

    MATCH = "match"
    RUN = "run"
    SIDE = "side"


def kind_of(stream: StreamName) -> StreamKind:
    if stream.startswith(RUN_PREFIX):
        return StreamKind.RUN
    return StreamKind.SIDE if stream.startswith(SIDE_PREFIXES) else StreamKind.MATCH


def stream_name(episode_id: str, attempt: int) -> StreamName:
    """`episode_id/attempt`; a tournament's events are in `run:<name>/1`."""
    return StreamName(f"{episode_id}/{attempt}")


def stream_of(event: Told) -> StreamName:
    return stream_name(event.episode_id, event.attempt)


def run_stream(name: str, attempt: int) -> StreamName:
    return stream_name(RUN_PREFIX + name, attempt)


def may_be_featured(stream: StreamName) -> bool:
    return kind_of(stream) is not StreamKind.SIDE
