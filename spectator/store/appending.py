"""What becomes of a batch, for every store alike: which events are new, where it does not fit, what
the list says of the stream afterwards. Pure: a store brings what it holds and writes the outcome.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from engine.events import EndReason
from spectator.store.contract import Appended, AppendStatus, Batch, Entry, Featured, Outcome
from spectator.streams import LAST_TYPES, StreamName, StreamState, may_be_featured

_VOID: Final = frozenset(reason.value for reason in EndReason if reason.is_void)


def stored_again(batch: Batch, last_seq: int) -> range:
    """The numbers to look up before a batch is weighed: from its first stored one to its last."""
    again = [entry.seq for entry in batch.entries if entry.seq <= last_seq]
    return range(min(again), max(again) + 1) if again else range(0)


def weigh(batch: Batch, last_seq: int, held: Mapping[int, str]) -> Appended:
    """Accept the batch up to its first event that does not fit. `held` are the texts that the store
    has for `stored_again`.
    """
    known, fresh, status = dict(held), list[Entry](), AppendStatus.OK
    for entry in batch.entries:
        if entry.seq == last_seq + 1:
            fresh.append(entry)
            known[entry.seq] = entry.text
            last_seq = entry.seq
        elif entry.seq > last_seq:
            status = AppendStatus.GAP
            break
        elif known.get(entry.seq) != entry.text:
            status = AppendStatus.CONFLICT
            break
    return Appended(stream=batch.stream, status=status, next_seq=last_seq + 1, stored=tuple(fresh))


def is_stale(fence: int, channel: Featured) -> bool:
    """Whether a publisher with `fence` has been followed by another one."""
    return fence < channel.fence


def refuse(stream: StreamName, last_seq: int) -> Appended:
    return Appended(stream=stream, status=AppendStatus.STALE_FENCE, next_seq=last_seq + 1)


def featured_after(channel: Featured, fence: int, done: Sequence[Appended]) -> Featured:
    """The channel shows the stream that brought something new last; a repeated delivery does not
    turn it back. The fence holds either way, or the publisher before could pass again.
    """
    brought = [one.stream for one in done if one.stored and may_be_featured(one.stream)]
    return Featured(stream=brought[-1] if brought else channel.stream, fence=fence)


# --- what the list says of a stream --------------------------------------------------------------


def state_after(last: Entry) -> StreamState:
    return StreamState.ENDED if last.type in LAST_TYPES else StreamState.LIVE


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a stream is found by from its first event on. `names` for a search."""

    names: str
    home: str
    away: str
    format: str


def told_by_first(stream: StreamName, first: str) -> Told:
    data = _data_of(first)
    home, away = (_part(data.get(side), "captain") for side in ("home", "away"))
    return Told(
        names=searchable(" ".join([stream, home, away])),
        home=home,
        away=away,
        format=_part(data, "format"),
    )


def result_of(last: str, state: StreamState) -> str:
    """What a search finds an ended stream by besides."""
    return searchable(_part(_data_of(last), "result")) if state is StreamState.ENDED else ""


def winner_of(last: str, state: StreamState) -> str:
    """The seat that won an ended match; empty where nobody did."""
    return _part(_data_of(last), "winner") if state is StreamState.ENDED else ""


def outcome_of(last: str, state: StreamState) -> Outcome:
    """What the list says that has become of a stream."""
    if state is StreamState.LIVE:
        return Outcome.LIVE
    reason = _part(_data_of(last), "end_reason")
    if reason == EndReason.FORFEIT:
        return Outcome.FORFEIT
    return Outcome.VOID if reason in _VOID else Outcome.ENDED


def searchable(text: str) -> str:
    """Case does not matter."""
    return storable(text.casefold())


def storable(text: str) -> str:
    """No store can keep a NUL."""
    return text.replace("\0", "")


def _data_of(text: str) -> dict[str, Any]:
    data = json.loads(text).get("data")
    return data if isinstance(data, dict) else {}


def _part(data: object, key: str) -> str:
    found = data.get(key) if isinstance(data, dict) else None
    return storable(found) if isinstance(found, str) else ""
